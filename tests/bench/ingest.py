"""Events into the log, the whole path with exactly-once on: batches of 500 and single events through POST /v1/events, and records of inbound.v1.

The clock runs from the first request to the last answer; for inbound.v1 from the moment the intake goes on to the last event's line in the inbox. What is
told before, the district and a first round of each way, is warm-up; all rounds are told of the same district, as a running one has met most of what it is
counted by. The clients are part of the machine's work: their processor time is told as well.
"""

import asyncio
import os
import time
import zlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.local.platform import Platform
from services.kernel.contracts.topics import PARTITIONS
from tests.bench.cpu import Meter
from tests.bench.load.district import SOURCE, District, Event
from tests.bench.rows import Rows, say
from tests.bench.told import BATCH, STRUCTURED, connect, encoded, found, new_district, stories, tell

IN_BATCHES, SINGLE, INBOUND = int(os.environ.get("BENCH_EVENTS", "16000")), 6400, 8000
BATCH_CLIENTS, SINGLE_CLIENTS = 4, 32
WAYS = ("batches of 500, 4 clients", "single events, 32 clients", "from inbound.v1, one intake")


class Spent(NamedTuple):
    """Seconds on the clock, and of processor time by process."""

    seconds: float
    worked: Mapping[str, float]


def measure(platform: Platform, rounds: int) -> Rows:
    """All three ways, rounds interleaved."""
    return asyncio.run(_measure(platform, rounds))


async def _measure(platform: Platform, rounds: int) -> Rows:
    rates: dict[str, list[float]] = {name: [] for name in WAYS}
    costs: dict[str, dict[str, list[float]]] = {name: {} for name in WAYS}
    district = new_district("in")
    await found(platform, district)
    for turn in range(rounds + 1):
        for name, run, events in zip(WAYS, (batches, singles, inbound), (IN_BATCHES, SINGLE, INBOUND), strict=True):
            seconds, spent = await run(platform, district, events, f"r{turn}")
            if turn:
                rates[name].append(round(events / seconds))
                for who, used in spent.items():
                    costs[name].setdefault(who, []).append(round(used / events * 1e6, 1))
        say(f"round {turn}: { ({name: values[-1:] for name, values in rates.items()}) }")
    rows: Rows = [{"name": name, "unit": "events/s", "rounds": values} for name, values in rates.items()]
    for name, cost in costs.items():
        rows += [{"name": f"{name}: processor time of {who}", "unit": "us/event", "rounds": values} for who, values in cost.items() if max(values) >= 1]
    return rows


async def batches(platform: Platform, district: District, events: int, prefix: str) -> Spent:
    """What it takes to tell events in batches of 500; `prefix` begins the keys of what they tell of."""
    return await _by_http(platform, district, events, BATCH_CLIENTS, 500, [prefix + one for one in "ABCD"])


async def singles(platform: Platform, district: District, events: int, prefix: str) -> Spent:
    """What it takes to tell events that are a request each."""
    return await _by_http(platform, district, events, SINGLE_CLIENTS, 1, [f"{prefix}S{number}n" for number in range(SINGLE_CLIENTS)])


async def _by_http(platform: Platform, district: District, events: int, clients: int, size: int, names: Sequence[str]) -> Spent:
    bodies = [encoded(stories(district, name, events // clients), size) for name in names]

    async def client(mine: Sequence[bytes]) -> None:
        async with connect(platform, BATCH if size > 1 else STRUCTURED) as connection:
            for body in mine:
                await tell(connection, body)

    started, meter = time.perf_counter(), _meter(platform)
    await asyncio.gather(*(client(mine) for mine in bodies))
    return Spent(time.perf_counter() - started, meter.read())


async def inbound(platform: Platform, district: District, events: int, prefix: str) -> Spent:
    """What it takes to tell events that lie on inbound.v1 when the intake comes to them."""
    told = stories(district, f"{prefix}Z", events)
    platform.kill("intake", 19)  # SIGSTOP: it waits while the topic is filled
    try:
        await _produce(platform, told)
    finally:
        platform.kill("intake", 18)
    started, meter = time.perf_counter(), _meter(platform)
    connection = await asyncpg.connect(platform.owner_dsn)
    try:
        async with asyncio.timeout(120):
            while not await connection.fetchval("SELECT EXISTS (SELECT FROM log.inbox WHERE source = $1 AND id = $2)", SOURCE, told[-1]["id"]):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        spent = Spent(time.perf_counter() - started, meter.read())
        stored = await connection.fetchval("SELECT count(*) FROM log.inbox WHERE source = $1 AND id = ANY($2)", SOURCE, [event["id"] for event in told])
        assert stored == events, f"{stored} of {events} events of inbound.v1 were accepted"
        return spent
    finally:
        await connection.close()


async def _produce(platform: Platform, events: Sequence[Event]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=platform.kafka, acks="all")
    await producer.start()
    key, headers = SOURCE.encode(), [("content-type", STRUCTURED.encode()), ("wangge-key", platform.key("district").encode())]
    partition = zlib.crc32(key) % PARTITIONS
    sent = [await producer.send("inbound.v1", body, key, partition, headers=headers) for body in encoded(events, 1)]
    await asyncio.gather(*sent)
    await producer.stop()


def _meter(platform: Platform) -> Meter:
    return Meter({"client": os.getpid(), **platform.pids()})
