"""The rows of a breakdown, numbered for SQL."""

from typing import NamedTuple

ALL = 0
"""The number of "everything together": what a place counts as when it is not broken down."""

EXCLUDED = -1
"""The number of a place the question does not ask about."""


class Group(NamedTuple):
    """One row of a breakdown; key null is what is unplaced, or has no such dimension. `listed`: shown even when nothing counts in it."""

    key: str | None
    kind: str | None = None
    listed: bool = False


class Groups:
    """Numbers from 1 on, in the order in which the keys first came up."""

    def __init__(self) -> None:
        self.rows: list[Group] = []
        self._numbers: dict[str | None, int] = {}

    def number(self, key: str | None, kind: str | None = None, *, listed: bool = False) -> int:
        """The number of a key, a new one if it is new."""
        known = self._numbers.get(key)
        if known is None:
            self.rows.append(Group(key, kind, listed))
            known = self._numbers[key] = len(self.rows)
        return known

    def of(self, number: int) -> Group:
        """The row of a number."""
        return self.rows[number - 1]

    def numbered(self) -> list[tuple[int, Group]]:
        """All rows with their numbers: by first coming up, those with no key last."""
        return sorted(enumerate(self.rows, 1), key=lambda pair: pair[1].key is None)
