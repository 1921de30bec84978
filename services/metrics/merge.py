"""Appended rows to where they stay, into cells and presence, in the background: SQL only, one transaction for the next commits, one merger at a time."""

import asyncio
from functools import cache

import structlog

from services.kernel.failpoints import failpoint
from services.kernel.postgres.database import LOST_RACE, UNAVAILABLE, Connection, Database
from services.kernel.postgres.queries import Queries, load
from services.metrics import store
from services.metrics.telemetry import Telemetry

_log = structlog.get_logger()
_TABLES = ("fresh", "settled", "cell", "presence")
_LONG_S = 660.0  # asyncpg's own patience, above the statement's


class IncompleteError(Exception):
    """Fewer or more rows were found than were committed; nothing is merged."""


@cache
def _sql(generation: int) -> Queries:
    """The statements, on the generation's own tables: through the partitioned ones each row would have to be led to its table."""
    return load("services.metrics", "sql/merge.sql", **{table: f"{table}_{generation}" for table in _TABLES})


async def merge(connection: Connection, generation: int, most: int) -> tuple[int, int]:
    """Merges a generation's next commits, about `most` rows, within the caller's transaction; returns how many rows it merged and how many still wait.

    Commits are taken whole. How many they are is reckoned from the mean rows of those that wait, so a pass may take more where sizes differ much.
    """
    sql = _sql(generation)
    marks = await connection.fetchrow(sql.read_marks, generation)
    assert marks is not None
    commits, waiting = marks["n"] - marks["merged_n"], marks["total"] - marks["merged_total"]
    if commits == 0:
        return 0, 0
    await connection.execute(sql.look_up)
    first = marks["merged_n"]
    last = marks["n"] if waiting <= most else first + max(1, commits * most // waiting)
    rows = int(await connection.fetchval(sql.merge_commits, generation, first, last, timeout=_LONG_S))
    if last == marks["n"] and rows != waiting:
        raise IncompleteError(f"generation {generation}: {waiting} rows are committed after {first}, {rows} are there")
    await connection.execute(sql.move_merged, generation, last, rows)
    return rows, waiting - rows


class Merger:
    """Merges what the processors of all workers append to the live generation."""

    def __init__(self, database: Database, telemetry: Telemetry, *, most: int = 200_000, pause_s: float = 0.2) -> None:
        self._database = database
        self._telemetry = telemetry
        self._most = most
        self._pause = pause_s
        self._since_summary = 0

    async def run(self) -> None:
        """Merges until it is cancelled; a database that does not serve is waited for."""
        while True:
            try:
                waiting = await self.step()
            except (*UNAVAILABLE, *LOST_RACE) as error:
                _log.warning("could not merge, trying again", error=f"{type(error).__name__}: {error}")
                waiting = None
            await asyncio.sleep(1.0 if waiting is None else 0.0 if waiting > self._most else self._pause)

    async def step(self) -> int | None:
        """One pass; returns how many rows still wait, or None if another worker is at it."""
        async with self._database.transaction() as connection:
            generation = await store.hold_live(connection)
            if not await connection.fetchval(_sql(generation).take_turn, generation):
                return None
            await connection.execute(_sql(generation).long_patience)
            with self._telemetry.merge_seconds.time():
                rows, waiting = await merge(connection, generation, self._most)
            failpoint("merge.before_commit")
        failpoint("merge.after_commit")
        self._telemetry.merged.inc(rows)
        self._telemetry.unmerged.set(waiting)
        self._since_summary += rows
        if self._since_summary > self._most:
            self._since_summary = 0
            async with self._database.transaction() as connection:
                await connection.execute(_sql(generation).summarize, generation)
        return waiting
