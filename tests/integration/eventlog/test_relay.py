"""The relay over a real log and a broker in memory: it is woken, stands by, begins again, and publishes all of it for another topic."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from random import Random

import pytest
from aiokafka.errors import KafkaError
from kafka.errors import KafkaConnectionError
from prometheus_client import CollectorRegistry

from services.kernel.contracts.topics import BY_NAME, Topic
from services.kernel.eventlog import incarnation
from services.kernel.eventlog.incarnation import Incarnation
from services.kernel.eventlog.publisher import Outgoing, Published
from services.kernel.eventlog.relay import Relay
from services.kernel.eventlog.telemetry import RelayTelemetry
from services.kernel.postgres.database import Database
from services.kernel.topics import Described
from tests.integration.eventlog.test_progress import TOPIC, tell
from tests.support.postgres import as_role

# asyncpg, of a session that the server has cut: nothing can be taken off it.
pytestmark = pytest.mark.filterwarnings("ignore:.*active notification listener:asyncpg.InterfaceWarning")


class Broker:
    """A broker in memory with its administration. `flaky`: what is sent gets lost, or its acknowledgement does."""

    def __init__(self, *, flaky: bool = False) -> None:
        self.id = "first"
        self.records: dict[int, list[int]] = {}
        self.away = False
        self._luck = Random(7) if flaky else None

    def make(self, topic: Topic) -> tuple[Described, bool]:
        return Described(self._answer(), topic.partitions), False

    def describe(self, _: str) -> Described:
        return Described(self._answer(), 12)

    def empty(self, _: str, __: int) -> None:
        self.records = {}

    def replace(self, topic_id: str) -> None:
        self.id, self.records = topic_id, {}

    def _answer(self) -> str:
        if self.away:
            raise KafkaConnectionError("away")
        return self.id

    async def start(self) -> None:
        self._answer()

    async def stop(self) -> None:
        pass

    async def publish(self, partition: int, facts: Sequence[Outgoing]) -> Published:
        await asyncio.sleep(0.002)
        luck = self._luck.random() if self._luck else 1.0
        if self.away or luck < 0.1:
            raise KafkaError("lost")
        kept = self.records.setdefault(partition, [])
        offset = len(kept)
        kept += [fact.sequence for fact in facts[:50]]
        if luck < 0.2:
            raise KafkaError("the acknowledgement was lost")
        return Published(min(50, len(facts)), offset)


@pytest.fixture(params=[False, True], ids=["good", "flaky"])
def broker(request) -> Broker:
    return Broker(flaky=request.param)


@asynccontextmanager
async def running(dsn: str, broker: Broker) -> AsyncIterator[CollectorRegistry]:
    database = await Database.connect(as_role(dsn, "cases"), name="relay", max_size=3)
    registry = CollectorRegistry()
    relay = Relay(database, Incarnation(broker, BY_NAME[TOPIC]), lambda: broker, RelayTelemetry(registry, TOPIC), TOPIC)
    task = asyncio.create_task(relay.run())
    try:
        yield registry
    finally:
        relay.stop()
        await asyncio.wait_for(task, 10)
        await database.close()


async def until(true: Callable[[], bool], within: float = 20) -> bool:
    for _ in range(int(within * 100)):
        if true():
            break
        await asyncio.sleep(0.01)
    return true()


def has(broker: Broker, last: int, partition: int = 0) -> Callable[[], bool]:
    return lambda: list(dict.fromkeys(broker.records.get(partition, []))) == list(range(1, last + 1))


async def test_a_log_is_published_in_order_and_marked(database_dsn, database, broker):
    await tell(database, 400)
    await tell(database, 90, partition=5)

    async with running(database_dsn, broker):
        assert await until(has(broker, 400))
        assert await until(has(broker, 90, 5))
        for _ in range(200):
            if await marks(database) == {0: 400, 5: 90}:
                break
            await asyncio.sleep(0.05)

    assert await marks(database) == {0: 400, 5: 90}


async def marks(database: Database) -> dict[int, int]:
    return dict(await database.pool.fetch("SELECT partition, sequence FROM log.relayed WHERE topic = $1 AND sequence > 0", TOPIC))


async def test_a_lost_signal_costs_a_moment_and_no_more(database_dsn, database, broker):
    async with running(database_dsn, broker) as registry:
        assert await until(lambda: registry.get_sample_value("wangge_relay_leading", {"topic": TOPIC}) == 1)
        await asyncio.sleep(0.5)
        await tell(database, 3)  # which sends no signal
        assert await until(has(broker, 3), within=5)


async def test_another_topic_gets_everything_again(database_dsn, database, broker, monkeypatch):
    monkeypatch.setattr(incarnation, "LOOK_EVERY_S", 0.1)
    await tell(database, 200)
    async with running(database_dsn, broker) as registry:
        assert await until(has(broker, 200))
        broker.replace("second")
        await tell(database, 20)
        assert await until(has(broker, 220))
        assert await until(lambda: registry.get_sample_value("wangge_relay_topics_replaced_total", {"topic": TOPIC}) == 1)

    assert await database.pool.fetchval("SELECT DISTINCT topic_id FROM log.relayed WHERE topic = $1", TOPIC) == "second"


async def test_records_that_the_broker_lost_are_published_again(database_dsn, database, broker):
    await tell(database, 200)
    async with running(database_dsn, broker):
        assert await until(has(broker, 200))
        broker.records = {}
        await tell(database, 20)
        assert await until(has(broker, 220))


async def test_records_that_the_broker_lost_while_nobody_looked_are_published_again(database_dsn, database, broker):
    await tell(database, 200)
    async with running(database_dsn, broker):
        assert await until(has(broker, 200))
        await asyncio.sleep(0.5)
    broker.records = {0: list(range(1, 151))}

    async with running(database_dsn, broker):
        assert await until(has(broker, 200))


async def test_a_broker_that_is_away_is_waited_for(database_dsn, database, broker):
    broker.away = True
    await tell(database, 50)
    async with running(database_dsn, broker):
        await asyncio.sleep(1)
        assert broker.records == {}
        broker.away = False
        assert await until(has(broker, 50))


async def test_a_cut_session_is_made_anew(database_dsn, database, broker):
    async with running(database_dsn, broker) as registry:
        await tell(database, 50)
        assert await until(has(broker, 50))
        await database.pool.execute("SELECT 1")
        await cut(database_dsn)
        await tell(database, 50)
        assert await until(has(broker, 100))
        assert await until(lambda: registry.get_sample_value("wangge_relay_leading", {"topic": TOPIC}) == 1)


async def cut(dsn: str) -> None:
    role = await Database.connect(as_role(dsn, "cases"), name="cutter", max_size=1)
    mine = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'wangge-relay'"
    assert await role.pool.fetch(f"SELECT pg_terminate_backend(pid) FROM ({mine}) AS session")
    await role.close()


async def test_two_relays_take_turns_and_marks_that_somebody_moved_are_read_again(database_dsn, database):
    broker = Broker()
    await tell(database, 100)
    async with running(database_dsn, broker) as first:
        assert await until(has(broker, 100))
        async with running(database_dsn, broker) as second:
            await asyncio.sleep(0.7)
            assert second.get_sample_value("wangge_relay_leading", {"topic": TOPIC}) == 0
            await database.pool.execute("UPDATE log.relayed SET sequence = 0 WHERE topic = $1", TOPIC)
            await tell(database, 10)
            assert await until(has(broker, 110))
            await asyncio.sleep(1)
    assert first.get_sample_value("wangge_relay_failures_total", {"topic": TOPIC}) > 0
    assert await database.pool.fetchval("SELECT max(sequence) FROM log.relayed WHERE topic = $1", TOPIC) == 110
