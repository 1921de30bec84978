"""Sums day by day of many strips, a strip being an axis, a place or a label; of some of them together, over any days, without looking at each day."""

from typing import NamedTuple

import numpy as np

from services.gateway.figures.blocks import Block, Ints, block_of, with_more

Stretch = tuple[int, int]
"""Days from the first up to and without the second, counted from a cube's first."""


class Chosen(NamedTuple):
    """Which strips, and which sum each is added to."""

    strips: Ints
    sums: Ints
    size: int  # how many sums


class Strips(NamedTuple):
    """A strip has `span` days. Where a cell also has a later day, on which it came to count, a day has as many places for it (`late`), else one."""

    span: int
    late: int = 1
    blocks: tuple[Block, ...] = ()

    @property
    def bytes(self) -> int:
        """What they take in memory."""
        return sum(block.bytes for block in self.blocks)

    def with_cells(self, strips: Ints, days: Ints, later: Ints, values: Ints, counts: Ints) -> "Strips":
        """The same with these cells added."""
        keys = (strips * self.span + days) * self.late
        return self._replace(blocks=with_more(self.blocks, block_of(keys if self.late == 1 else keys + later, values, counts)))

    def moved(self, days: int, span: int) -> "Strips":
        """The same with so many days more before the first, and another span."""
        blocks, late = [], 1 if self.late == 1 else span
        for block in self.blocks:
            keys, values, counts = block.each()
            strips, at = np.divmod(keys // self.late, self.span)
            moved = (strips * span + at + days) * late
            blocks.append(block_of(moved if late == 1 else moved + keys % self.late + days, values, counts))
        return Strips(span, late, tuple(blocks))

    def sums(self, chosen: Chosen, buckets: list[Stretch], until: int | None = None) -> tuple[Ints, Ints]:
        """Values and counts by sum and bucket. Buckets lie apart and in order. `until`: only cells that came to count on this later day or before."""
        into = np.zeros((chosen.size, len(buckets)), np.int64), np.zeros((chosen.size, len(buckets)), np.int64)
        if buckets and len(chosen.strips):
            for block in self.blocks:
                first, after = self._places(block, chosen, buckets[0][0]), self._places(block, chosen, buckets[-1][1])
                if until is not None or (after - first).sum() < len(chosen.strips) * len(buckets):
                    self._add_cells(block, chosen, buckets, (first, after), until, into)
                else:
                    self._add_differences(block, chosen, buckets, into)
        return into

    def _places(self, block: Block, chosen: Chosen, day: int) -> Ints:
        """Where a day of each strip begins in a block."""
        return block.places((chosen.strips * self.span + day) * self.late)

    def _add_differences(self, block: Block, chosen: Chosen, buckets: list[Stretch], into: tuple[Ints, Ints]) -> None:
        """Looks up each edge of each strip: the cells in between are not looked at."""
        edge, at = -1, np.zeros(0, np.int64)
        for number, (start, end) in enumerate(buckets):
            first = at if start == edge else self._places(block, chosen, start)
            edge, at = end, self._places(block, chosen, end)
            for running, sums in zip((block.values, block.counts), into, strict=True):
                np.add.at(sums[:, number], chosen.sums, running[at].astype(np.int64) - running[first])

    def _add_cells(self, block: Block, chosen: Chosen, buckets: list[Stretch], within: tuple[Ints, Ints], until: int | None, into: tuple[Ints, Ints]) -> None:
        """Looks at each cell: quicker where there are more edges than cells."""
        first, after = within
        lengths = after - first
        at = np.repeat(first - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum())
        keys = block.keys[at].astype(np.int64)
        bucket_of = np.full(self.span, -1)
        for number, (start, end) in enumerate(buckets):
            bucket_of[start:end] = number
        bucket = bucket_of[keys // self.late % self.span]
        kept = bucket >= 0 if until is None else (bucket >= 0) & (keys % self.late <= until)
        at, where = at[kept], (np.repeat(chosen.sums, lengths)[kept], bucket[kept])
        for running, sums in zip((block.values, block.counts), into, strict=True):
            np.add.at(sums, where, running[at + 1].astype(np.int64) - running[at])
