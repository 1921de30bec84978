"""How many facts a second the processor counts, with its commits, beside a loop that only fetches and decodes the same topic.

Each round: that loop, the processor, the merge alone over what the processor left, the processor with the merge beside it. They alternate, since the machine
is seldom quiet. The first quarter of the facts is warm-up: there the worker meets most axes for the first time, and has them numbered. Processor time is told apart, in microseconds a fact, for the client (the loop, or
the worker), PostgreSQL and the broker. The topic and the database are the bench's own; the platform's services rest meanwhile.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import psutil
from aiokafka import AIOKafkaConsumer

from deploy.local.platform import Platform
from services.kernel.contracts.topics import Topic
from services.kernel.postgres.migrate import find_migrations, migrate
from services.kernel.topics import Topics
from services.metrics import fold
from services.metrics.merge import merge
from tests.bench.cpu import Meter
from tests.bench.workload import fill

FACTS = 200_000
NAME = f"bench_{os.getpid()}"
TOPIC = f"cases.v1.{NAME}"
LOOP, ALONE, MERGE, BESIDE = "raw loop", "processor", "merge alone", "processor beside the merge"


class Place(NamedTuple):
    """Where it is measured."""

    kafka: str
    owner: str  # addresses of the bench's database, as its owner and as the worker
    worker: str
    servers: Mapping[str, int]  # the processes of PostgreSQL and the broker


class Result(NamedTuple):
    """What came of one contestant in one round."""

    rate: float  # a second: facts, or of the merge alone rows
    cpu: Mapping[str, float]  # microseconds a fact, by process


async def raw(place: Place, facts: int) -> Result:
    """A loop that fetches and decodes what the processor decodes, and does nothing with it."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=place.kafka, auto_offset_reset="earliest", enable_auto_commit=False, max_partition_fetch_bytes=1 << 20)
    await consumer.start()
    seen, first, started = 0, 0, 0.0
    meter = Meter({})
    while seen < facts:
        for records in (await consumer.getmany(timeout_ms=1000, max_records=10_000)).values():
            for record in records:
                fold._decode(record.value)
            seen += len(records)
        if not started and seen >= facts / 4:
            started, first, meter = time.perf_counter(), seen, Meter({"client": os.getpid(), **place.servers})
    result = _result(facts - first, started, meter)
    await consumer.stop()
    return result


async def counted(place: Place, connection: asyncpg.Connection, facts: int, *, merging: bool) -> Result:
    """One worker, started for this and told to stop after it."""
    await connection.execute("SELECT metrics.drop_generation(1); SELECT metrics.make_generation(1)")
    await connection.execute("INSERT INTO metrics.watermark (generation, topic, partition) SELECT 1, $1, generate_series(0, 11)", TOPIC)
    environment = os.environ | {
        "WANGGE_POSTGRES": place.worker,
        "WANGGE_KAFKA": place.kafka,
        "WANGGE_PORT": "0",
        "WANGGE_METRICS_GROUP": f"{NAME}-{time.monotonic_ns()}",
        "WANGGE_METRICS_UNMERGED_ROWS": str(10**9),
        "BENCH_TOPIC": TOPIC,
        "BENCH_MERGE": str(int(merging)),
    }
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.processor_worker", env=environment)
    try:
        done, first, started = 0, 0, 0.0
        meter = Meter({})
        while (done or 0) < facts:
            await asyncio.sleep(0.02)
            done = await connection.fetchval("SELECT sum(sequence)::bigint FROM metrics.watermark WHERE generation = 1")
            if not started and (done or 0) >= facts / 4:
                started, first, meter = time.perf_counter(), done, Meter({"client": worker.pid, **place.servers})
        return _result(facts - first, started, meter)
    finally:
        worker.send_signal(signal.SIGTERM)
        await asyncio.wait_for(worker.wait(), 20)


async def merged(place: Place, connection: asyncpg.Connection, facts: int) -> Result:
    """The merge alone, over what the last round left."""
    total, waiting = 0, 1
    started, meter = time.perf_counter(), Meter(place.servers)
    while waiting:
        async with connection.transaction():
            rows, waiting = await merge(connection, 1, 200_000)  # type: ignore[arg-type]  # a connection of its own, not of a pool
        total += rows
    elapsed = time.perf_counter() - started
    return Result(total / elapsed, _per_fact(meter, facts))


def _result(facts: int, started: float, meter: Meter) -> Result:
    elapsed = time.perf_counter() - started
    return Result(facts / elapsed, _per_fact(meter, facts))


def _per_fact(meter: Meter, facts: int) -> dict[str, float]:
    return {name: used / facts * 1e6 for name, used in meter.read().items()}


async def rounds(place: Place, turns: int, facts: int) -> dict[str, list[Result]]:
    """All rounds, on a filled topic and a migrated database."""
    found: dict[str, list[Result]] = {name: [] for name in (LOOP, ALONE, MERGE, BESIDE)}
    connection = await asyncpg.connect(place.owner, statement_cache_size=0, command_timeout=600)
    for _ in range(turns):
        found[LOOP].append(await raw(place, facts))
        found[ALONE].append(await counted(place, connection, facts, merging=False))
        found[MERGE].append(await merged(place, connection, facts))
        found[BESIDE].append(await counted(place, connection, facts, merging=True))
        told = {name: (round(results[-1].rate), {who: round(used, 1) for who, used in results[-1].cpu.items()}) for name, results in found.items()}
        sys.stderr.write(f"{told}\n")
    await connection.close()
    return found


def rows_of(found: Mapping[str, list[Result]]) -> list[dict[str, Any]]:
    """The rows of the bench's report: rates, each with its share of the raw loop in the same round (their median), and processor time."""
    rows: list[dict[str, Any]] = []
    for name, results in found.items():
        shares = sorted(result.rate / loop.rate for result, loop in zip(results, found[LOOP], strict=True))
        row = {"name": name, "unit": "rows/s" if name == MERGE else "facts/s", "rounds": [round(result.rate) for result in results]}
        rows.append(row if name == MERGE else {**row, "of_raw": round(shares[len(shares) // 2], 2)})
    for name, results in found.items():
        for who in results[0].cpu:
            rows.append({"name": f"{name}: processor time of {who}", "unit": "us/fact", "rounds": [round(result.cpu[who], 1) for result in results]})
    return rows


async def _bench(place: Place, admin_dsn: str, turns: int, facts: int) -> list[dict[str, Any]]:
    admin = await asyncpg.connect(admin_dsn)
    await admin.execute(f"CREATE DATABASE {NAME} OWNER wangge_owner")
    topics = Topics(place.kafka)
    try:
        await migrate(place.owner, find_migrations())
        topics.make(Topic(TOPIC, "bench", "", "", (), 86_400_000))
        size = await fill(place.kafka, TOPIC, facts)
        sys.stderr.write(f"{facts} facts of {size:.0f} bytes\n")
        return rows_of(await rounds(place, turns, facts))
    finally:
        topics._ask().delete_topics([TOPIC])
        topics.close()
        await admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        await admin.close()


def with_name(dsn: str, name: str) -> str:
    """The address of another database of the server."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))


def measure(platform: Platform, turns: int) -> list[dict[str, Any]]:
    """All rounds on this platform, whose services rest meanwhile."""
    platform.stop_services()
    addresses, pids = platform.addresses, platform.pids()
    owner, worker = (with_name(addresses.dsn(role), NAME) for role in ("wangge_owner", "wangge_metrics"))
    place = Place(platform.kafka, owner, worker, {"postgres": pids["postgres"], "broker": pids["kafka"]})
    load = psutil.getloadavg()
    rows = asyncio.run(_bench(place, addresses.superuser_dsn, turns, int(os.environ.get("BENCH_FACTS", FACTS))))
    sys.stderr.write(f"load before: {load}, after: {psutil.getloadavg()}\n")
    return rows
