"""Our own contestants: a metrics worker as it runs everywhere, on a topic and a database of the bench's own; and the merge."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

import asyncpg

from services.metrics.merge import merge
from tests.bench.contest import LONGEST_S, Result, stamp
from tests.bench.cpu import Meter
from tests.bench.peers.sums import digest
from tests.bench.place import Place

_PASS = 200_000  # rows, as the worker's own setting


async def begin(connection: asyncpg.Connection, topic: str, *, fresh: bool = True) -> None:
    """Figures in which nothing of a topic is counted yet; `fresh`: empty ones."""
    if fresh:
        await connection.execute("SELECT metrics.drop_generation(1); SELECT metrics.make_generation(1)")
    await connection.execute("DELETE FROM metrics.watermark WHERE topic = $1", topic)
    await connection.execute("INSERT INTO metrics.watermark (generation, topic, partition) SELECT 1, $1, generate_series(0, 11)", topic)


@asynccontextmanager
async def worker(place: Place, topic: str, *, merging: bool, **settings: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker that reads one topic from where the figures stand; told to stop at the end."""
    environment = os.environ | {
        "WANGGE_POSTGRES": place.dsns["metrics"],
        "WANGGE_KAFKA": place.kafka,
        "WANGGE_PORT": "0",
        "WANGGE_METRICS_GROUP": f"bench-{stamp()}",
        "WANGGE_METRICS_UNMERGED_ROWS": str(10**9),
        "BENCH_TOPIC": topic,
        "BENCH_MERGE": str(int(merging)),
        **settings,
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.processor_worker", env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 20)


async def reached(connection: asyncpg.Connection, topic: str) -> int:
    """How many facts of a topic are counted."""
    return int(await connection.fetchval("SELECT coalesce(sum(sequence), 0)::bigint FROM metrics.watermark WHERE generation = 1 AND topic = $1", topic))


class Raced(NamedTuple):
    """A worker's way to the end of a topic, its first quarter left out."""

    rate: float  # facts a second
    cpu: dict[str, float]  # microseconds a fact, by process
    commits: float  # a second
    cold: float  # facts a second from the first commit on, up to where the rest begins: most axes are met for the first time
    fault: str  # why it did not come to the end, or nothing


async def race(place: Place, connection: asyncpg.Connection, topic: str, facts: int, *, merging: bool) -> Raced:
    """The worker to the end of a topic of so many facts."""
    async with worker(place, topic, merging=merging) as process:
        first, commits, started, meter = 0, 0, time.perf_counter(), Meter({"client": process.pid, **place.servers})
        warm, until, begun = True, time.monotonic() + LONGEST_S, (0, 0.0)
        while (done := await reached(connection, topic)) < facts:
            await asyncio.sleep(0.02)
            if process.returncode is not None or time.monotonic() > until:
                return Raced(0.0, {}, 0.0, 0.0, f"stopped at {done} of {facts}")
            if done and not begun[0]:
                begun = done, time.perf_counter()
            if warm and 4 * done >= facts:
                warm, first, commits = False, done, await connection.fetchval("SELECT n FROM metrics.mark WHERE generation = 1")
                started, meter = time.perf_counter(), Meter({"client": process.pid, **place.servers})
        seconds, used, counted = time.perf_counter() - started, meter.read(), max(1, facts - first)
        commits = await connection.fetchval("SELECT n FROM metrics.mark WHERE generation = 1") - commits
    cold = (first - begun[0]) / max(1e-3, started - begun[1]) if first > begun[0] else 0.0
    return Raced(counted / seconds, {name: spent / counted * 1e6 for name, spent in used.items()}, commits / seconds, cold, "")


async def counted(place: Place, connection: asyncpg.Connection, topic: str, facts: int, truth: str, *, merging: bool) -> tuple[Result, Result, Raced]:
    """The worker on empty figures, then the merge of what it left; and more about the worker's way. Both are held up to the truth."""
    await begin(connection, topic)
    raced = await race(place, connection, topic, facts, merging=merging)
    if raced.fault:
        return Result(0.0, {}, raced.fault), Result(0.0, {}, "not begun"), raced
    left = await merged(place, connection)
    found = await sums(connection)
    verdict = "exact" if found == truth else f"wrong: {found} instead of {truth}"
    return Result(raced.rate, raced.cpu, verdict), left._replace(verdict=verdict), raced


async def merged(place: Place, connection: asyncpg.Connection) -> Result:
    """The merge alone, over what was left: rows a second, and processor time for each."""
    total, waiting = 0, 1
    started, meter = time.perf_counter(), Meter(place.servers)
    while waiting:
        async with connection.transaction():
            rows, waiting = await merge(connection, 1, _PASS)  # type: ignore[arg-type]  # a connection of its own, not of a pool
        total += rows
    elapsed = time.perf_counter() - started
    return Result(total / elapsed, {name: used / max(1, total) * 1e6 for name, used in meter.read().items()}, "")


async def sums(connection: asyncpg.Connection, generation: int = 1) -> str:
    """What lies in the cells, as peers.sums.digest tells it."""
    rows = await connection.fetch(
        "SELECT concat_ws(E'\\t', measure, kind, coalesce(area, ''), coalesce(organisation, ''), CASE dims WHEN '{}' THEN '' ELSE dims END, day::text,"
        " CASE WHEN since = '-infinity' THEN '' ELSE since::text END) AS cell, value, count"
        " FROM metrics.cell JOIN metrics.axis USING (generation, axis) WHERE generation = $1",
        generation,
    )
    return digest({row["cell"]: (row["value"], row["count"]) for row in rows})
