"""The rows of a breakdown, numbered for SQL."""

from typing import NamedTuple

ALL = 0
"""The number of "everything together"; it is also what a place gets that is asked but not broken down."""

EXCLUDED = -1
"""The number of a place the question does not ask about."""


class Group(NamedTuple):
    """One row of a breakdown; key null is what is unplaced, or has no such dimension."""

    key: str | None
    kind: str | None = None


class Groups:
    """Numbers from 1 on, in the order the keys first came up."""

    def __init__(self) -> None:
        self.rows: list[Group] = []
        self._numbers: dict[str | None, int] = {}

    def number(self, key: str | None, kind: str | None = None) -> int:
        """The number of a key, a new one if it is new."""
        known = self._numbers.get(key)
        if known is None:
            self.rows.append(Group(key, kind))
            known = self._numbers[key] = len(self.rows)
        return known

    def of(self, number: int) -> Group:
        """The row of a number."""
        return self.rows[number - 1]
