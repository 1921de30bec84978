"""Attendance counts where, when and whether its activity does."""

from datetime import date
from typing import Any

import pytest

from services.kernel.contracts.facts import Row
from tests.unit.activities.told import Room, at

LESSON: dict[str, Any] = {
    "kind": "activity.lesson",
    "hosts": ["organisation/t:branch"],
    "area": "t:street",
    "starts": at("2026-05-01", "19:00"),
    "attributes": {"topic": "safety"},
}


@pytest.fixture
def room() -> Room:
    """With one lesson that was held."""
    room = Room()
    room.tell("activity.held", "t:lesson", **LESSON)
    return room


def test_a_person_counts_one_at_the_place_day_and_kind_of_the_activity(room: Room) -> None:
    room.tell(
        "attendance.recorded",
        "t:1",
        at("2026-05-09"),
        activity="t:lesson",
        person="person/t:ada",
        role="speaker",
        organisation="t:sender",
        attributes={"seat": "front"},
    )

    day = date(2026, 5, 1)
    assert room.rows("attendance") == [
        Row(
            "attendance",
            "activity.lesson",
            "t:street",
            "t:branch",
            '{"role":"speaker","seat":"front","topic":"safety"}',
            day,
            day,
            1,
            None,
            '{"of":"activity/t:lesson","person":"person/t:ada"}',
        )
    ]


def test_heads_count_as_many_as_there_are_and_a_body_counts_none(room: Room) -> None:
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=40)
    room.tell("attendance.recorded", "t:2", activity="t:lesson", who="organisation/t:guests")

    assert [(row.value, row.roles) for row in room.rows("attendance")] == [
        (0, '{"of":"activity/t:lesson","who":"organisation/t:guests"}'),
        (40, '{"of":"activity/t:lesson"}'),
    ]


@pytest.mark.parametrize("who_came", [{}, {"person": "person/t:ada", "head_count": 1}, {"head_count": 0, "who": "unit/t:u"}])
def test_an_attendance_has_exactly_one_who_came(room: Room, who_came: dict[str, Any]) -> None:
    refused = room.tell("attendance.recorded", "t:1", activity="t:lesson", **who_came)

    assert refused.problem is not None
    assert refused.problem.code == "invalid"


def test_the_activity_must_be_known(room: Room) -> None:
    refused = room.tell("attendance.recorded", "t:1", activity="t:nothing", person="person/t:ada")

    assert refused.problem is not None
    assert refused.problem.code == "unknown-reference"
    assert "activity/t:nothing" in refused.problem.detail


def test_nothing_is_counted_while_the_activity_is_only_planned(room: Room) -> None:
    room.tell("activity.planned", "t:plan", **LESSON)
    room.tell("attendance.recorded", "t:1", activity="t:plan", head_count=7)
    assert room.total("attendance") == 0

    room.tell("activity.held", "t:plan", **LESSON)

    assert room.total("attendance") == 7
    assert [(fact.type, fact.caused_by, fact.key) for fact in room.facts[-2:]] == [
        ("org.wangge.activity.held.v1", None, "activity/t:plan"),
        ("org.wangge.attendance.corrected.v1", "dependant", "activity/t:plan"),
    ]


@pytest.mark.parametrize("verb", ["cancelled", "withdrawn"])
def test_attendance_goes_with_its_activity(room: Room, verb: str) -> None:
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)

    room.tell(f"activity.{verb}", "t:lesson")

    assert room.rows() == []


def test_attendance_follows_where_its_activity_is_put(room: Room) -> None:
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)
    room.tell("attendance.recorded", "t:2", activity="t:lesson", person="person/t:ada")

    room.tell("activity.changed", "t:lesson", starts=at("2026-04-01"), kind="activity.visit", hosts=["area/t:grid"], area=None)

    found = {(row.kind, row.area, row.organisation, row.day) for row in room.rows("attendance")}
    assert found == {("activity.visit", "t:grid", None, date(2026, 4, 1))}
    assert room.total("attendance") == 8


def test_a_change_that_moves_no_attendance_publishes_none_of_its_facts(room: Room) -> None:
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)
    published = len(room.facts)

    room.tell("activity.changed", "t:lesson", programmes=["t:drive"])

    assert [fact.subject for fact in room.facts[published:]] == ["activity/t:lesson"]


def test_a_correction_restates_and_a_withdrawal_takes_back(room: Room) -> None:
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)

    room.tell("attendance.corrected", "t:1", head_count=None, person="person/t:ada")
    assert room.total("attendance") == 1
    room.tell("attendance.withdrawn", "t:1")

    assert room.rows("attendance") == []
    assert {fact.key for fact in room.facts[1:]} == {"activity/t:lesson"}


def test_a_correction_may_not_leave_two_who_came(room: Room) -> None:
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)

    refused = room.tell("attendance.corrected", "t:1", person="person/t:ada")

    assert refused.problem is not None
    assert refused.problem.code == "invalid"
    assert room.total("attendance") == 7


def test_a_correction_may_put_it_at_another_activity(room: Room) -> None:
    room.tell("activity.held", "t:other", **LESSON | {"starts": at("2026-06-01")})
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)

    room.tell("attendance.corrected", "t:1", activity="t:other")
    assert room.days("attendance") == [date(2026, 6, 1)]
    room.tell("activity.withdrawn", "t:lesson")

    assert room.total("attendance") == 7
    assert room.facts[-2].key == "activity/t:other"


def test_attributes_are_held_against_what_the_activitys_kind_declares(room: Room) -> None:
    refused = room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7, attributes={"undeclared": "x"})

    assert refused.problem is not None
    assert "activity.lesson" in refused.problem.detail


def test_nobody_can_have_come_to_what_never_was(room: Room) -> None:
    room.tell("activity.withdrawn", "t:lesson")

    refused = room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)

    assert refused.problem is not None
    assert refused.problem.code == "unknown-reference"


def test_attendance_of_a_withdrawn_activity_can_still_be_withdrawn_and_told_again(room: Room) -> None:
    room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7)
    room.tell("activity.withdrawn", "t:lesson")

    assert room.tell("attendance.recorded", "t:1", activity="t:lesson", head_count=7).status == "duplicate"
    assert room.tell("attendance.corrected", "t:1", head_count=8).status == "accepted"
    assert room.tell("attendance.withdrawn", "t:1").status == "accepted"
    assert room.rows() == []
