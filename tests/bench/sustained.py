"""The worker with the merge beside it for as long as one likes, fed as fast as it counts: how many facts a second, and whether what waits to be merged grows.

The bound on rows that may wait is lowered, so that a short run soon is where a long one would be after minutes: the processor then counts just as fast as the
merge adds up. The feeder sends the same facts over and over, under new numbers.
"""

import asyncio
import time
from contextlib import suppress
from itertools import islice

import asyncpg

from tests.bench.load.editions import editions
from tests.bench.load.prepared import PREFIX, facts_of
from tests.bench.load.topic import fill
from tests.bench.own import begin, reached, worker
from tests.bench.place import Place
from tests.bench.rows import Rows, say

BOUND = 400_000  # rows
_AHEAD = 150_000  # facts in the topic that are not counted yet
_BATCH = 20_000
_WARM_S = 8.0


async def sustained(place: Place, connection: asyncpg.Connection, topic: str, load: str, seconds: float) -> Rows:
    """Feeds the empty topic with a load, and looks on."""
    await begin(connection, topic)
    async with worker(place, topic, merging=True, WANGGE_METRICS_UNMERGED_ROWS=str(BOUND)):
        feeder = asyncio.create_task(_feed(place, topic, load))
        try:
            until = time.monotonic() + 60
            while await reached(connection, topic) == 0 and time.monotonic() < until:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
            await asyncio.sleep(_WARM_S)
            first, started = await reached(connection, topic), time.perf_counter()
            waiting = [await _waiting(connection)]
            for _ in range(4):
                await asyncio.sleep(seconds / 4)
                waiting.append(await _waiting(connection))
            rate = (await reached(connection, topic) - first) / (time.perf_counter() - started)
            if feeder.done():
                feeder.result()
        finally:
            feeder.cancel()
            with suppress(asyncio.CancelledError):
                await feeder
    say(f"{load}, sustained for {seconds:.0f} s: {rate:.0f} facts/s, rows waiting {waiting}")
    return [
        {"name": f"{load}: sustained, merge beside it", "unit": "facts/s", "rounds": [round(rate)], "seconds": seconds},
        {"name": f"{load}: sustained, rows that wait to be merged", "unit": "rows", "rounds": waiting, "seconds": seconds},
    ]


async def _waiting(connection: asyncpg.Connection) -> int:
    return int(await connection.fetchval("SELECT mark.total - merged.total FROM metrics.mark JOIN metrics.merged USING (generation) WHERE generation = 1"))


async def _feed(place: Place, topic: str, load: str) -> None:
    told, shift = facts_of(load)
    facts = editions(told, 10**12, prefix=PREFIX, shift=shift)
    connection, sent = await asyncpg.connect(place.dsns["owner"]), 0
    try:
        while True:
            while sent - await reached(connection, topic) > _AHEAD:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            sent += (await fill(place.kafka, topic, islice(facts, _BATCH)))[0]
    finally:
        await connection.close()
