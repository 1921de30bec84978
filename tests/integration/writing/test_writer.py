"""The writer on a real PostgreSQL, with the smallest model there is: things that carry one number."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, date, datetime

import msgspec
import pytest_asyncio
from prometheus_client import CollectorRegistry
from structlog.contextvars import bound_contextvars, merge_contextvars
from structlog.testing import capture_logs

from services.kernel.contracts.commands import Command
from services.kernel.contracts.facts import Row
from services.kernel.errors import Code, refuse
from services.kernel.eventlog.append import Log
from services.kernel.lifecycle.record import Record
from services.kernel.postgres.database import Database
from services.kernel.writing.model import Change, Decision, Entities, Entity
from services.kernel.writing.telemetry import WritingTelemetry
from services.kernel.writing.writer import Writer

NOW = datetime(2026, 5, 1, tzinfo=UTC)


class Numbers:
    """`set` makes or changes a thing's number; a negative one is refused; the same one is a duplicate."""

    def touched(self, command: Command) -> Iterable[str]:
        return [command.subject]

    def trees(self, command: Command) -> Iterable[str]:
        return []

    def decide(self, command: Command, entities: Entities, clock: object) -> Decision:
        before = entities.get(command.subject)
        if command.data["number"] < 0:
            entities.put(Entity(command.subject, "thing", "thing", None, (), Record(command.data, command.data, "")))
            raise refuse(Code.INVALID, "a number is not negative")
        if before is not None and before.state.data == command.data:
            return Decision(())
        after = Entity(command.subject, "thing", "thing", None, (), Record(command.data, command.data, ""))
        return Decision([Change(before, after, "org.wangge.thing.set.v1", command.data)])


def count(entity: Entity, _: Entities) -> Sequence[Row]:
    return [Row("things", "thing", None, None, "{}", date(2026, 5, 1), date(2026, 5, 1), entity.state.data["number"])]


def tell(event_id: str, key: str, number: int, source: str = "urn:test") -> Command:
    told = msgspec.json.encode({"id": event_id, "number": number})
    data = {"number": number}
    return Command(source, event_id, "org.wangge.thing.set.v1", "thing", "set", f"thing/test:{key}", NOW, "thing", data, told, told, {}, "test", False)


@pytest_asyncio.fixture
async def writer(database: Database) -> AsyncIterator[Writer]:
    one = make_writer(database)
    one.start()
    yield one
    await one.stop()


def make_writer(database: Database) -> Writer:
    return Writer(database, "members", Numbers(), count, Log("members", "test"), lambda: NOW, WritingTelemetry(CollectorRegistry()))


async def facts_of(database: Database) -> list[dict[str, object]]:
    rows = await database.pool.fetch("SELECT partition, sequence, body FROM log.fact ORDER BY partition, sequence")
    facts = [{**json.loads(row["body"]), "partition": row["partition"], "number": row["sequence"]} for row in rows]
    assert [fact["sequence"] for fact in facts] == [f"{fact['number']:020d}" for fact in facts]
    return facts


async def test_a_batch_gets_one_result_per_event_in_order_and_one_fact_per_accepted_one(writer: Writer, database: Database) -> None:
    results = await writer.write([tell("e1", "a", 1), tell("e2", "b", -1), tell("e3", "a", 1), tell("e1", "a", 1), tell("e1", "a", 7), tell("e4", "a", 5)])

    assert [result.id for result in results] == ["e1", "e2", "e3", "e1", "e1", "e4"]
    assert [result.status for result in results] == ["accepted", "rejected", "duplicate", "duplicate", "rejected", "accepted"]
    assert results[4].problem is not None
    assert results[4].problem.code == "conflict"
    facts = await facts_of(database)
    assert [(fact["data"]["was"], fact["data"]["now"]) for fact in facts] == [
        ([], [["things", "thing", None, None, None, "2026-05-01", "2026-05-01"]]),
        ([["things", "thing", None, None, None, "2026-05-01", "2026-05-01"]], [["things", "thing", None, None, None, "2026-05-01", "2026-05-01", 5]]),
    ]


async def test_what_a_refused_command_put_is_taken_back(writer: Writer, database: Database) -> None:
    results = await writer.write([tell("e1", "a", -1), tell("e2", "a", 3)])

    assert [result.status for result in results] == ["rejected", "accepted"]
    assert (await facts_of(database))[0]["data"]["was"] == []


async def test_a_refused_event_may_be_sent_again_and_is_then_shown_as_accepted_later(writer: Writer, database: Database) -> None:
    await writer.write([tell("e1", "a", -1)])
    await writer.write([tell("e1", "a", -2)])

    results = await writer.write([tell("e1", "a", 2)])

    assert results[0].status == "accepted"
    row = await database.pool.fetchrow("SELECT code, count, accepted_later FROM log.refusal")
    assert tuple(row) == ("invalid", 2, True)


async def test_numbers_are_gapless_and_in_commit_order_whoever_writes(database: Database) -> None:
    writers = [make_writer(database) for _ in range(4)]
    for one in writers:
        one.start()

    async def district(number: int) -> list[str]:
        results = []
        for turn in range(30):
            batch = [tell(f"{number}-{turn}-{position}", f"k{(turn * 7 + position) % 40}", number * 10_000 + turn * 10 + position) for position in range(5)]
            results += [result.status for result in await writers[number].write(batch)]
        return results

    answers = await asyncio.gather(*(district(number) for number in range(4)))
    for one in writers:
        await one.stop()

    accepted = sum(statuses.count("accepted") for statuses in answers)
    unavailable = sum(statuses.count("unavailable") for statuses in answers)
    facts = await facts_of(database)
    assert len(facts) == accepted
    assert accepted + unavailable == 600
    by_partition: dict[object, list[object]] = {}
    for fact in facts:
        by_partition.setdefault(fact["partition"], []).append(fact["number"])
    assert all(sequences == list(range(1, len(sequences) + 1)) for sequences in by_partition.values())
    net: dict[object, int] = {}
    for fact in facts:
        for sign, rows in ((-1, fact["data"]["was"]), (1, fact["data"]["now"])):
            for row in rows:
                net[fact["subject"]] = net.get(fact["subject"], 0) + sign * (row[7] if len(row) > 7 and row[7] is not None else 1)
    states = {row["subject"]: json.loads(row["state"])["data"]["number"] for row in await database.pool.fetch("SELECT subject, state FROM members.entity")}
    assert net == states


async def test_a_database_that_is_away_makes_results_unavailable_and_nothing_is_kept(writer: Writer, database: Database) -> None:
    await database.pool.expire_connections()
    database.pool.terminate()

    with bound_contextvars(trace_id="r-1"), capture_logs(processors=[merge_contextvars]) as lines:
        results = await writer.write([tell("e1", "a", 1), tell("e2", "b", 2)])

    assert [result.status for result in results] == ["unavailable", "unavailable"]
    assert {tuple(line["trace_id"]) for line in lines} == {("r-1",)}
