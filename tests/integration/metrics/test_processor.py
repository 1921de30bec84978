import asyncio
from datetime import date, timedelta

import asyncpg
import pytest

from services.metrics import processor as processor_module
from services.metrics import store
from services.metrics.model import Partition, Stop
from tests.integration.metrics.figures import CASES, apply, naive, processor, until
from tests.support.postgres import as_role
from tests.unit.metrics.facts import body, occurrence, record, stretch

MARCH = date(2026, 3, 1)


async def watermark(see, partition=CASES, generation=1):
    return (await store.read_watermarks(see, generation))[partition]


async def _at_least(see, sequence):
    return (await watermark(see)).sequence >= sequence


async def dead_letters(see):
    return [tuple(row) for row in await see.fetch("SELECT partition, sequence, body FROM metrics.dead_letter ORDER BY id")]


def _records(bodies):
    return [record(value, offset) for offset, value in enumerate(bodies)]


def facts(first, last, **more):
    return [body(number, now=[occurrence(MARCH + timedelta(number % 5))], subject=f"case/zhuhai:c-{number}", **more) for number in range(first, last + 1)]


async def test_a_fetch_becomes_rows_watermarks_and_one_commit_number(worker_database, see):
    one = processor(worker_database)
    first = body(1, now=[stretch(MARCH, dims='{"state":"new"}')])
    second = body(
        2, was=[stretch(MARCH, dims='{"state":"new"}')], now=[stretch(MARCH, MARCH + timedelta(3)), occurrence(MARCH, roles='{"person":"person/r:x"}')]
    )

    await apply(one, [first, second], offset=500)

    rows = await see.fetch(
        "SELECT n, sign, thing, measure, kind, area, organisation, dims, day, until, value, since, roles FROM metrics.row ORDER BY measure, sign, until"
    )
    place = ("case.livelihood", "zhuhai:g-1", "zhuhai:o-1")
    assert [tuple(row) for row in rows] == [
        (1, 1, "case/zhuhai:c-1", "cases.moved", *place, '{"state":"new"}', MARCH, MARCH, 1, None, '{"person":"person/r:x"}'),
        (1, -1, "case/zhuhai:c-1", "cases.open", *place, '{"state":"new"}', MARCH, None, 1, None, None),
        (1, 1, "case/zhuhai:c-1", "cases.open", *place, "{}", MARCH, date(2026, 3, 4), 1, None, None),
        (1, 1, "case/zhuhai:c-1", "cases.open", *place, '{"state":"new"}', MARCH, None, 1, None, None),
    ]
    mark = await watermark(see)
    assert (mark.epoch, mark.sequence, mark.next_offset) == (1, 2, 502)
    assert tuple(await see.fetchrow("SELECT n, total FROM metrics.mark")) == (1, 4)


async def test_facts_that_come_again_change_nothing(worker_database, see):
    one = processor(worker_database)
    await apply(one, facts(1, 20))
    before = await naive(see)

    await apply(one, facts(1, 20))
    await apply(processor(worker_database), facts(15, 22))

    assert (await watermark(see)).sequence == 22
    assert sum((await naive(see)).values()) == sum(before.values()) + 2 * 2
    assert one._telemetry.repeated.labels("cases.v1")._value.get() == 20


async def test_behind_a_gap_nothing_counts_until_it_is_filled(worker_database, see):
    one = processor(worker_database)

    await apply(one, [*facts(1, 3), *facts(5, 9)])
    assert (await watermark(see)).sequence == 3
    assert one.waits(CASES)
    assert [retry.from_beginning for retry in one.retries()] == [False]
    assert await see.fetchval("SELECT count(*) FROM metrics.row") == 3

    await apply(one, [*facts(4, 9)], offset=8)
    assert (await watermark(see)).sequence == 9
    assert not one.waits(CASES)
    assert await see.fetchval("SELECT count(*) FROM metrics.row") == 9


async def test_a_gap_in_one_partition_holds_up_no_other(worker_database, see):
    one = processor(worker_database)
    other = Partition("members.v1", 7)

    await one.take({CASES: _records(facts(2, 5)), other: _records(facts(1, 5))})
    batch, one._pending = one._pending, None
    await one.apply(batch)

    assert (await watermark(see)).sequence == 0
    assert (await watermark(see, other)).sequence == 5


async def test_a_later_epoch_stops_the_partition_until_a_rebuild(worker_database, see):
    one = processor(worker_database)
    await apply(one, facts(1, 3))

    await apply(one, [*facts(4, 4), *facts(5, 6, epoch=2)], offset=3)

    assert (await watermark(see)).sequence == 4
    assert one._telemetry.stopped.labels("cases.v1", 0, Stop.EPOCH)._value.get() == 1


async def test_what_cannot_be_read_is_kept_once_and_the_stream_goes_on(worker_database, see):
    one = processor(worker_database)
    bodies = [*facts(1, 1), b"{broken", None, *facts(4, 4), b"no number"]

    await apply(one, bodies, headers=[1, 2, 3, 4, None])
    await apply(one, bodies, headers=[1, 2, 3, 4, None])

    assert (await watermark(see)).sequence == 4
    assert await dead_letters(see) == [(0, 2, b"{broken"), (0, 3, b""), (0, None, b"no number")]
    assert await see.fetchval("SELECT count(*) FROM metrics.row") == 2
    assert await see.fetchval("SELECT bool_and(sha256 = sha256(body)) FROM metrics.dead_letter")


async def test_too_many_unreadable_facts_stop_the_partition_also_for_a_fresh_worker(worker_database, see):
    bodies = [*facts(1, 5), *([b"?"] * 4), *facts(10, 12)]
    headers = list(range(1, 13))

    for worker in (processor(worker_database, reject_budget=3), processor(worker_database, reject_budget=3)):
        await apply(worker, bodies, headers=headers)
        assert (await watermark(see)).sequence == 8
        assert len(await dead_letters(see)) == 3
        assert worker._telemetry.stopped.labels("cases.v1", 0, Stop.BUDGET)._value.get() == 1

    await apply(processor(worker_database, reject_budget=4), bodies, headers=headers)
    assert (await watermark(see)).sequence == 12


async def test_a_letter_that_the_database_refuses_is_buried_alone(worker_database, see, monkeypatch):
    """Whatever slips through the reading: here the check on U+0000 is switched off."""
    monkeypatch.setattr("services.metrics.fold._look_for_nul", lambda _: None)
    one = processor(worker_database)
    bodies = facts(1, 40)
    bodies[17] = body(18, now=[stretch(MARCH)], subject="case/a\x00b")

    await apply(one, bodies)

    assert (await watermark(see)).sequence == 40
    assert [sequence for _, sequence, _ in await dead_letters(see)] == [18]
    assert await see.fetchval("SELECT count(*) FROM metrics.row") == 39


async def test_of_two_workers_with_the_same_letters_only_one_counts_them(worker_database, see):
    zombie, successor = processor(worker_database), processor(worker_database)
    await zombie.take({CASES: _records(facts(1, 50))})
    await successor.take({CASES: _records(facts(1, 80))})

    await asyncio.gather(*(one.apply(one._pending) for one in (zombie, successor)))

    assert (await watermark(see)).sequence == 80
    assert await see.fetchval("SELECT count(*) FROM metrics.row") == 80
    assert sum((await naive(see)).values()) == 2 * 80


async def test_workers_that_meet_new_axes_at_once_give_each_one_number(worker_database, see):
    workers = [processor(worker_database) for _ in range(4)]
    bodies = [
        body(number, now=[occurrence(MARCH, dims=f'{{"state":"s{n}"}}') for n in range(number, number + 30)], subject=f"case/zhuhai:c-{number}")
        for number in range(1, 201)
    ]

    await asyncio.gather(*(one.take({CASES: _records(bodies)}) for one in workers))

    assert await see.fetchval("SELECT count(*) FROM metrics.axis WHERE generation = 1") == 229
    first, *others = (one._reader._folder._axes for one in workers)
    assert len(set(first.values())) == len(first) == 229
    assert all(other == first for other in others)


async def test_a_worker_frozen_in_its_transaction_is_cut_off_and_its_successor_counts(worker_database, see, database_dsn):
    frozen = await asyncpg.connect(as_role(database_dsn, "metrics"), server_settings={"idle_in_transaction_session_timeout": "300"})
    await frozen.execute("BEGIN")
    await store.lock_watermarks(frozen, 1, [CASES])

    await asyncio.wait_for(apply(processor(worker_database), facts(1, 5)), 10)

    assert (await watermark(see)).sequence == 5
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError)):
        await store.move_watermarks(frozen, 1, {CASES: store.Watermark(1, 0)}, {CASES: store.Watermark(1, 99)})
    frozen.terminate()


async def test_a_watermark_that_moved_meanwhile_is_not_moved_again(worker_database, see):
    async with worker_database.transaction() as connection:
        with pytest.raises(store.WatermarkMovedError):
            await store.move_watermarks(connection, 1, {CASES: store.Watermark(1, 7)}, {CASES: store.Watermark(1, 9)})


async def test_a_transaction_that_fails_at_its_end_leaves_nothing_and_is_repeated(worker_database, see, monkeypatch):
    """What a kill before the commit leaves behind is what a rollback leaves behind."""
    left = []

    def fail_twice(name):
        if name == "processor.before_commit" and len(left) < 2:
            left.append(name)
            raise asyncpg.AdminShutdownError("terminating connection")

    monkeypatch.setattr(processor_module, "failpoint", fail_twice)
    one = processor(worker_database)

    await apply(one, facts(1, 30))

    assert len(left) == 2
    assert one._telemetry.retries._value.get() == 2
    assert tuple(await see.fetchrow("SELECT n, total FROM metrics.mark")) == (1, 30)
    assert await see.fetchval("SELECT count(*) FROM metrics.row") == 30


async def test_a_switch_of_generation_between_reading_and_commit_is_noticed(worker_database, see):
    one = processor(worker_database)
    await apply(one, facts(1, 3))
    await one.take({CASES: _records(facts(1, 9))})
    await see.execute("SELECT metrics.make_generation(2); UPDATE metrics.generation SET live = 2")

    await one.apply(one._pending)

    assert (await watermark(see, generation=1)).sequence == 3
    assert (await watermark(see, generation=2)).sequence == 9
    assert await see.fetchval("SELECT count(*) FROM metrics.row WHERE generation = 2") == 9
    assert sum((await naive(see, 2)).values()) == 18


async def test_an_offset_of_another_incarnation_of_the_topic_is_forgotten(worker_database, see):
    topic = {"id": "first"}
    one = processor(worker_database)
    one._topic_id = lambda _: topic["id"]
    await apply(one, facts(1, 10), offset=1000)
    assert (await watermark(see))[2:] == ("first", 1010)

    topic["id"] = "second"
    await apply(one, facts(1, 4), offset=0)

    assert (await watermark(see))[1:] == (10, "second", 4)


async def test_readers_are_woken_with_generation_and_number(worker_database, see):
    heard = asyncio.Queue()
    await see.add_listener("metrics", lambda *message: heard.put_nowait(message[-1]))

    one = processor(worker_database)
    await apply(one, facts(1, 3))
    await apply(one, facts(4, 6))

    assert [await asyncio.wait_for(heard.get(), 5) for _ in range(2)] == ["1.1", "1.2"]


async def test_the_commit_loop_applies_all_that_is_taken_in_few_transactions(worker_database, see):
    one = processor(worker_database, batch=100)
    running = asyncio.create_task(one.run())

    for first in range(1, 1001, 50):
        await one.take({CASES: _records(facts(first, first + 49))})
    await until(lambda: _at_least(see, 1000))
    running.cancel()

    assert await see.fetchval("SELECT count(*) FROM metrics.row") == 1000
    assert await see.fetchval("SELECT n FROM metrics.mark") <= 20


async def test_a_full_line_holds_the_transport_back(worker_database):
    one = processor(worker_database, batch=10)
    await one.take({CASES: _records(facts(1, 10))})

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(one.take({CASES: _records(facts(11, 20))}), 0.2)
    running = asyncio.create_task(one.run())
    await asyncio.wait_for(one.take({CASES: _records(facts(11, 20))}), 5)
    running.cancel()


async def test_it_waits_for_the_merge_when_too_many_rows_are_not_merged(worker_database, see, monkeypatch):
    monkeypatch.setattr(processor_module, "_HELD_BACK_MOST_S", 5.0)
    one = processor(worker_database, unmerged_rows=5)
    running = asyncio.create_task(one.run())
    await one.take({CASES: _records(facts(1, 10))})
    await until(lambda: _at_least(see, 10))

    await one.take({CASES: _records(facts(11, 12))})
    await asyncio.sleep(0.4)
    assert (await watermark(see)).sequence == 10

    await see.execute("UPDATE metrics.merged SET n = 1, total = 10")
    await until(lambda: _at_least(see, 12))
    running.cancel()
