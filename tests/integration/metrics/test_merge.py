import asyncio
import random
from datetime import date, timedelta

import asyncpg
import pytest
from prometheus_client import CollectorRegistry

from services.kernel.contracts.facts import canonical
from services.metrics import merge as merge_module
from services.metrics.merge import IncompleteError, Merger, merge
from services.metrics.telemetry import Telemetry
from tests.integration.metrics.figures import apply, figures, naive, naive_presence, presence, processor, until
from tests.unit.metrics.facts import body, occurrence, stretch

FIRST_DAY = date(2026, 1, 1)


def story(seed: int, facts: int) -> list[bytes]:
    """Facts that put rows and take some of them back, as corrections, moves and withdrawals do."""
    chance = random.Random(seed)
    standing: list = []
    told = []
    for number in range(1, facts + 1):
        was = [standing.pop(chance.randrange(len(standing))) for _ in range(chance.choice((0, 0, 1, 2))) if standing]
        now = [_row(chance) for _ in range(chance.choice((0, 1, 2, 3)))]
        standing += now
        told.append(body(number, was, now, subject=f"case/zhuhai:c-{number}"))
    return told


def _row(chance):
    day = FIRST_DAY + timedelta(chance.randrange(6))
    area = chance.choice([None, "zhuhai:g-1", "zhuhai:g-2"])
    match chance.randrange(4):
        case 0:
            return stretch(day, area=area)
        case 1:
            return stretch(day, day + timedelta(chance.randrange(1, 5)), area=area, dims='{"state":"new"}')
        case 2:
            return stretch(
                day,
                measure="cases.cohort",
                area=area,
                dims=canonical({"resolved": chance.choice(["true", "false"])}),
                since=FIRST_DAY - timedelta(chance.randrange(3)),
            )
        case _:
            roles = canonical({role: f"person/r:{chance.randrange(3)}" for role in chance.sample(["person", "by", "of"], chance.randrange(3))})
            return occurrence(day, area=area, value=chance.randrange(-5, 90), roles=None if roles == "{}" else roles)


def merger(database, **options):
    return Merger(database, Telemetry(CollectorRegistry()), **options)


@pytest.mark.parametrize("seed", range(4))
async def test_cells_and_unmerged_rows_are_the_sum_of_all_rows_at_every_point_of_the_merge(worker_database, see, seed):
    one, two = processor(worker_database), merger(worker_database, most=7)
    told = story(seed, 120)
    for start in range(0, 120, 6):
        await apply(one, told[start : start + 6], offset=start)
        assert await figures(see) == await naive(see)
        if start % 4 == 0:
            await two.step()
            assert await figures(see) == await naive(see)
            assert await presence(see) == await naive_presence(see)

    while await two.step():
        assert await figures(see) == await naive(see)

    assert await see.fetchval("SELECT merged.n = mark.n AND merged.total = mark.total FROM metrics.merged JOIN metrics.mark USING (generation)")
    assert await presence(see) == await naive_presence(see)
    assert len(await naive(see)) > 30  # the story leaves something to compare
    assert len(await presence(see)) > 10


async def test_an_occurrence_stands_on_its_day_only_and_a_stretch_is_taken_off_when_it_ends(worker_database, see):
    day = FIRST_DAY
    await apply(processor(worker_database), [body(1, now=[occurrence(day, value=90), stretch(day, day + timedelta(2)), stretch(day + timedelta(1))])])

    await merger(worker_database).step()

    cells = await see.fetch("SELECT measure, day, value, count FROM metrics.cell JOIN metrics.axis USING (generation, axis) ORDER BY measure, day")
    assert [tuple(cell) for cell in cells] == [
        ("cases.moved", day, 90, 1),
        ("cases.open", day, 1, 1),
        ("cases.open", day + timedelta(1), 1, 1),
        ("cases.open", day + timedelta(2), -1, -1),
    ]


async def test_what_was_taken_back_leaves_cells_of_nothing(worker_database, see):
    one, two = processor(worker_database), merger(worker_database)
    row = occurrence(FIRST_DAY, roles='{"person":"person/r:1"}')
    await apply(one, [body(1, now=[row])])
    await two.step()

    await apply(one, [body(2, was=[row])], offset=1)
    await two.step()

    assert [tuple(cell) for cell in await see.fetch("SELECT value, count FROM metrics.cell")] == [(0, 0)]
    assert await see.fetchval("SELECT count FROM metrics.presence") == 0


async def test_a_merge_killed_before_its_commit_leaves_nothing_and_is_done_again(worker_database, see, monkeypatch):
    await apply(processor(worker_database), story(9, 60))
    killed = []

    def fail_once(name):
        if name == "merge.before_commit" and not killed:
            killed.append(name)
            raise asyncpg.AdminShutdownError("terminating connection")

    monkeypatch.setattr(merge_module, "failpoint", fail_once)
    running = asyncio.create_task(merger(worker_database, pause_s=0.01).run())
    await until(lambda: see.fetchval("SELECT n FROM metrics.merged"))
    running.cancel()

    assert killed
    assert await figures(see) == await naive(see)
    assert await presence(see) == await naive_presence(see)


async def test_of_two_mergers_one_works_and_the_other_passes(worker_database, see, database_dsn):
    await apply(processor(worker_database), story(3, 40))
    holder = await asyncpg.connect(database_dsn)
    await holder.execute("BEGIN; SELECT pg_advisory_xact_lock(hashtext('wangge.metrics.merge'), 1)")

    assert await merger(worker_database).step() is None
    await holder.execute("ROLLBACK")
    assert await merger(worker_database).step() == 0
    await holder.close()


async def test_two_mergers_and_a_processor_side_by_side_add_up(worker_database, see):
    told = story(5, 400)
    one = processor(worker_database)
    mergers = [asyncio.create_task(merger(worker_database, most=20, pause_s=0.001).run()) for _ in range(2)]

    for start in range(0, 400, 10):
        await apply(one, told[start : start + 10], offset=start)
        assert await _in_one_snapshot(see) is True
    await until(lambda: see.fetchval("SELECT merged.n = mark.n FROM metrics.merged JOIN metrics.mark USING (generation)"))
    for task in mergers:
        task.cancel()

    assert await figures(see) == await naive(see)


async def _in_one_snapshot(see):
    async with see.transaction(isolation="repeatable_read", readonly=True):
        return await figures(see) == await naive(see)


async def test_rows_that_are_committed_and_not_there_stop_the_merge(worker_database, see):
    await apply(processor(worker_database), story(1, 10))
    await see.execute("DELETE FROM metrics.fresh WHERE ctid = (SELECT ctid FROM metrics.fresh LIMIT 1)")

    with pytest.raises(IncompleteError):
        async with worker_database.transaction() as connection:
            await merge(connection, 1, 10_000)

    assert await see.fetchval("SELECT n FROM metrics.merged") == 0


async def test_rows_told_through_the_view_are_lines_with_axes(see):
    insert = (
        "INSERT INTO metrics.row (generation, n, sign, thing, measure, kind, area, dims, day) VALUES (1, 1, 1, $1, 'units', 'unit.x', $2, '{}', '2026-01-01')"
    )
    for thing, area in (("unit/a", None), ("unit/b", None), ("unit/c", "z:g")):
        await see.execute(insert, thing, area)

    assert await see.fetchval("SELECT count(*) FROM metrics.axis") == 2
    assert [tuple(row) for row in await see.fetch("SELECT thing, area, value FROM metrics.row ORDER BY thing")] == [
        ("unit/a", None, 1),
        ("unit/b", None, 1),
        ("unit/c", "z:g", 1),
    ]


async def test_what_is_added_to_is_looked_up_by_its_whole_key_even_by_a_plan_of_empty_tables(see):
    """A plan may be kept: one that walks through all cells costs nothing while there are none, and everything later."""
    sql = merge_module._sql(1)
    async with see.transaction():
        await see.execute(sql.look_up)
        await see.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        await see.execute(f"PREPARE merging AS {sql.merge_commits}")
        plan = "\n".join(row[0] for row in await see.fetch("EXPLAIN EXECUTE merging (1, 0, 10)"))
        await see.execute("DEALLOCATE merging")

    for table, key in (("cell", ("axis", "day", "since")), ("presence", ("axis", "role", "day", "thing"))):
        after = plan.partition(f"Index Scan using {table}_1_pkey")[2].partition("Index Cond:")[2].partition("\n")[0]
        assert all(f"({column} = " in after for column in key), plan
        assert f"Tid Scan on {table}_1" in plan, plan


async def test_rows_above_a_mark_are_found_by_their_commit_and_a_kinds_rows_by_their_axes(worker_database, see):
    """Both would otherwise read all rows there ever were."""
    one = processor(worker_database)
    many = [occurrence(FIRST_DAY + timedelta(number % 300), area=f"z:g-{number % 40}") for number in range(500)]
    for number in range(1, 61):
        if number % 4 == 0:
            await merger(worker_database).step()
        await apply(one, [body(number, now=many)], offset=number)
    await see.execute("SELECT metrics.summarize_settled(1)")
    await see.execute("ANALYZE metrics.settled; ANALYZE metrics.fresh; ANALYZE metrics.axis")

    above = await _plan(see, "SELECT * FROM metrics.line WHERE generation = 1 AND n > 56")
    kind = await _plan(
        see,
        """SELECT * FROM metrics.axis JOIN metrics.settled USING (generation, axis)
        WHERE generation = 1 AND measure = 'cases.moved' AND kind = 'case.livelihood' AND area = 'z:g-3'""",
    )

    assert "fresh_1_n_idx" in above
    assert "settled_1_n_idx" in above
    assert "settled_1_axis_day_idx" in kind
    assert "axis_1" in kind


async def _plan(see, statement):
    return "\n".join(row[0] for row in await see.fetch("EXPLAIN " + statement))


async def test_a_fact_of_many_rows_is_kept_in_pieces_and_read_as_one(worker_database, see):
    many = [occurrence(FIRST_DAY + timedelta(number), roles=canonical({"of": f"entry/z:{number}"}) if number % 3 else None) for number in range(100)]
    await apply(processor(worker_database), [body(1, was=many[:40], now=many)])

    rows = await see.fetch("SELECT sign, day, roles FROM metrics.row ORDER BY sign, day")
    assert [tuple(row) for row in rows] == [(sign, row.day, row.roles) for sign, some in ((-1, many[:40]), (1, many)) for row in some]
    assert await see.fetchval("SELECT max(cardinality(lines)) FROM metrics.fresh") == 128

    await merger(worker_database).step()
    assert rows == await see.fetch("SELECT sign, day, roles FROM metrics.row ORDER BY sign, day")
    assert await see.fetchval("SELECT count(*) FROM metrics.fresh") == 0
