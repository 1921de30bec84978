"""Letters on their way into one transaction: gathered by partition, halved when the database refuses one of them. Pure."""

from collections.abc import Iterator, Sequence

from services.metrics.model import Letter, Partition

MIXED = -1
"""Stands for no generation."""


class Batch:
    """The letters of one transaction, in order by partition, folded for one generation."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.letters: dict[Partition, list[Letter]] = {}
        self.size = 0

    def add(self, generation: int, partition: Partition, letters: Sequence[Letter]) -> None:
        """Adds a partition's next letters. If they were folded for another generation, the batch is good for none and must be read again."""
        if generation != self.generation:
            self.generation = MIXED
        self.letters.setdefault(partition, []).extend(letters)
        self.size += len(letters)

    def halves(self) -> "tuple[Batch, Batch]":
        """The first half and the second; applied one after the other they are the whole."""
        first, second = Batch(self.generation), Batch(self.generation)
        half = self.size // 2
        for index, (partition, letter) in enumerate(self):
            (first if index < half else second).add(self.generation, partition, [letter])
        return first, second

    def __iter__(self) -> Iterator[tuple[Partition, Letter]]:
        for partition, letters in self.letters.items():
            for letter in letters:
                yield partition, letter
