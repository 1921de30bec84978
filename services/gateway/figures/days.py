"""Numbers day by day, dense, so that the sum of any days is a slice. All of one cube begin on the same day."""

from array import array
from collections.abc import Iterable
from datetime import date
from operator import add
from typing import NamedTuple

_SLACK = 64
"""Days to spare at the end: a new day comes every day."""


class Span(NamedTuple):
    """The days a cube knows one by one: from `base` on, `size` of them. The first holds all before it as well."""

    base: int
    size: int

    def place(self, day: date) -> int:
        """Where a day stands; what is before the first stands there too."""
        return max(0, day.toordinal() - self.base)


class Days:
    """Values and numbers of rows of one place, or of one label."""

    __slots__ = ("counts", "values")

    def __init__(self, size: int) -> None:
        self.values = array("q", bytes(8 * size))
        self.counts = array("q", bytes(8 * size))

    def put(self, index: int, value: int, count: int) -> None:
        """Adds to a day."""
        if index >= len(self.values):
            more = bytes(8 * (index - len(self.values) + _SLACK))
            self.values.frombytes(more)
            self.counts.frombytes(more)
        self.values[index] += value
        self.counts[index] += count

    def total(self, first: int, after: int) -> tuple[int, int]:
        """What the days from first up to and without `after` add up to."""
        return sum(self.values[first:after]), sum(self.counts[first:after])


def together(several: Iterable[Days]) -> Days:
    """The sum of several, day by day; the first itself where it is alone."""
    found = list(several)
    if len(found) == 1:
        return found[0]
    size = max(len(one.values) for one in found)
    whole = Days(0)
    whole.values = array("q", _added([one.values for one in found], size))
    whole.counts = array("q", _added([one.counts for one in found], size))
    return whole


def _added(columns: "list[array[int]]", size: int) -> Iterable[int]:
    total: Iterable[int] = [0] * size
    for column in columns:
        padded = column if len(column) == size else array("q", column.tobytes() + bytes(8 * (size - len(column))))
        total = list(map(add, total, padded))
    return total
