"""What commits after one brought, summed into cells: for the first measure that asks its own, for the others then all measures' in one statement."""

from collections.abc import Sequence

import asyncpg

from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import CUBES as SQL

_MOST_COMMITS = 50
"""What is further behind is read of its own measure only: it may be much."""


async def fresh_cells(snapshot: Snapshot, measure: str, after: int, *, is_cohort: bool) -> Sequence[asyncpg.Record]:
    """Sums by axis and day of what a measure's rows changed after a commit, each with its axis written out; of a cohort by both of its days.

    One question mostly wants one measure. Where a snapshot wants several of the same commit, as one for Prometheus does, it will want more.
    """
    connection, arguments = snapshot.connection, (snapshot.head.generation, after, is_cohort)
    if (after, is_cohort) not in snapshot.fresh or snapshot.head.n - after > _MOST_COMMITS:
        own: list[asyncpg.Record] = await connection.fetch(SQL.sum_fresh_cells, *arguments, measure)
        snapshot.fresh.setdefault((after, is_cohort), None)
        return own
    found = snapshot.fresh[after, is_cohort]
    if found is None:
        found = {}
        for record in await connection.fetch(SQL.sum_fresh_cells, *arguments, None):
            found.setdefault(record["measure"], []).append(record)
        snapshot.fresh[after, is_cohort] = found
    return found.get(measure, ())
