"""Two generations side by side, by measure and kind: cells, presence, rows net of those taken back.

Each side is summed in a snapshot of its own, so the live one goes on meanwhile. Sums are weighted by a hash of what they stand on (a multiset's fingerprint),
so equal totals at different places or days are found too.
"""

from decimal import Decimal
from typing import NamedTuple

from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.metrics", "sql/compare.sql")
_PARTS = {"cells": _SQL.sum_cells, "presence": _SQL.sum_presence, "rows": _SQL.sum_rows}

Place = tuple[str, str, str]
"""Part (cells, presence, rows), measure, kind."""

Sums = tuple[Decimal, Decimal, Decimal, Decimal]
_NOTHING: Sums = (Decimal(0),) * 4


class Difference(NamedTuple):
    """A measure and kind that is not the same in both; where the sums are, it stands elsewhere (another place, day, dimension or thing)."""

    part: str
    measure: str
    kind: str
    live_value: int
    rebuilt_value: int
    live_count: int
    rebuilt_count: int


async def sum_up(connection: Connection, generation: int) -> dict[Place, Sums]:
    """The sums of a generation as this transaction sees it; what comes to nothing is left out."""
    found: dict[Place, Sums] = {}
    for part, statement in _PARTS.items():
        for row in await connection.fetch(statement, generation):
            sums = (row["value"], row["count"], row["value_weighted"], row["count_weighted"])
            if any(sums):
                found[(part, row["measure"], row["kind"])] = sums
    return found


def differences(live: dict[Place, Sums], rebuilt: dict[Place, Sums]) -> list[Difference]:
    """What is not the same, in order."""
    found = []
    for place in sorted(live.keys() | rebuilt.keys()):
        before, after = live.get(place, _NOTHING), rebuilt.get(place, _NOTHING)
        if before != after:
            found.append(Difference(*place, int(before[0]), int(after[0]), int(before[1]), int(after[1])))
    return found
