"""The relay with a real broker and a real log: whatever dies or is lost, every fact appears, each for the first time in its order."""

import asyncio
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from zlib import crc32

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from services.kernel.contracts.topics import BY_NAME
from services.kernel.topics import Topics
from tests.support.postgres import as_role
from tests.support.topics import remove

TOPIC = "cases.v1"
REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture
def topics(kafka: str) -> Iterator[Topics]:
    with Topics(kafka) as administration:
        remove(administration, TOPIC)
        yield administration
        remove(administration, TOPIC)


class Log:
    """Writes facts as a room does: numbers from the counter, in the same transaction."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.last = dict.fromkeys(range(12), 0)

    async def tell(self, facts: int, *, size: int = 300) -> None:
        keys = [f"case/test:{uuid.uuid4()}" for _ in range(facts)]
        async with self._connection.transaction():
            rows = []
            for key in sorted(keys, key=lambda key: crc32(key.encode()) % 12):
                partition = crc32(key.encode()) % 12
                self.last[partition] += 1
                number = self.last[partition]
                rows.append((TOPIC, partition, number, uuid.uuid4(), "org.wangge.case.opened.v1", key, key, b"%d:" % number + b"x" * size))
            for partition, number in self.last.items():
                await self._connection.execute("UPDATE log.counter SET n = $3 WHERE topic = $1 AND partition = $2", TOPIC, partition, number)
            columns = ("topic", "partition", "sequence", "id", "type", "key", "subject", "body")
            await self._connection.copy_records_to_table("fact", schema_name="log", columns=columns, records=rows)
            await self._connection.execute("SELECT pg_notify('log_cases', '')")

    async def is_relayed(self, *, within: float = 40) -> bool:
        until = time.monotonic() + within
        while time.monotonic() < until:
            rows = await self._connection.fetch("SELECT partition, sequence FROM log.relayed WHERE topic = $1", TOPIC)
            if {row["partition"]: row["sequence"] for row in rows} == self.last:
                return True
            await asyncio.sleep(0.05)
        return False


@pytest.fixture
async def log(database_dsn: str) -> AsyncIterator[Log]:
    connection = await asyncpg.connect(database_dsn)
    yield Log(connection)
    await connection.close()


@asynccontextmanager
async def relay(dsn: str, kafka: str, port: int, fail: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
    environment = os.environ | {"WANGGE_POSTGRES": as_role(dsn, "cases"), "WANGGE_KAFKA": kafka, "WANGGE_PORT": str(port), "WANGGE_FAIL": fail}
    command = (sys.executable, "-m", "services.kernel.eventlog.relay", TOPIC)
    process = await asyncio.create_subprocess_exec(*command, cwd=REPOSITORY, env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        assert await asyncio.wait_for(process.wait(), 20) in {0, -signal.SIGKILL}


async def first_appearances(kafka: str, expected: int) -> dict[int, list[int]]:
    """Of each partition, the numbers in the order in which each appears for the first time."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", fetch_max_wait_ms=100)
    await consumer.start()
    try:
        consumer.assign([TopicPartition(TOPIC, partition) for partition in range(12)])
        await consumer.seek_to_beginning()
        seen: dict[int, dict[int, None]] = {partition: {} for partition in range(12)}
        until = time.monotonic() + 20
        while sum(map(len, seen.values())) < expected and time.monotonic() < until:
            for partition, records in (await consumer.getmany(timeout_ms=200)).items():
                for record in records:
                    number = int(dict(record.headers)["ce_sequence"])
                    assert record.value.startswith(b"%d:" % number)
                    assert crc32(record.key) % 12 == record.partition
                    seen[partition.partition].setdefault(number)
        return {partition: list(numbers) for partition, numbers in seen.items()}
    finally:
        await consumer.stop()


def in_order(log: Log) -> dict[int, list[int]]:
    return {partition: list(range(1, last + 1)) for partition, last in log.last.items()}


async def test_facts_reach_the_topic_in_their_order_with_their_headers(log, database_dsn, kafka, topics, unused_tcp_port):
    await log.tell(5_000)

    async with relay(database_dsn, kafka, unused_tcp_port):
        assert await log.is_relayed()
        await log.tell(300)
        assert await log.is_relayed(within=2)

    assert await first_appearances(kafka, 5_300) == in_order(log)


@pytest.mark.parametrize(("point", "pass_"), [("relay.after_read", 1), ("relay.after_send", 5), ("relay.after_ack", 5), ("relay.after_mark", 1)])
async def test_a_relay_killed_at_a_failpoint_loses_nothing_and_keeps_the_order(point, pass_, log, database_dsn, kafka, topics, unused_tcp_port):
    await log.tell(4_000)
    async with relay(database_dsn, kafka, unused_tcp_port, fail=f"{point}:kill:{pass_}") as first:
        assert await asyncio.wait_for(first.wait(), 20) == -signal.SIGKILL
    await log.tell(1_000)

    async with relay(database_dsn, kafka, unused_tcp_port):
        assert await log.is_relayed()

    assert await first_appearances(kafka, 5_000) == in_order(log)


async def test_a_topic_that_was_made_anew_gets_everything_again(log, database_dsn, kafka, topics, unused_tcp_port):
    async with relay(database_dsn, kafka, unused_tcp_port):
        await log.tell(3_000)
        assert await log.is_relayed()
        remove(topics, TOPIC)
        topics.make(BY_NAME[TOPIC])
        for _ in range(20):
            await log.tell(50)
            await asyncio.sleep(0.05)
        await asyncio.sleep(6)
        assert await log.is_relayed()

    assert await first_appearances(kafka, 4_000) == in_order(log)


async def test_a_topic_that_is_gone_is_made_and_gets_everything_again(log, database_dsn, kafka, topics, unused_tcp_port):
    async with relay(database_dsn, kafka, unused_tcp_port):
        await log.tell(3_000)
        assert await log.is_relayed()
        remove(topics, TOPIC)
        await log.tell(500)
        await asyncio.sleep(6)
        assert await log.is_relayed()

    assert await first_appearances(kafka, 3_500) == in_order(log)


async def test_a_second_relay_stands_by_and_takes_over_when_the_first_is_frozen_without_its_lock(log, database_dsn, kafka, topics, unused_tcp_port_factory):
    async with relay(database_dsn, kafka, unused_tcp_port_factory()) as first, relay(database_dsn, kafka, unused_tcp_port_factory()):
        await log.tell(3_000)
        assert await log.is_relayed()
        telling = asyncio.create_task(tell_slowly(log))
        await asyncio.sleep(0.3)
        first.send_signal(signal.SIGSTOP)
        await cut_sessions(database_dsn)
        await asyncio.sleep(2)
        first.send_signal(signal.SIGCONT)
        await telling
        assert await log.is_relayed()

    assert await first_appearances(kafka, 6_000) == in_order(log)


async def tell_slowly(log: Log) -> None:
    for _ in range(30):
        await log.tell(100)
        await asyncio.sleep(0.1)


async def cut_sessions(dsn: str) -> None:
    """As if the server had lost its client: the lock is free, and the one that held it does not know."""
    connection = await asyncpg.connect(as_role(dsn, "cases"))
    here = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    holders = f"SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted AND {here}"
    assert await connection.fetch(f"SELECT pg_terminate_backend(pid) FROM ({holders}) AS holder WHERE pid <> pg_backend_pid()")
    await connection.close()
