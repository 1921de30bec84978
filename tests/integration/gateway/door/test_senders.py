"""What sources sent is counted once, whichever processes counted it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
import pytest_asyncio

from services.gateway.senders import Senders
from services.kernel.postgres.database import Database
from tests.support.postgres import as_role

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)


class Watch:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest_asyncio.fixture
async def database(database_dsn: str) -> AsyncIterator[Database]:
    database = await Database.connect(as_role(database_dsn, "gateway"), name="test")
    yield database
    await database.close()


async def test_several_gateways_and_the_intake_agree(database: Database) -> None:
    watch = Watch()
    first, second, intake = Senders(database, watch, "http"), Senders(database, watch, "http"), Senders(database, watch, "kafka")
    first.note([("a", "accepted"), ("a", "accepted"), ("b", "rejected")])
    watch.now += timedelta(minutes=1)
    second.note([("a", "accepted")])
    watch.now += timedelta(minutes=1)
    intake.note([("a", "duplicate"), ("b", "accepted")])
    await second.keep()
    await intake.keep()

    told = await first.all()

    assert told == await second.all()
    assert (told["a"].counts, told["b"].counts) == ({"accepted": 3, "duplicate": 1}, {"rejected": 1, "accepted": 1})
    assert {way: sent.counts for way, sent in told["a"].ways.items()} == {"http": {"accepted": 3}, "kafka": {"duplicate": 1}}
    assert (told["a"].first_at, told["a"].last_at) == (NOON, NOON + timedelta(minutes=2))
    assert told["a"].ways["http"].last_at == NOON + timedelta(minutes=1)


async def test_an_event_that_must_come_again_does_not_count_as_heard(database: Database) -> None:
    senders = Senders(database, lambda: NOON, "http")
    senders.note([("a", "unavailable")])

    told = (await senders.all())["a"]

    assert (told.counts, told.last_at) == ({"unavailable": 1}, None)


async def test_what_could_not_be_kept_is_kept_later(database: Database, database_dsn: str) -> None:
    senders = Senders(database, lambda: NOON, "http")
    owner = await asyncpg.connect(database_dsn)
    await owner.execute("REVOKE INSERT ON gateway.sender FROM wangge_gateway")
    senders.note([("a", "accepted")])
    with pytest.raises(asyncpg.PostgresError):
        await senders.keep()
    senders.note([("a", "accepted")])
    await owner.execute("GRANT INSERT ON gateway.sender TO wangge_gateway")
    await owner.close()

    assert (await senders.all())["a"].counts == {"accepted": 2}
