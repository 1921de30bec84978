"""What the commits after one brought, summed into cells: of all measures in one statement, for what is kept of them is mostly of one commit."""

from collections.abc import Sequence

import asyncpg

from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import CUBES as SQL

_MOST_COMMITS = 50
"""What is further behind is read of its own measure only: it may be much, and the others may not be asked for at all."""


async def fresh_cells(snapshot: Snapshot, measure: str, after: int, *, is_cohort: bool) -> Sequence[asyncpg.Record]:
    """Sums by axis and day of what a measure's rows changed after a commit, each with its axis written out; of a cohort by both of its days."""
    arguments = (snapshot.head.generation, after, is_cohort)
    if snapshot.head.n - after > _MOST_COMMITS:
        return await snapshot.connection.fetch(SQL.sum_fresh_cells, *arguments, measure)
    found = snapshot.fresh.get((after, is_cohort))
    if found is None:
        found = snapshot.fresh[after, is_cohort] = {}
        for record in await snapshot.connection.fetch(SQL.sum_fresh_cells, *arguments, None):
            found.setdefault(record["measure"], []).append(record)
    return found.get(measure, ())
