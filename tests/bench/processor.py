"""How many facts a second the processor counts, beside a loop that only fetches and decodes the same topic.

`python -m tests.bench.processor --postgres DSN --kafka SERVERS [--facts N] [--rounds R] [--without-merge]`; the address is a superuser's. It makes a database
and a topic of its own, fills the topic with cases that move (4 rows a fact; 541 grids, 20 kinds, 400 days), and drops both at the end. Rounds of the loop and
of the processor alternate, since the machine is seldom quiet. Facts are counted between the first and the last commit.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from datetime import date, timedelta
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from services.kernel.contracts.facts import Row, canonical, row_as_json
from services.kernel.contracts.topics import PARTITIONS, Topic, partition_of
from services.kernel.postgres.migrate import find_migrations, migrate
from services.kernel.topics import Topics
from services.metrics import fold
from services.metrics.merge import merge

GRIDS, KINDS, DAYS = 541, 20, 400
NAME = f"bench_{os.getpid()}"
TOPIC = f"cases.v1.{NAME}"
_encode = msgspec.json.Encoder().encode


def fact(number: int, sequence: int, chance: random.Random) -> bytes:
    """A case that moves: one row taken back, three put."""
    day = date(2025, 1, 1) + timedelta(days=chance.randrange(DAYS))
    before = day - timedelta(days=chance.randrange(1, 30))
    grid, kind = f"zhuhai:g-{chance.randrange(GRIDS):03d}", f"case.livelihood.k{chance.randrange(KINDS):02d}"
    place = ("cases.open", kind, grid, f"zhuhai:o-{grid[-3:]}")
    new = canonical({"channel": "hotline", "state": "new", "tier": "2"})
    accepted = canonical({"channel": "hotline", "state": "accepted", "tier": "2"})
    now = [Row(*place, new, before, day), Row(*place, accepted, day), Row("cases.moved", *place[1:], canonical({"state": "accepted"}), day, day)]
    return _encode(
        {
            "specversion": "1.0",
            "id": "0192e4a0-1111-7222-8333-444455556666",
            "source": "urn:wangge:cases",
            "type": "org.wangge.case.moved.v1",
            "subject": f"case/zhuhai:c-{number}",
            "time": f"{day}T08:00:00+08:00",
            "datacontenttype": "application/json",
            "sequence": f"{sequence:020d}",
            "sourceepoch": 1,
            "catalogueversion": "ab12cd34",
            "recordedtime": f"{day}T00:00:01Z",
            "causationid": f"https://zhuhai.example/platform#e-{number}",
            "data": {
                "case": f"zhuhai:c-{number}",
                "state": "accepted",
                "was": [row_as_json(Row(*place, new, before))],
                "now": [row_as_json(row) for row in now],
            },
        }
    )


async def fill(servers: str, facts: int) -> float:
    """Fills the topic; returns the mean size of a fact in bytes."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_batch_size=256 * 1024, max_request_size=4 << 20)
    await producer.start()
    chance, sequences, size = random.Random(7), Counter[int](), 0
    builders = {partition: producer.create_batch() for partition in range(PARTITIONS)}
    sent = []
    for number in range(facts):
        key = f"case/zhuhai:c-{number}"
        partition = partition_of(key)
        sequences[partition] += 1
        body = fact(number, sequences[partition], chance)
        size += len(body)
        if builders[partition].append(key=key.encode(), value=body, timestamp=None) is None:
            sent.append(await producer.send_batch(builders[partition], TOPIC, partition=partition))
            builders[partition] = producer.create_batch()
            builders[partition].append(key=key.encode(), value=body, timestamp=None)
    for partition, builder in builders.items():
        if builder.record_count():
            sent.append(await producer.send_batch(builder, TOPIC, partition=partition))
    await asyncio.gather(*sent)
    await producer.stop()
    return size / facts


async def raw(servers: str, facts: int) -> float:
    """Facts a second of a loop that fetches and decodes what the processor decodes, and does nothing with it."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False, max_partition_fetch_bytes=1 << 20)
    await consumer.start()
    seen, first, started = 0, 0, 0.0
    while seen < facts:
        for records in (await consumer.getmany(timeout_ms=1000, max_records=10_000)).values():
            for record in records:
                fold._decode(record.value)
            seen += len(records)
        if not started:
            started, first = time.perf_counter(), seen
    elapsed = time.perf_counter() - started
    await consumer.stop()
    return (seen - first) / elapsed


async def counted(connection: asyncpg.Connection, servers: str, dsn: str, facts: int, *, merge: bool) -> float:
    """Facts a second of one worker, started for this and told to stop after it."""
    await connection.execute("SELECT metrics.drop_generation(1); SELECT metrics.make_generation(1)")
    await connection.execute("INSERT INTO metrics.watermark (generation, topic, partition) SELECT 1, $1, generate_series(0, 11)", TOPIC)
    environment = os.environ | {
        "WANGGE_POSTGRES": dsn,
        "WANGGE_KAFKA": servers,
        "WANGGE_PORT": "0",
        "WANGGE_METRICS_GROUP": f"{NAME}-{time.monotonic_ns()}",
        "WANGGE_METRICS_UNMERGED_ROWS": str(10**9),
        "BENCH_TOPIC": TOPIC,
        "BENCH_MERGE": str(int(merge)),
    }
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.bench.processor_worker", env=environment)
    try:
        done, first, started = 0, 0, 0.0
        while done < facts:
            await asyncio.sleep(0.02)
            done = await connection.fetchval("SELECT sum(sequence)::bigint FROM metrics.watermark WHERE generation = 1")
            if done and not started:
                started, first = time.perf_counter(), done
        return (facts - first) / (time.perf_counter() - started)
    finally:
        worker.send_signal(signal.SIGTERM)
        await asyncio.wait_for(worker.wait(), 20)


async def merged(connection: asyncpg.Connection) -> float:
    """Rows a second of the merge alone, over what the last round left."""
    total, started = 0, time.perf_counter()
    while True:
        async with connection.transaction():
            rows, waiting = await merge(connection, 1, 200_000)
        total += rows
        if waiting == 0:
            return total / (time.perf_counter() - started)


def with_name(dsn: str, name: str, user: str | None = None) -> str:
    """The address of another database of the server."""
    parts = urlsplit(dsn)
    location = parts.netloc if user is None else f"{user}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=location, path=f"/{name}"))


async def bench(arguments: argparse.Namespace) -> dict[str, object]:
    """Runs all rounds; returns the report."""
    admin = await asyncpg.connect(arguments.postgres)
    await admin.execute(f"CREATE DATABASE {NAME} OWNER wangge_owner")
    owner = with_name(arguments.postgres, NAME, "wangge_owner")
    rounds: dict[str, list[float]] = {"raw": [], "processor": [], "processor beside the merge": []}
    topics = Topics(arguments.kafka)
    try:
        await migrate(owner, find_migrations())
        topics.make(Topic(TOPIC, "bench", "", "", (), 86_400_000))
        size = await fill(arguments.kafka, arguments.facts)
        sys.stderr.write(f"{arguments.facts} facts of {size:.0f} bytes\n")
        connection = await asyncpg.connect(owner)
        worker = with_name(arguments.postgres, NAME, "wangge_metrics")
        for _ in range(arguments.rounds):
            rounds["raw"].append(await raw(arguments.kafka, arguments.facts))
            rounds["processor"].append(await counted(connection, arguments.kafka, worker, arguments.facts, merge=False))
            rounds.setdefault("merge alone (rows)", []).append(await merged(connection))
            rounds["processor beside the merge"].append(await counted(connection, arguments.kafka, worker, arguments.facts, merge=True))
            sys.stderr.write(f"{ {name: round(values[-1]) for name, values in rounds.items()} }\n")
        await connection.close()
    finally:
        topics._ask().delete_topics([TOPIC])
        topics.close()
        await admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")
        await admin.close()
    base = statistics.median(rounds["raw"])
    rows = [
        {
            "name": name,
            "unit": "rows/s" if "rows" in name else "facts/s",
            "rounds": [round(value) for value in values],
            "min": round(min(values)),
            "median": round(statistics.median(values)),
            "max": round(max(values)),
            "of_raw": None if "rows" in name else round(statistics.median(values) / base, 2),
        }
        for name, values in rounds.items()
    ]
    return {"bench": "processor", "machine": {"cpus": os.cpu_count(), "load": os.getloadavg()}, "rows": rows}


def main() -> int:
    """The command: one JSON document on standard output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", required=True)
    parser.add_argument("--kafka", required=True)
    parser.add_argument("--facts", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    sys.stdout.write(json.dumps(asyncio.run(bench(parser.parse_args())), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
