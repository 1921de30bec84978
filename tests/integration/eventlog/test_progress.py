"""Where the relay stands, in a real PostgreSQL, as the role of its room."""

import json
import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from services.kernel.eventlog.progress import Mark, OvertakenError, Progress
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load
from tests.support.postgres import as_role

TOPIC = "cases.v1"
SQL = load("services.kernel.eventlog", "relay.sql")


@pytest.fixture
async def session(database_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(as_role(database_dsn, "cases"))
    yield connection
    await connection.close()


@pytest.fixture
def progress(session: asyncpg.Connection) -> Progress:
    return Progress(session, TOPIC)


async def tell(database: Database, facts: int, partition: int = 0) -> None:
    async with database.transaction() as connection:
        last = await connection.fetchval("UPDATE log.counter SET n = n + $1 WHERE topic = $2 AND partition = $3 RETURNING n", facts, TOPIC, partition)
        rows = [(TOPIC, partition, last - facts + 1 + n, uuid.uuid4(), "t", "k", "case/k", b"body") for n in range(facts)]
        columns = ("topic", "partition", "sequence", "id", "type", "key", "subject", "body")
        await connection.copy_records_to_table("fact", schema_name="log", columns=columns, records=rows)


async def test_only_one_session_leads_and_the_next_one_may_when_it_is_gone(database_dsn, progress, session):
    other = await asyncpg.connect(as_role(database_dsn, "cases"))

    assert await progress.try_lead()
    assert not await Progress(other, TOPIC).try_lead()
    assert await Progress(other, "members.v1").try_lead()
    await session.close()
    assert await Progress(other, TOPIC).try_lead()
    await other.close()


async def test_facts_are_taken_in_order_of_several_partitions_at_once(database, progress):
    await tell(database, 30)
    await tell(database, 5, partition=3)

    taken = await progress.take({0: range(11, 16), 3: range(5, 101), 7: range(1, 9)})

    assert [fact.sequence for fact in taken[0]] == [11, 12, 13, 14, 15]
    assert [(fact.sequence, fact.body) for fact in taken[3]] == [(5, b"body")]
    assert taken[7] == []
    assert await progress.counters() == {partition: {0: 30, 3: 5}.get(partition, 0) for partition in range(12)}


async def test_marks_move_only_from_where_they_were_left_and_for_their_own_incarnation(progress):
    await progress.note_topic("first")
    await progress.mark("first", {0: Mark(), 1: Mark()}, {0: Mark(7, 70), 1: Mark(9, 90)})
    assert (await progress.read()).marks == {partition: {0: Mark(7, 70), 1: Mark(9, 90)}.get(partition, Mark()) for partition in range(12)}

    for topic_id, before in (("first", {0: Mark(6, 70)}), ("other", {0: Mark(7, 70)})):
        with pytest.raises(OvertakenError):
            await progress.mark(topic_id, before, {0: Mark(8, 80)})


async def test_the_first_incarnation_is_noted_once_and_another_one_has_nothing(progress):
    assert (await progress.read()).topic_id is None

    await progress.note_topic("first")
    await progress.mark("first", {4: Mark()}, {4: Mark(2, 2)})
    await progress.note_topic("second")
    assert (await progress.read()).topic_id == "first"

    await progress.start_over("second")
    standing = await progress.read()
    assert standing.topic_id == "second"
    assert set(standing.marks.values()) == {Mark()}


async def test_the_next_facts_are_found_by_the_primary_key_in_one_range_of_the_log(database, session):
    await tell(database, 3_000)
    await database.pool.execute("ANALYZE log.fact")
    query = SQL.take_next.replace("$1", f"'{TOPIC}'").replace("$2", "'{0}'").replace("$3", "'{2001}'").replace("$4", "'{2100}'")

    plan = json.loads(await session.fetchval("EXPLAIN (ANALYZE, FORMAT JSON) " + query))[0]["Plan"]

    scans = [scan for scan in scans_of(plan) if scan["Node Type"] != "Function Scan" and scan["Actual Loops"]]
    assert {scan["Node Type"] for scan in scans} <= {"Index Scan", "Bitmap Index Scan", "Bitmap Heap Scan"}
    assert {scan["Relation Name"] for scan in scans if "Relation Name" in scan} == {"fact_cases_1"}
    assert {scan["Index Name"] for scan in scans if "Index Name" in scan} == {"fact_cases_1_pkey"}
    assert sum(scan.get("Rows Removed by Filter", 0) for scan in scans) == 0


def scans_of(plan: dict) -> list[dict]:
    own = [plan] if "Scan" in plan["Node Type"] else []
    return own + [scan for child in plan.get("Plans", []) for scan in scans_of(child)]
