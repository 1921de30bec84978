"""The activities room from its door to its log."""

import json
from typing import Any

import httpx

from services.kernel.postgres.database import Database
from tests.support.room import Telling, counted, facts, kept, people

LESSON: dict[str, Any] = {"activity": "a", "kind": "lesson", "organisation": "branch", "starts": "2026-05-01T19:00:00+08:00", "attributes": {"topic": "law"}}
ADA = f"person/{people.of('r', 'ada')}"


async def test_what_was_told_of_an_evening_adds_up_in_the_log(telling: Telling, database: Database) -> None:
    results = await telling.tell_all(
        telling.event("activity.planned", **LESSON),
        telling.event("attendance.recorded", attendance="1", activity="a", person="ada", role="speaker", attributes={"seat": "front"}),
        telling.event("attendance.recorded", attendance="2", activity="a", head_count=30),
        telling.event("activity.held", **LESSON),
        telling.event(
            "shift.logged", shift="s", kind="window", person="member/ada", starts="2026-05-01T09:00:00+08:00", ends="2026-05-01T10:30:00+08:00", items=4
        ),
        telling.event("visit.logged", visit="v", kind="home", by="person/ada", to="entry/household", organisation="branch"),
    )
    assert [result["status"] for result in results] == ["accepted"] * 6, results

    lesson = ["activity.lesson", None, "t:branch"]
    on = ["2026-05-01", "2026-05-01"]
    host = {"host": "organisation/t:branch"}
    assert await counted(database) == [
        ["activity/t:a", "activities", *lesson, {"topic": "law"}, *on, None, None, host],
        ["activity/t:a", "activities.days", *lesson, {"topic": "law"}, *on, None, None, host],
        ["attendance/t:1", "attendance", *lesson, {"role": "speaker", "seat": "front", "topic": "law"}, *on, None, None, {"of": "activity/t:a", "person": ADA}],
        ["attendance/t:2", "attendance", *lesson, {"topic": "law"}, *on, 30, None, {"of": "activity/t:a"}],
        ["shift/t:s", "volunteer.items", "shift.window", None, None, None, *on, 4, None, {"person": ADA}],
        ["shift/t:s", "volunteer.minutes", "shift.window", None, None, None, *on, 90, None, {"person": ADA}],
        ["visit/t:v", "visits", "visit.home", None, "t:branch", None, "2026-05-09", "2026-05-09", None, None, {"by": ADA, "to": "entry/t:household"}],
    ]


async def test_each_request_finds_what_earlier_ones_left_in_the_database(telling: Telling, database: Database) -> None:
    await telling.tell("activity.held", **LESSON)
    await telling.tell("attendance.recorded", attendance="1", activity="a", person="ada")
    await telling.tell("attendance.corrected", attendance="1", person=None, head_count=5)
    await telling.tell("activity.changed", activity="a", starts="2026-04-01T19:00:00+08:00")

    rows = [row for row in await counted(database) if row[1] == "attendance"]
    assert [(row[6], row[8]) for row in rows] == [("2026-04-01", 5)]
    followed = (await facts(database))[-1]
    assert (followed["causedby"], followed["subject"]) == ("dependant", "attendance/t:1")
    assert followed["causationid"] == "urn:t#e-4"


async def test_facts_of_an_attendance_stand_in_the_partition_of_its_activity(telling: Telling, database: Database) -> None:
    await telling.tell("activity.held", **LESSON)
    for number in range(4):
        await telling.tell("attendance.recorded", attendance=str(number), activity="a", head_count=1)
        await telling.tell("attendance.withdrawn", attendance=str(number))

    places = await database.pool.fetch("SELECT DISTINCT key, partition FROM log.fact")
    assert [row["key"] for row in places] == ["activity/t:a"]


async def tell_of_a_ballot(telling: Telling) -> None:
    await telling.tell_all(
        telling.event("activity.held", **LESSON | {"kind": "ballot", "attributes": {}}),
        telling.event("attendance.recorded", attendance="1", activity="a", person="ada"),
        telling.event("attendance.recorded", attendance="2", activity="a", head_count=9),
        telling.event("attendance.corrected", attendance="2", person="ada", head_count=None),
    )


async def test_who_voted_counts_as_a_head_and_cannot_be_found_in_the_log(telling: Telling, database: Database) -> None:
    await tell_of_a_ballot(telling)

    assert [row[8:] for row in await counted(database) if row[1] == "attendance"] == [[None, None, {"of": "activity/t:a"}]] * 2
    assert ADA.partition(":")[2] not in await kept(database, "body")


async def test_who_voted_cannot_be_found_in_what_was_told(telling: Telling, database: Database) -> None:
    await tell_of_a_ballot(telling)

    assert ADA.partition(":")[2] not in await kept(database, "told")


async def test_a_source_for_lessons_may_not_write_who_came_to_something_else(telling: Telling) -> None:
    await telling.tell("activity.held", **LESSON | {"kind": "ballot", "attributes": {}})
    came = telling.event("attendance.recorded", attendance="1", activity="a", head_count=1)

    for_lessons = await telling.tell_all(came, kinds=["activity.lesson"])
    for_all_who_come = await telling.tell_all(came, kinds=["attendance"])

    assert for_lessons[0]["problem"]["code"] == "not-allowed"
    assert for_all_who_come[0]["status"] == "accepted"


async def test_a_full_dump_every_night_publishes_nothing_new(telling: Telling, database: Database) -> None:
    def dump() -> list[dict[str, Any]]:
        return [
            telling.event("activity.planned", **LESSON),
            telling.event("activity.held", **LESSON | {"ends": "2026-05-01T21:00:00+08:00"}),
            telling.event("attendance.recorded", attendance="1", activity="a", person="ada"),
        ]

    first, second = [await telling.tell_all(*dump()) for _ in range(2)]

    assert [result["status"] for result in first] == ["accepted"] * 3
    assert [result["status"] for result in second] == ["duplicate"] * 3
    assert len(await facts(database)) == 3


async def test_one_thing_can_be_read_with_its_history(client: httpx.AsyncClient, telling: Telling) -> None:
    await telling.tell("activity.planned", **LESSON)
    await telling.tell("activity.cancelled", activity="a", reason="storm")

    thing = (await client.get("/entities/activity/t:a")).json()
    history = (await client.get("/entities/activity/t:a/history")).json()

    assert (thing["kind"], thing["data"]["hosts"]) == ("activity.lesson", ["organisation/t:branch"])
    assert [(fact["type"], fact["data"].get("reason")) for fact in history["history"]] == [
        ("org.wangge.activity.planned.v1", None),
        ("org.wangge.activity.cancelled.v1", "storm"),
    ]
    assert json.dumps(history).count("was") == 0
