"""The benches in short, on real servers: every contestant makes the sums it should. How fast is not asked here."""

import sys
from collections.abc import AsyncIterator
from typing import NamedTuple

import asyncpg
import pytest
import pytest_asyncio

from services.kernel.contracts.topics import Topic
from services.kernel.topics import Topics
from tests.bench import contest, own, rebuild
from tests.bench.filled_log import fill_log
from tests.bench.load.editions import editions, truth
from tests.bench.load.prepared import PREFIX, facts_of
from tests.bench.load.topic import fill
from tests.bench.load.work import BACKFILL, LIVE
from tests.bench.peers.environment import FOLDER
from tests.bench.place import Place
from tests.support.postgres import as_role

COUNTED, FACTS = 150, 400


class Laid(NamedTuple):
    """A topic full of facts, a database beside it, and what the sums must be."""

    place: Place
    topic: str
    truth: str
    connection: asyncpg.Connection


@pytest_asyncio.fixture
async def laid(kafka: str, database_dsn: str) -> AsyncIterator[Laid]:
    topic = f"bench-{contest.stamp()}"
    with Topics(kafka) as topics:
        topics.make(Topic(topic, "bench", "", "", (), 86_400_000))
    told, shift = facts_of(LIVE, COUNTED)
    await fill(kafka, topic, editions(told, FACTS, prefix=PREFIX, shift=shift))
    dsns = {"owner": database_dsn, **{role: as_role(database_dsn, role) for role in ("cases", "metrics")}}
    connection = await asyncpg.connect(database_dsn)
    yield Laid(Place(kafka, dsns, {}, (topic,)), topic, truth(told, FACTS, shift=shift), connection)
    await connection.close()


async def test_the_loops_and_faust_make_the_sums(laid: Laid) -> None:
    for who in (contest.LOOP, *(one for one in contest.PEERS if not one.own_python)):
        expected = None if who is contest.LOOP else laid.truth

        result = await contest.run(who, sys.executable, laid.place.kafka, laid.topic, FACTS, expected, {})

        assert result.verdict == "exact", who.name
        assert result.rate > 0, who.name


@pytest.mark.timeout(400)  # some of them take long to import
@pytest.mark.skipif(not FOLDER.exists(), reason="the peers' environment is set up by ./run bench")
async def test_the_other_stream_processors_make_the_sums(laid: Laid) -> None:
    for who in contest.PEERS:
        if who.own_python:
            result = await contest.run(who, str(FOLDER / "bin" / "python"), laid.place.kafka, laid.topic, FACTS, laid.truth, {})

            assert result.verdict == "exact", who.name


async def test_a_contestant_that_finds_something_else_is_marked(laid: Laid) -> None:
    (who,) = (one for one in contest.PEERS if one.module == "raw_aiokafka")

    result = await contest.run(who, sys.executable, laid.place.kafka, laid.topic, FACTS, "3:another", {})

    assert result.verdict.startswith("wrong: ")


async def test_the_processor_and_its_merge_make_the_sums(laid: Laid) -> None:
    for merging in (False, True):
        alone, left, _ = await own.counted(laid.place, laid.connection, laid.topic, FACTS, laid.truth, merging=merging)

        assert (alone.verdict, left.verdict) == ("exact", "exact")


async def test_a_rebuild_from_the_log_makes_the_sums(laid: Laid) -> None:
    told, shift = facts_of(BACKFILL, COUNTED)
    await fill_log(laid.connection, told, FACTS, shift=shift)

    report = await rebuild.rebuilt(laid.place, laid.connection, accept=True)

    assert report["facts"] == FACTS
    assert await own.sums(laid.connection, report["generation"]) == truth(told, FACTS, shift=shift)
