"""What an activity goes through, and what of it counts."""

from datetime import date
from typing import Any

import pytest

from services.kernel.contracts.facts import Row
from tests.unit.activities.told import Room, at

PLAN: dict[str, Any] = {"kind": "activity.lesson", "hosts": ["organisation/t:branch"], "starts": at("2026-05-01", "19:00"), "ends": at("2026-05-01", "21:00")}


@pytest.fixture
def room() -> Room:
    return Room()


def test_an_activity_that_is_only_planned_counts_nothing(room: Room) -> None:
    assert room.tell("activity.planned", "t:1", **PLAN).status == "accepted"

    assert room.rows() == []


def test_a_held_activity_stands_at_its_lead_host_on_the_day_it_starts(room: Room) -> None:
    room.tell(
        "activity.held",
        "t:1",
        **PLAN | {"hosts": ["organisation/t:branch", "organisation/t:other"], "area": "t:street", "of": "entry/t:drive", "attributes": {"topic": "safety"}},
    )

    day = date(2026, 5, 1)
    roles = '{"host":"organisation/t:branch","of":"entry/t:drive"}'
    assert room.rows() == [
        Row("activities", "activity.lesson", "t:street", "t:branch", '{"topic":"safety"}', day, day, 1, None, roles),
        Row("activities.days", "activity.lesson", "t:street", "t:branch", '{"topic":"safety"}', day, day, 1, None, roles),
    ]


def test_a_lead_host_that_is_an_area_is_where_it_stands(room: Room) -> None:
    room.tell("activity.held", "t:1", **PLAN | {"hosts": ["area/t:grid", "organisation/t:branch"]})
    room.tell("activity.held", "t:2", **PLAN | {"hosts": ["area/t:grid"], "area": "t:square"})
    room.tell("activity.held", "t:3", **PLAN | {"hosts": ["unit/t:school"]})

    assert [(row.area, row.organisation) for row in room.rows("activities")] == [("t:grid", None), ("t:square", None), (None, None)]


def test_an_activity_of_several_days_has_one_row_on_each(room: Room) -> None:
    room.tell("activity.held", "t:1", **PLAN | {"ends": at("2026-05-03", "00:30")})

    assert room.days("activities") == [date(2026, 5, 1)]
    assert room.days("activities.days") == [date(2026, 5, 1), date(2026, 5, 2), date(2026, 5, 3)]


def test_the_day_of_an_activity_is_its_day_in_shanghai(room: Room) -> None:
    room.tell("activity.held", "t:1", **PLAN | {"starts": "2026-04-30T16:00:00+00:00", "ends": "2026-05-01T15:59:59+00:00"})

    assert room.days("activities.days") == [date(2026, 5, 1)]


def test_holding_completes_a_plan_and_its_fields_replace_the_plans(room: Room) -> None:
    room.tell("activity.planned", "t:1", **PLAN | {"area": "t:street", "attributes": {"topic": "safety"}})
    held = {"kind": "activity.lesson", "hosts": ["organisation/t:other"], "starts": at("2026-05-02", "19:00"), "ends": at("2026-05-02", "20:00")}

    assert room.tell("activity.held", "t:1", **held).status == "accepted"

    (row,) = room.rows("activities")
    assert (row.area, row.organisation, row.day, row.dims) == ("t:street", "t:other", date(2026, 5, 2), '{"topic":"safety"}')
    assert room.facts[-1].data["area"] == "t:street"


def test_plan_and_holding_may_both_be_told_again_every_night(room: Room) -> None:
    held = PLAN | {"ends": at("2026-05-01", "22:00")}
    told = [("activity.planned", PLAN | {"area": "t:street"}), ("activity.held", held)]
    for what, data in told:
        room.tell(what, "t:1", **data)
    room.tell("activity.changed", "t:1", hosts=["organisation/t:other"])

    assert [room.tell(what, "t:1", **data).status for what, data in told] == ["duplicate", "duplicate"]
    assert len(room.facts) == 3


@pytest.mark.parametrize("verb", ["planned", "held"])
def test_another_making_of_the_same_key_is_a_conflict(room: Room, verb: str) -> None:
    room.tell("activity.held", "t:1", **PLAN)

    refused = room.tell(f"activity.{verb}", "t:1", **PLAN | {"area": "t:street"})

    assert refused.problem is not None
    assert refused.problem.code == "conflict"


def test_a_changed_activity_never_was_otherwise(room: Room) -> None:
    room.tell("activity.held", "t:1", **PLAN)

    room.tell("activity.changed", "t:1", starts=at("2026-04-01"), ends=None, kind="activity.visit")

    (row,) = room.rows("activities")
    assert (row.kind, row.day) == ("activity.visit", date(2026, 4, 1))
    assert room.days("activities.days") == [date(2026, 4, 1)]
    assert room.entities["activity/t:1"].kind == "activity.visit"


@pytest.mark.parametrize("verb", ["cancelled", "withdrawn"])
def test_what_was_cancelled_or_withdrawn_counts_nothing_any_more(room: Room, verb: str) -> None:
    room.tell("activity.held", "t:1", **PLAN)

    assert room.tell(f"activity.{verb}", "t:1", reason="storm").status == "accepted"
    assert room.tell(f"activity.{verb}", "t:1", reason="storm").status == "duplicate"

    assert room.rows() == []


def test_a_cancelled_plan_cannot_be_held_and_says_what_can_be_done(room: Room) -> None:
    room.tell("activity.planned", "t:1", **PLAN)
    room.tell("activity.cancelled", "t:1", reason="storm")

    refused = room.tell("activity.held", "t:1", **PLAN)

    assert refused.problem is not None
    assert refused.problem.code == "illegal-transition"
    assert "withdrawn" in refused.problem.detail


def test_the_reason_of_a_cancellation_stands_in_its_fact(room: Room) -> None:
    room.tell("activity.planned", "t:1", **PLAN)

    room.tell("activity.cancelled", "t:1", reason="storm")

    assert room.facts[-1].type == "org.wangge.activity.cancelled.v1"
    assert room.facts[-1].data == {"activity": "t:1", **PLAN, "reason": "storm"}


@pytest.mark.parametrize("verb", ["changed", "cancelled", "withdrawn"])
def test_nothing_can_be_said_of_an_activity_nobody_told_of(room: Room, verb: str) -> None:
    refused = room.tell(f"activity.{verb}", "t:1")

    assert refused.problem is not None
    assert refused.problem.code == "unknown-reference"


def test_an_activity_may_be_about_another_one_that_is_known(room: Room) -> None:
    refused = room.tell("activity.held", "t:2", **PLAN | {"of": "activity/t:1"})
    room.tell("activity.held", "t:1", **PLAN)

    assert refused.problem is not None
    assert refused.problem.code == "unknown-reference"
    assert room.tell("activity.held", "t:2", **PLAN | {"of": "activity/t:1"}).status == "accepted"


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"ends": at("2026-05-01", "18:59")}, "invalid", "/data/ends"),
        ({"ends": at("2027-05-03", "19:00")}, "invalid", "/data/ends"),
        ({"hosts": []}, "invalid", "/data/hosts"),
        ({"starts": "2030-01-01T00:11:00+00:00", "ends": None}, "too-early", "/data/starts"),
        ({"attributes": {"undeclared": "x"}}, "invalid", None),
    ],
)
def test_an_activity_that_cannot_be_is_refused(room: Room, changed: dict[str, Any], code: str, pointer: str | None) -> None:
    refused = room.tell("activity.held", "t:1", **PLAN | changed)

    assert refused.problem is not None
    assert refused.problem.code == code
    assert pointer is None or [fault.pointer for fault in refused.problem.errors] == [pointer]


def test_a_plan_may_lie_ahead(room: Room) -> None:
    assert room.tell("activity.planned", "t:1", **PLAN | {"starts": at("2031-01-01"), "ends": None}).status == "accepted"


def test_a_change_that_makes_an_activity_impossible_is_refused_and_changes_nothing(room: Room) -> None:
    room.tell("activity.held", "t:1", **PLAN)
    before = room.rows()

    refused = room.tell("activity.changed", "t:1", ends=at("2026-04-30"))

    assert refused.status == "rejected"
    assert room.rows() == before
    assert room.entities["activity/t:1"].state.data["ends"] == PLAN["ends"]
