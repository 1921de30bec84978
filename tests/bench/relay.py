"""How many facts a second one relay publishes from a full log, with its marks; and a loop that only reads the same log, beside it.

The relay is the process that runs everywhere, on a database of the bench's own and the platform's topic, while everything else rests. The clock starts when a
quarter is acknowledged. Afterwards the topic must have grown by every fact.
"""

import asyncio
import os
import signal
import sys
import time

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from deploy.local.platform import Platform
from services.kernel.contracts.topics import PARTITIONS
from tests.bench.cpu import Meter
from tests.bench.filled_log import TOPIC, fill_log
from tests.bench.load.prepared import facts_of
from tests.bench.load.work import LIVE
from tests.bench.place import Place, own_place
from tests.bench.rows import Rows, say

FACTS = int(os.environ.get("BENCH_FACTS", "100000"))


def measure(platform: Platform, rounds: int) -> Rows:
    """Rounds of the relay over the same log."""
    return asyncio.run(_measure(platform, rounds))


async def _measure(platform: Platform, rounds: int) -> Rows:
    rates, costs = list[float](), dict[str, list[float]]()
    async with own_place(platform) as place:
        connection = await asyncpg.connect(place.dsns["owner"], command_timeout=300)
        told, shift = facts_of(LIVE)
        await fill_log(connection, told, FACTS, shift=shift)
        for turn in range(rounds):
            before = await _ends(place)
            rate, cost = await _relay(place, connection)
            grown = await _ends(place) - before
            assert grown >= FACTS, f"{grown} of {FACTS} facts arrived"
            rates.append(round(rate))
            for who, used in cost.items():
                costs.setdefault(who, []).append(round(used, 1))
            say(f"round {turn + 1}: {rate:.0f} facts/s")
        await connection.close()
    rows: Rows = [{"name": "relay", "unit": "facts/s", "rounds": rates}]
    return rows + [{"name": f"relay: processor time of {who}", "unit": "us/fact", "rounds": values} for who, values in costs.items()]


async def _relay(place: Place, connection: asyncpg.Connection) -> tuple[float, dict[str, float]]:
    await connection.execute("UPDATE log.relayed SET sequence = 0, next_offset = 0, topic_id = NULL")
    environment = os.environ | {"WANGGE_POSTGRES": place.dsns["cases"], "WANGGE_KAFKA": place.kafka, "WANGGE_PORT": "0", "WANGGE_NAME": "bench-relay"}
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.kernel.eventlog.relay", TOPIC, env=environment)
    try:
        first, started, warm, meter = 0, time.perf_counter(), True, Meter({"relay": process.pid, **place.servers})
        async with asyncio.timeout(120):
            while (done := int(await connection.fetchval("SELECT sum(sequence) FROM log.relayed WHERE topic = $1", TOPIC))) < FACTS:
                assert process.returncode is None, "the relay ended"
                if warm and 4 * done >= FACTS:
                    first, started, warm, meter = done, time.perf_counter(), False, Meter({"relay": process.pid, **place.servers})
                await asyncio.sleep(0.02)
        seconds, used = time.perf_counter() - started, meter.read()
        return (FACTS - first) / seconds, {who: spent / max(1, FACTS - first) * 1e6 for who, spent in used.items()}
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 20)


async def _ends(place: Place) -> int:
    """How many records the topic has had, over all partitions."""
    consumer = AIOKafkaConsumer(bootstrap_servers=place.kafka)
    await consumer.start()
    try:
        return sum((await consumer.end_offsets([TopicPartition(TOPIC, partition) for partition in range(PARTITIONS)])).values())
    finally:
        await consumer.stop()
