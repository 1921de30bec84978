"""Contract, section 2, Types: `.ended` events that `until` brings about are published only, once each, by the clock."""

import asyncio

import pytest

from services.kernel.eventlog.append import Log
from services.members import clock
from services.members.clock import EndsClock
from tests.integration.writing.rooms import Event, Rooms


@pytest.fixture
def ends(rooms: Rooms) -> EndsClock:
    return EndsClock(rooms.database, Log("members", "v"), lambda: rooms.now)


async def announced(rooms: Rooms) -> list[Event]:
    return sorted((fact for fact in await rooms.facts() if fact.get("causedby") == "clock"), key=lambda fact: (fact["subject"], fact["time"]))


async def test_what_until_ended_is_published_once_with_no_row(rooms: Rooms, ends: EndsClock) -> None:
    await rooms.tell("entry.registered", "2026-02-01", entry="e", kind="post", until="2026-05-31")
    await rooms.tell("organisation.established", "2026-02-01", organisation="x", kind="department", until="2026-06-29")
    await rooms.tell("link.set", "2026-02-01", link="x", kind="serves", from_="organisation/o1", to="unit/u", until="2026-06-29")
    await rooms.tell("entry.registered", "2026-02-01", entry="still", kind="post", until="2026-06-30")

    assert [await ends.announce(), await ends.announce()] == [3, 0]

    facts = await announced(rooms)
    assert [(fact["type"], fact["subject"], fact["time"]) for fact in facts] == [
        ("org.wangge.entry.ended.v1", "entry/t:e", "2026-05-31T16:00:00.000000Z"),
        ("org.wangge.link.ended.v1", "link/t:x", "2026-06-29T16:00:00.000000Z"),
        ("org.wangge.organisation.ended.v1", "organisation/t:x", "2026-06-29T16:00:00.000000Z"),
    ]
    assert all(fact["data"]["was"] == fact["data"]["now"] == [] for fact in facts)
    rooms.later(days=1)
    assert await ends.announce() == 1


async def test_what_was_told_to_have_ended_or_never_was_is_not_announced(rooms: Rooms, ends: EndsClock) -> None:
    for key in ("told", "withdrawn", "prolonged"):
        await rooms.tell("entry.registered", "2026-02-01", entry=key, kind="post", until="2026-05-31")
    await rooms.tell("entry.ended", "2026-05-01", entry="told")
    await rooms.tell("entry.withdrawn", "2026-05-01", entry="withdrawn")
    await rooms.tell("entry.changed", "2026-05-01", entry="prolonged", until="2026-12-31")

    assert await ends.announce() == 0


async def test_what_was_prolonged_after_it_was_over_ends_once_more(rooms: Rooms, ends: EndsClock) -> None:
    await rooms.tell("entry.registered", "2026-02-01", entry="e", kind="post", until="2026-05-31")
    assert await ends.announce() == 1
    await rooms.tell("entry.changed", "2026-06-10", entry="e", until="2026-06-20")
    assert await ends.announce() == 1

    assert [fact["time"][:10] for fact in await announced(rooms)] == ["2026-05-31", "2026-06-20"]
    assert await rooms.tell("entry.ended", "2026-06-15", entry="e") == "accepted"  # a told end restates what the clock said


async def test_several_clocks_announce_each_end_once(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "AT_ONCE", 3)
    for number in range(10):
        await rooms.tell("entry.registered", "2026-02-01", entry=f"e{number}", kind="post", until="2026-05-31")
    clocks = [EndsClock(rooms.database, Log("members", "v"), lambda: rooms.now) for _ in range(3)]

    assert sum(await asyncio.gather(*(one.announce() for one in clocks))) == 10
    assert len(await announced(rooms)) == 10


async def test_what_was_not_committed_is_announced_the_next_time(rooms: Rooms, ends: EndsClock, monkeypatch: pytest.MonkeyPatch) -> None:
    await rooms.tell("entry.registered", "2026-02-01", entry="e", kind="post", until="2026-05-31")
    append = Log.append

    async def appends_and_dies(self: Log, *arguments: object) -> None:
        await append(self, *arguments)  # type: ignore[arg-type]
        raise ConnectionResetError

    with monkeypatch.context() as crash:
        crash.setattr(Log, "append", appends_and_dies)
        with pytest.raises(ConnectionResetError):
            await ends.announce()

    assert await announced(rooms) == []
    ends.start()
    for _ in range(100):
        if await announced(rooms):
            break
        await asyncio.sleep(0.05)
    await ends.stop()
    assert len(await announced(rooms)) == 1
