"""Numbers by point of a series and row of a breakdown, and exact arithmetic on them."""

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple

import msgspec

Exact = int | Fraction
"""Whole numbers, or fractions of whole numbers; never a float before the very last step."""

WHOLE = 0
"""The bucket of the whole period."""


class Slot(NamedTuple):
    """A point of a series (0: the whole period) and a row of a breakdown (0: everything together)."""

    bucket: int
    group: int


Numbers = dict[Slot, Exact | None]


class Excluded(NamedTuple):
    """How many were left out for a reason."""

    reason: str
    number: Exact


class Table(msgspec.Struct):
    """A figure with all its points and rows; `num` and `den` of a rate, further numbers of a distribution by name.

    `empty` is the number where nothing counts: 0 of a sum, null of a rate.
    """

    values: Numbers
    num: Numbers | None = None
    den: Numbers | None = None
    further: dict[str, Numbers] = {}
    unplaced: Exact = 0
    excluded: tuple[Excluded, ...] = ()
    unit: str = ""
    empty: Exact | None = 0
    pending: int | None = None

    def at(self, slot: Slot) -> Exact | None:
        """The number at a slot."""
        return self.values.get(slot, self.empty)


def combine(first: Table, second: Table, what: Callable[[Exact, Exact], Exact | None]) -> Table:
    """A figure made of two at each slot; null where one is null."""

    def made(one: Exact | None, other: Exact | None) -> Exact | None:
        return None if one is None or other is None else what(one, other)

    values = {slot: made(first.at(slot), second.at(slot)) for slot in {*first.values, *second.values}}
    return Table(values, empty=made(first.empty, second.empty), excluded=(*first.excluded, *second.excluded))


def with_rows(whole: Table, rows: Table) -> Table:
    """A figure with the rows of a breakdown of another: everything together is the first's."""

    def joined(one: Numbers | None, other: Numbers | None) -> Numbers | None:
        if one is None or other is None:
            return one
        return {slot: number for slot, number in one.items() if slot.group == 0} | {slot: number for slot, number in other.items() if slot.group != 0}

    further = {name: joined(numbers, rows.further.get(name, {})) or {} for name, numbers in whole.further.items()}
    values = joined(whole.values, rows.values) or {}
    return msgspec.structs.replace(whole, values=values, num=joined(whole.num, rows.num), den=joined(whole.den, rows.den), further=further)


def fraction(num: Exact, den: Exact) -> Fraction | None:
    """num/den, null when the denominator is 0."""
    return None if den == 0 else Fraction(num) / Fraction(den)


def as_json_number(number: Exact | None) -> int | float | None:
    """A whole number as it is, a fraction as a float rounded half to even at 1e-12."""
    if number is None or isinstance(number, int):
        return number
    return round(number * 10**12) / 10**12
