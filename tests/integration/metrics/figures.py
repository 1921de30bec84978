"""What the figures of a generation are, computed the slow way: by adding its rows up one by one."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable

import asyncpg
from prometheus_client import CollectorRegistry

from services.kernel.postgres.database import Database
from services.metrics.batch import Batch
from services.metrics.model import Partition
from services.metrics.processor import Limits, Processor
from services.metrics.telemetry import Telemetry
from tests.unit.metrics.facts import record

CASES = Partition("cases.v1", 0)


def processor(database: Database, **limits: int) -> Processor:
    """A processor with its own counters; those stand in `telemetry`."""
    return Processor(database, Telemetry(CollectorRegistry()), Limits(**limits))


async def apply(one: Processor, bodies: Iterable[bytes | None], partition: Partition = CASES, *, offset: int = 0, headers: Iterable[int | None] = ()) -> None:
    """Hands a fetch of one partition to a processor and has it committed."""
    numbers = list(headers)
    records = [record(value, offset + index, numbers[index] if numbers else None) for index, value in enumerate(bodies)]
    await one.take({partition: records})
    batch, one._pending = one._pending, None
    assert isinstance(batch, Batch)
    await one.apply(batch)


async def until(condition: Callable[[], Awaitable[object]], *, within: float = 10) -> None:
    """Returns once the condition holds."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)


async def naive(connection: asyncpg.Connection, generation: int = 1) -> Counter[tuple]:
    """Cell by cell, the sum of value and count over all rows, merged or not; without zeros."""
    cells: Counter[tuple] = Counter()
    for row in await connection.fetch("SELECT * FROM metrics.row WHERE generation = $1", generation):
        axes = (row["measure"], row["kind"], row["area"], row["organisation"], row["dims"])
        changes = [(row["day"], 1)] if row["until"] in (None, row["day"]) else [(row["day"], 1), (row["until"], -1)]
        for day, direction in changes:
            cells[(*axes, day, row["since"], "value")] += row["sign"] * row["value"] * direction
            cells[(*axes, day, row["since"], "count")] += row["sign"] * direction
    return _without_zeros(cells)


async def figures(connection: asyncpg.Connection, generation: int = 1) -> Counter[tuple]:
    """The same as an answer has it: cells, and rows above the mark of the merge."""
    cells: Counter[tuple] = Counter()
    query = """
        SELECT measure, kind, area, organisation, dims, day, nullif(since, '-infinity') AS since, value, count
        FROM metrics.cell JOIN metrics.axis USING (generation, axis) WHERE generation = $1
        UNION ALL
        SELECT measure, kind, area, organisation, dims, day, since, sign * value, sign FROM metrics.row
        WHERE generation = $1 AND n > (SELECT n FROM metrics.merged WHERE generation = $1)
        UNION ALL
        SELECT measure, kind, area, organisation, dims, until, since, -sign * value, -sign FROM metrics.row
        WHERE generation = $1 AND n > (SELECT n FROM metrics.merged WHERE generation = $1) AND until > day
    """
    for *key, value, count in await connection.fetch(query, generation):
        cells[(*key, "value")] += value
        cells[(*key, "count")] += count
    return _without_zeros(cells)


async def naive_presence(connection: asyncpg.Connection, generation: int = 1) -> Counter[tuple]:
    """Who took part: over the occurrences of merged commits, role by role."""
    present: Counter[tuple] = Counter()
    query = "SELECT * FROM metrics.row WHERE generation = $1 AND until = day AND n <= (SELECT n FROM metrics.merged WHERE generation = $1)"
    for row in await connection.fetch(query, generation):
        for role, thing in json.loads(row["roles"] or "{}").items():
            present[(row["axis"], role, thing, row["day"])] += row["sign"]
    return _without_zeros(present)


async def presence(connection: asyncpg.Connection, generation: int = 1) -> Counter[tuple]:
    """The presence table."""
    rows = await connection.fetch("SELECT axis, role, thing, day, count FROM metrics.presence WHERE generation = $1", generation)
    return _without_zeros(Counter({(row["axis"], row["role"], row["thing"], row["day"]): row["count"] for row in rows}))


def _without_zeros(counts: Counter[tuple]) -> Counter[tuple]:
    return Counter({key: number for key, number in counts.items() if number})
