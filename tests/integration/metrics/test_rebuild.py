import asyncio
import json
import os
import sys
from datetime import date, timedelta
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from services.metrics import rebuild, store
from services.metrics.merge import Merger, merge
from services.metrics.model import Partition
from services.metrics.rebuild import AlreadyRunningError, LogHasGapError, Rebuild
from services.metrics.telemetry import Telemetry
from tests.integration.metrics.figures import CASES, apply, figures, naive, naive_presence, presence, processor, until
from tests.integration.metrics.test_merge import story
from tests.unit.metrics.facts import body, occurrence, record

DAY = date(2026, 3, 1)
LONG_IDLE = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in tr%' AND clock_timestamp() - state_change > '0.4 s'"
)


async def log(see, bodies, partition=CASES, first=1, epoch=None):
    """Puts facts into the log as a writing room does."""
    rows = [(*partition, first + index, UUID(int=first + index), "org.wangge.case.moved.v1", "k", "s", value) for index, value in enumerate(bodies)]
    await see.copy_records_to_table("fact", schema_name="log", columns=("topic", "partition", "sequence", "id", "type", "key", "subject", "body"), records=rows)
    await see.execute("UPDATE log.counter SET n = $3 WHERE topic = $1 AND partition = $2", *partition, first + len(bodies) - 1)
    if epoch is not None:
        await see.execute("UPDATE log.epoch SET epoch = $1", epoch)


async def told(worker_database, see, facts=80, seed=2):
    """A log and live figures that have counted all of it, most of it merged."""
    bodies = story(seed, facts)
    await log(see, bodies)
    one = processor(worker_database)
    await apply(one, bodies[: facts - 10])
    await Merger(worker_database, Telemetry(CollectorRegistry())).step()
    await apply(one, bodies[facts - 10 :], offset=facts - 10)
    return one


async def state(see):
    row = await see.fetchrow("SELECT live, next, array(SELECT generation FROM metrics.mark ORDER BY 1) AS existing FROM metrics.generation")
    return row["live"], row["next"], list(row["existing"])


async def test_a_rebuild_of_sound_figures_finds_no_difference_and_switches(worker_database, see, database):
    await told(worker_database, see)
    before = await figures(see, 1)

    report = await Rebuild(database).run()

    assert (report.switched, report.differences, report.facts, report.buried) == (True, [], 80, 0)
    assert await state(see) == (2, None, [1, 2])
    assert await figures(see, 2) == before == await naive(see, 2)
    assert await presence(see, 2) == await naive_presence(see, 2)
    assert (await store.read_watermarks(see, 2))[CASES].sequence == 80


async def test_what_is_filled_while_a_merge_runs_is_merged_by_the_next(worker_database, see, database, monkeypatch):
    """Many small fills beside the merges; the last facts come while a merge is at work."""
    await told(worker_database, see)
    filled = []

    async def merge_slowly(connection, generation, most):
        found = await merge(connection, generation, most)
        await asyncio.sleep(0 if filled else 0.3)  # the fills of the whole log fit into the first merge's time
        filled.append(found)
        return found

    monkeypatch.setattr(rebuild, "merge", merge_slowly)
    monkeypatch.setattr(rebuild, "_MERGE_EVERY_S", 0.001)
    monkeypatch.setattr(rebuild, "_BATCH", 7)

    report = await Rebuild(database).run()

    assert (report.switched, report.differences, report.facts) == (True, [], 80)
    assert len(filled) > 1
    assert await figures(see, 2) == await naive(see, 2)


async def test_no_transaction_lies_idle_while_facts_are_read_which_may_take_longer_than_one_may(worker_database, see, database, monkeypatch):
    """A merge beside the reading is between two statements for a moment; what must not be is one that waits for what is read."""
    await told(worker_database, see)
    idle = []

    async def read(*arguments):
        letters = await real(*arguments)
        if any(letters.values()):
            await asyncio.sleep(0.5)
            idle.append(await see.fetchval(LONG_IDLE))
        return letters

    rebuild = Rebuild(database)
    real = rebuild._reader.read
    monkeypatch.setattr(rebuild._reader, "read", read)
    monkeypatch.setattr("services.metrics.rebuild._BATCH", 20)

    assert (await rebuild.run()).switched
    assert len(idle) == 4
    assert set(idle) == {0}


async def test_a_cell_that_is_wrong_is_named_and_the_live_generation_stays_unless_accepted(worker_database, see, database):
    await told(worker_database, see)
    right = await figures(see, 1)
    measure = await see.fetchval(
        """WITH one AS (SELECT generation, axis, day, since FROM metrics.cell LIMIT 1)
        UPDATE metrics.cell SET value = cell.value + 5 FROM one JOIN metrics.axis USING (generation, axis)
        WHERE (cell.generation, cell.axis, cell.day, cell.since) = (one.generation, one.axis, one.day, one.since) RETURNING measure"""
    )

    refused = await Rebuild(database).run()
    ((part, where, _, live, rebuilt, *_),) = refused.differences
    assert (part, where, live - rebuilt, refused.switched) == ("cells", measure, 5, False)
    assert await state(see) == (1, None, [1])

    accepted = await Rebuild(database).run(accept=True)
    assert (accepted.switched, accepted.differences) == (True, refused.differences)
    assert await figures(see, 2) == right


@pytest.mark.parametrize(
    ("part", "tamper"),
    [
        ("cells", "UPDATE metrics.cell SET day = day + 1000 WHERE ctid = (SELECT ctid FROM metrics.cell LIMIT 1)"),
        ("presence", "UPDATE metrics.presence SET thing = 'person/r:nobody' WHERE ctid = (SELECT ctid FROM metrics.presence WHERE count > 0 LIMIT 1)"),
        ("rows", "UPDATE metrics.fresh SET thing = 'case/else' WHERE ctid = (SELECT ctid FROM metrics.fresh LIMIT 1)"),
        ("rows", "UPDATE metrics.settled SET thing = 'case/else' WHERE ctid = (SELECT ctid FROM metrics.settled WHERE n = 1 LIMIT 1)"),
    ],
)
async def test_what_only_stands_elsewhere_is_a_difference_too(worker_database, see, database, part, tamper):
    await told(worker_database, see)
    assert await see.execute(tamper) == "UPDATE 1"

    report = await Rebuild(database).run()

    assert [one.part for one in report.differences] == [part]
    assert (report.differences[0].live_count, report.differences[0].live_value) == (report.differences[0].rebuilt_count, report.differences[0].rebuilt_value)
    assert not report.switched


async def test_generations_before_the_last_one_are_dropped(worker_database, see, database):
    await told(worker_database, see)

    for _ in range(3):
        assert (await Rebuild(database).run()).switched

    assert await state(see) == (4, None, [3, 4])
    assert await see.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'metrics' AND tablename IN ('settled_1', 'fresh_2', 'cell_2', 'axis_1')") == 0


async def test_what_a_killed_rebuild_left_behind_is_cleared_away(worker_database, see, database):
    await told(worker_database, see)
    await see.execute("SELECT metrics.make_generation(2); UPDATE metrics.generation SET next = 2; INSERT INTO metrics.mark VALUES (7)")

    assert (await Rebuild(database).run()).switched

    assert await state(see) == (2, None, [1, 2])


async def test_only_one_rebuild_runs_at_a_time(see, database):
    await see.execute("SELECT pg_advisory_lock(hashtext('wangge.metrics.rebuild'))")

    with pytest.raises(AlreadyRunningError):
        await Rebuild(database).run()


async def test_workers_go_on_in_the_new_generation_where_the_old_one_stood(worker_database, see, database):
    one = await told(worker_database, see)
    one._topic_id = lambda _: "t"
    more = story(11, 30)
    more = [body(80 + number, now=[occurrence(DAY + timedelta(number))]) for number in range(1, 31)]
    await log(see, more, first=81)
    await apply(one, more[:20], offset=80)

    report = await Rebuild(database).run()
    await apply(one, more[10:], offset=90)

    assert report.facts == 100
    marks = await store.read_watermarks(see, 2)
    assert marks[CASES].sequence == 110
    assert await figures(see, 2) == await naive(see, 2)
    assert (await store.read_watermarks(see, 1))[CASES].sequence == 100


async def test_the_new_generation_knows_the_offsets_that_the_old_one_knew(worker_database, see, database):
    one = processor(worker_database)
    one._topic_id = lambda _: "incarnation"
    bodies = story(4, 20)
    await log(see, bodies)
    await apply(one, bodies, offset=700)

    await Rebuild(database).run()

    assert (await store.read_watermarks(see, 2))[CASES] == (1, 20, "incarnation", 720)


async def test_beside_live_traffic_nothing_is_lost_or_doubled(worker_database, see, database):
    """Rebuilds follow each other while a worker counts and merges; in the end the figures are those of the log."""
    one = processor(worker_database, batch=50)
    partitions = [Partition("cases.v1", number) for number in range(3)]
    stories = {partition: story(partition.partition, 600) for partition in partitions}
    for partition, bodies in stories.items():
        await log(see, bodies, partition)
    tasks = [asyncio.create_task(one.run()), asyncio.create_task(Merger(worker_database, Telemetry(CollectorRegistry()), most=100, pause_s=0.01).run())]

    async def feed():
        for start in range(0, 600, 20):
            await one.take(
                {partition: [record(value, start + index) for index, value in enumerate(bodies[start : start + 20])] for partition, bodies in stories.items()}
            )
            await asyncio.sleep(0.01)

    feeding = asyncio.create_task(feed())
    reports = [await Rebuild(database).run()]
    while not feeding.done():
        reports.append(await Rebuild(database).run())
    await feeding
    live = len(reports) + 1

    async def all_counted():
        return {mark.sequence for partition, mark in (await store.read_watermarks(see, live)).items() if partition in partitions} == {600}

    await until(all_counted, within=20)
    for task in tasks:
        task.cancel()

    assert all(report.switched for report in reports)
    assert (await state(see))[0] == live
    assert await figures(see, live) == await naive(see, live)
    final = await Rebuild(database).run()
    assert (final.differences, final.facts) == ([], 1800)


async def test_after_a_rise_of_the_epoch_the_new_generation_takes_all_that_the_log_has(worker_database, see, database):
    """The log came back from a backup without its last facts; others were numbered in their place, under the next epoch."""
    lost, kept = story(6, 50), story(6, 40)
    await apply(one := processor(worker_database), lost)
    fresh = [body(number, now=[occurrence(DAY)], epoch=2, subject=f"case/z:{number}") for number in range(41, 61)]
    await log(see, [*kept, *fresh], epoch=2)
    await apply(one, fresh, offset=50)
    assert one.waits(CASES)

    refused = await Rebuild(database).run()
    assert refused.differences
    accepted = await Rebuild(database).run(accept=True)

    assert accepted.switched
    assert (await store.read_watermarks(see, 2))[CASES][:2] == (2, 60)
    last = body(61, now=[occurrence(DAY)], epoch=2)
    await log(see, [last], first=61)
    await apply(one, [*lost[38:], *fresh, last], offset=0)
    assert (await store.read_watermarks(see, 2))[CASES][:2] == (2, 61)
    assert not one.waits(CASES)
    assert await figures(see, 2) == await naive(see, 2)
    assert (await Rebuild(database).run()).differences == []


async def test_unreadable_facts_are_buried_in_the_new_generation_as_well(worker_database, see, database):
    bodies = story(3, 12)
    bodies[5] = b"{broken"
    await log(see, bodies)
    await apply(processor(worker_database), bodies, headers=range(1, 13))

    report = await Rebuild(database).run()

    assert (report.buried, report.switched) == (1, True)
    assert [tuple(row) for row in await see.fetch("SELECT generation, sequence FROM metrics.dead_letter ORDER BY 1")] == [(1, 6), (2, 6)]


async def test_a_log_with_a_hole_is_not_built_upon(worker_database, see, database):
    await told(worker_database, see)
    await see.execute("DELETE FROM log.fact WHERE sequence = 33")

    with pytest.raises(LogHasGapError, match="after 32"):
        await Rebuild(database).run()

    assert (await state(see))[0] == 1


async def test_the_command_prints_one_document_and_exits_by_what_it_did(worker_database, see, database_dsn):
    await told(worker_database, see)
    await see.execute("UPDATE metrics.cell SET value = value + 1 WHERE ctid = (SELECT ctid FROM metrics.cell LIMIT 1)")

    async def run(*arguments):
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "services.metrics.rebuild",
            "--json",
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            env=os.environ | {"WANGGE_POSTGRES": database_dsn},
        )
        out, _ = await process.communicate()
        return process.returncode, json.loads(out)

    code, report = await run()
    assert (code, report["switched"], len(report["differences"])) == (1, False, 1)
    code, report = await run("--accept")
    assert (code, report["switched"], report["generation"], report["facts"]) == (0, True, 2, 80)
