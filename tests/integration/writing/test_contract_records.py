"""Contract, section 2: activities, attendance, shifts, visits, amounts are restated on their own days."""

import pytest

from services.kernel.contracts.commands import Enrolled
from tests.integration.writing.rooms import Rooms

NINE = "2026-05-01T09:00:00+08:00"


async def test_held_completes_the_plan_and_its_fields_replace_the_plans(rooms: Rooms) -> None:
    plan = {"activity": "x", "kind": "training", "organisation": "o1", "area": "g", "starts": "2026-07-09T09:00:00+08:00", "programmes": ["p"]}
    held = {"activity": "x", "kind": "meeting", "hosts": ["organisation/o2", "organisation/o1"], "starts": NINE}
    assert await rooms.tell("activity.planned", "2026-04-01", **plan) == "accepted"
    assert await rooms.rows("activities") == [("activities", "a", None, "t:o1", "2026-02-01", "2026-02-01")]

    assert await rooms.tell("activity.held", "2026-05-02", **held) == "accepted"

    assert ("activities", "x", "t:g", "t:o2", "2026-05-01", "2026-05-01") in await rooms.rows("activities")
    fact = (await rooms.facts("activity/t:x"))[-1]
    assert fact["data"]["programmes"] == ["t:p"]
    for what, data in (("activity.planned", plan), ("activity.held", held)):
        assert await rooms.tell(what, "2026-05-03", **data) == "duplicate"


async def test_an_attendance_counts_where_when_and_whether_its_activity_does(rooms: Rooms) -> None:
    await rooms.tell("attendance.recorded", "2026-06-01", attendance="x", activity="a", person="p", organisation="o3")
    await rooms.tell("attendance.recorded", "2026-06-01", attendance="y", activity="a", head_count=7)
    await rooms.tell("attendance.recorded", "2026-06-01", attendance="z", activity="a", who="unit/u")
    assert {row[2:] for row in await rooms.rows("attendance")} == {(None, "t:o1", "2026-02-01", "2026-02-01")}

    await rooms.tell("activity.changed", "2026-06-02", activity="a", organisation="o2", starts=NINE)
    assert {row[2:] for row in await rooms.rows("attendance")} == {(None, "t:o2", "2026-05-01", "2026-05-01")}
    assert len(await rooms.rows("attendance")) == 3

    await rooms.tell("activity.cancelled", "2026-06-03", activity="a")
    assert await rooms.rows("attendance", "activities", "activities.days") == []
    caused = {(fact["subject"], fact["causedby"]) for fact in await rooms.facts() if "causedby" in fact}
    assert caused == {(f"attendance/t:{key}", "dependant") for key in "xyz"}
    assert await rooms.tell("activity.withdrawn", "2026-06-04", activity="a") == "accepted"
    assert await rooms.tell("attendance.recorded", "2026-06-05", attendance="w", activity="a", person="p") == "unknown-reference"


async def test_dependants_are_published_in_the_same_transaction_under_their_activitys_key(rooms: Rooms) -> None:
    for number in range(3):
        await rooms.tell("attendance.recorded", "2026-06-01", attendance=f"x{number}", activity="a", head_count=1)

    await rooms.tell("activity.withdrawn", "2026-06-04", activity="a")

    rows = await rooms.database.pool.fetch("SELECT key, partition, xmin::text AS x FROM log.fact WHERE key = 'activity/t:a' ORDER BY sequence")
    assert len(rows) == 1 + 3 + 1 + 3
    assert len({row["partition"] for row in rows}) == 1
    assert len({row["x"] for row in rows[-4:]}) == 1


async def test_an_attendance_has_exactly_one_way_to_have_come(rooms: Rooms) -> None:
    ways = {"person": "p", "head_count": 2, "who": "unit/u"}
    assert await rooms.tell("attendance.recorded", "2026-06-01", attendance="x", activity="a") == "invalid"
    for pair in (("person", "head_count"), ("head_count", "who"), ("person", "who")):
        told = {way: ways[way] for way in pair}
        assert await rooms.tell("attendance.recorded", "2026-06-01", attendance="x", activity="a", **told) == "invalid"
    assert await rooms.tell("attendance.recorded", "2026-06-01", attendance="x", activity="a", person="p") == "accepted"
    assert await rooms.tell("attendance.corrected", "2026-06-01", attendance="x", head_count=2) == "invalid"
    assert await rooms.tell("attendance.corrected", "2026-06-01", attendance="x", person=None, head_count=2) == "accepted"


async def test_unknown_extensions_are_passed_on_also_to_what_follows(rooms: Rooms) -> None:
    odd = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "dataschema": "urn:x", "urgent": True, "sequence": "7"}
    await rooms.tell("attendance.recorded", "2026-06-01", attendance="x", activity="a", head_count=1)

    assert await rooms.tell_all({**rooms.event("activity.cancelled", "2026-06-04", activity="a"), **odd}) == ["accepted"]

    facts = [(await rooms.facts(subject))[-1] for subject in ("activity/t:a", "attendance/t:x")]
    for fact in facts:
        assert {name: fact[name] for name in odd} == {**odd, "sequence": fact["sequence"]}, "our own attributes stay ours"
        assert len(fact["sequence"]) == 20


@pytest.mark.parametrize(
    ("period", "day"),
    [
        ("2018", "2018-12-31"),
        ("2018-Q1", "2018-03-31"),
        ("2018-Q3", "2018-09-30"),
        ("2020-02", "2020-02-29"),
        ("2018-05-04", "2018-05-04"),
        (None, "2026-06-01"),
    ],
)
async def test_an_amount_counts_on_the_last_day_of_its_period_else_on_that_of_its_time(rooms: Rooms, period: str | None, day: str) -> None:
    told = {"amount": "x", "kind": "money", "value": -12, "unit": "fen", "organisation": "o1", **({"period": period} if period else {})}
    assert await rooms.tell("amount.recorded", "2026-06-01", **told) == "accepted"
    assert await rooms.rows("amounts") == [("amounts", "x", None, "t:o1", day, day)]

    await rooms.tell("amount.corrected", "2026-06-20", amount="x", value=13, period="2019")
    assert await rooms.rows("amounts") == [("amounts", "x", None, "t:o1", "2019-12-31", "2019-12-31")]
    await rooms.tell("amount.corrected", "2026-06-20", amount="x", period=None)
    assert await rooms.rows("amounts") == [("amounts", "x", None, "t:o1", "2026-06-01", "2026-06-01")]
    await rooms.tell("amount.withdrawn", "2026-06-20", amount="x")
    assert await rooms.rows("amounts") == []


@pytest.mark.parametrize("period", ["2018-Q5", "2018-13", "2018-00", "2018-02-29", "18", "2018-Q", "2018-1", "2018-05-04T00:00:00Z", "2018-05\n", " 2018"])
async def test_a_period_is_a_year_a_quarter_a_month_or_a_date(rooms: Rooms, period: str) -> None:
    assert await rooms.tell("amount.recorded", "2026-06-01", amount="x", kind="money", value=1, unit="fen", period=period) == "invalid"


async def test_shifts_count_by_starts_and_visits_by_time(rooms: Rooms) -> None:
    await rooms.tell("shift.logged", "2026-06-01", shift="x", kind="patrol", person="p", starts="2026-05-01T23:30:00+08:00", ends="2026-05-02T01:00:00+08:00")
    await rooms.tell("visit.logged", "2026-06-01", visit="x", kind="care", by="person/p", to="area/g")
    await rooms.tell("shift.corrected", "2026-06-05", shift="x", starts="2026-05-03T23:30:00+08:00", ends="2026-05-04T01:00:00+08:00")
    await rooms.tell("visit.corrected", "2026-06-05", visit="x", to="area/s")

    assert [row[4] for row in await rooms.rows("volunteer.minutes", "visits")] == ["2026-06-01", "2026-05-03"]
    fact = (await rooms.facts("shift/t:x"))[-1]
    assert [row[7] for row in fact["data"]["now"]] == [90]


async def test_who_may_not_write_an_activitys_kind_cannot_move_its_attendances_elsewhere(rooms: Rooms) -> None:
    await rooms.tell("activity.held", "2026-05-01", activity="m", kind="meeting", organisation="o1", starts=NINE)
    await rooms.tell("attendance.recorded", "2026-06-01", attendance="x", activity="a", head_count=2)
    meetings = Enrolled(namespace="t", register="r", kinds=("activity.meeting",))

    assert await rooms.tell("attendance.corrected", "2026-06-01", attendance="x", activity="m", enrolled=meetings) == "not-allowed"
    assert await rooms.tell("attendance.recorded", "2026-06-01", attendance="y", activity="m", head_count=2, enrolled=meetings) == "accepted"
