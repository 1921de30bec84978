"""The axes of a measure as numbers from 0 on, each a label at a place. What a question asks of labels and places is looked up for all of them at once."""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

import asyncpg
import numpy as np
from numpy.typing import NDArray

from services.gateway.figures.labels import Label

Numbers = NDArray[np.int32]
_T = TypeVar("_T")


class Key(NamedTuple):
    """A place: area and organisation as they stand in a row."""

    area: str | None
    organisation: str | None


class Combinations:
    """They only grow: whoever knows an older state finds what it knew."""

    def __init__(self) -> None:
        self.labels: dict[Label, int] = {}
        self.places: dict[Key, int] = {}
        self.label_of: Numbers = np.zeros(0, np.int32)
        self.place_of: Numbers = np.zeros(0, np.int32)
        self.axis_of: Numbers = np.zeros(0, np.int32)
        self._numbers: Numbers = np.zeros(0, np.int32)  # by axis; -1: none of this measure

    def __len__(self) -> int:
        return len(self.label_of)

    @property
    def bytes(self) -> int:
        """What they take in memory, roughly: a text in a dictionary takes some hundred bytes."""
        return 200 * (len(self.labels) + len(self.places)) + 3 * self.label_of.nbytes + self._numbers.nbytes

    def learn(self, records: Iterable[asyncpg.Record]) -> None:
        """Numbers the axes of these records (axis, kind, dims, area, organisation) that have none yet."""
        new = {record["axis"]: record for record in records if not self._knows(record["axis"])}
        if not new:
            return
        axes = np.fromiter(new, np.int64, len(new))
        labels = [_number(self.labels, Label(record["kind"], record["dims"])) for record in new.values()]
        places = [_number(self.places, Key(record["area"], record["organisation"])) for record in new.values()]
        size = int(axes.max()) + 1 - len(self._numbers)
        if size > 0:
            self._numbers = np.concatenate((self._numbers, np.full(size + size // 8, -1, np.int32)))
        self._numbers[axes] = np.arange(len(self), len(self) + len(new), dtype=np.int32)
        self.axis_of = np.concatenate((self.axis_of, axes.astype(np.int32)))
        self.label_of = np.concatenate((self.label_of, np.array(labels, np.int32)))
        self.place_of = np.concatenate((self.place_of, np.array(places, np.int32)))

    def of(self, axes: NDArray[np.int64]) -> NDArray[np.int64]:
        """The numbers of axes."""
        return self._numbers[axes].astype(np.int64)

    def _knows(self, axis: int) -> bool:
        return axis < len(self._numbers) and self._numbers[axis] >= 0


def _number(known: dict[_T, int], one: _T) -> int:
    return known.setdefault(one, len(known))
