"""Hours served and calls paid: each stands for itself."""

from datetime import date
from typing import Any

import pytest

from services.kernel.contracts.facts import Row
from tests.unit.activities.told import Room, at

SHIFT: dict[str, Any] = {
    "kind": "shift.window",
    "person": "person/t:ada",
    "organisation": "t:team",
    "area": "t:street",
    "starts": at("2026-05-01", "09:00"),
    "ends": at("2026-05-01", "11:30"),
}


@pytest.fixture
def room() -> Room:
    return Room()


def test_a_shift_counts_its_minutes_and_its_items(room: Room) -> None:
    room.tell("shift.logged", "t:1", **SHIFT | {"items": 12, "of": "entry/t:post", "attributes": {"window": "tax"}})

    day = date(2026, 5, 1)
    roles = '{"of":"entry/t:post","person":"person/t:ada"}'
    assert room.rows() == [
        Row("volunteer.items", "shift.window", "t:street", "t:team", '{"window":"tax"}', day, day, 12, None, roles),
        Row("volunteer.minutes", "shift.window", "t:street", "t:team", '{"window":"tax"}', day, day, 150, None, roles),
    ]


def test_told_minutes_count_before_the_span_that_holds_breaks(room: Room) -> None:
    room.tell("shift.logged", "t:1", **SHIFT | {"minutes": 120})
    room.tell("shift.logged", "t:2", kind="shift.window", person="person/t:ada", starts=at("2026-05-02"), minutes=45)

    assert [row.value for row in room.rows("volunteer.minutes")] == [120, 45]


def test_no_items_are_no_row(room: Room) -> None:
    room.tell("shift.logged", "t:1", **SHIFT | {"items": 0})

    assert room.rows("volunteer.items") == []


def test_seconds_beyond_the_last_whole_minute_do_not_count(room: Room) -> None:
    room.tell("shift.logged", "t:1", **SHIFT | {"starts": "2026-05-01T01:00:30+00:00", "ends": "2026-05-01T01:10:29+00:00"})

    assert room.total("volunteer.minutes") == 9


def test_a_shift_across_midnight_counts_on_the_day_it_starts(room: Room) -> None:
    room.tell("shift.logged", "t:1", **SHIFT | {"starts": at("2026-05-01", "22:00"), "ends": at("2026-05-02", "02:00")})

    assert room.days("volunteer.minutes") == [date(2026, 5, 1)]
    assert room.total("volunteer.minutes") == 240


def test_a_shift_for_an_activity_is_about_it_and_the_activity_must_be_known(room: Room) -> None:
    refused = room.tell("shift.logged", "t:1", **SHIFT | {"activity": "t:lesson"})
    room.tell("activity.planned", "t:lesson", kind="activity.lesson", hosts=["organisation/t:branch"], starts=at("2026-05-01"))
    room.tell("shift.logged", "t:1", **SHIFT | {"activity": "t:lesson"})

    assert refused.problem is not None
    assert refused.problem.code == "unknown-reference"
    assert [row.roles for row in room.rows("volunteer.minutes")] == ['{"of":"activity/t:lesson","person":"person/t:ada"}']


@pytest.mark.parametrize(
    ("changed", "code", "pointer"),
    [
        ({"ends": None}, "invalid", "/data/ends"),
        ({"ends": at("2026-05-01", "08:59")}, "invalid", "/data/ends"),
        ({"ends": at("2026-05-02", "09:01")}, "invalid", "/data/ends"),
        ({"minutes": 151}, "invalid", "/data/minutes"),
        ({"ends": None, "minutes": 1441}, "invalid", "/data/minutes"),
        ({"ends": None, "minutes": -1}, "invalid", "/data/minutes"),
        ({"items": -1}, "invalid", "/data/items"),
        ({"starts": "2030-01-01T00:10:01+00:00", "ends": None, "minutes": 1}, "too-early", "/data/starts"),
    ],
)
def test_a_shift_that_cannot_be_is_refused(room: Room, changed: dict[str, Any], code: str, pointer: str) -> None:
    refused = room.tell("shift.logged", "t:1", **{name: value for name, value in (SHIFT | changed).items() if value is not None})

    assert refused.problem is not None
    assert (refused.problem.code, refused.problem.errors[0].pointer) == (code, pointer)


def test_a_whole_day_is_the_longest_shift(room: Room) -> None:
    assert room.tell("shift.logged", "t:1", **SHIFT | {"ends": at("2026-05-02", "09:00")}).status == "accepted"
    assert room.total("volunteer.minutes") == 1440


def test_corrections_and_withdrawals_restate_a_shift_on_its_own_day(room: Room) -> None:
    room.tell("shift.logged", "t:1", **SHIFT | {"items": 3})
    room.tell("shift.corrected", "t:1", at("2026-08-01"), starts=at("2026-04-30", "09:00"), ends=None, minutes=30, items=None)

    assert [(row.day, row.value) for row in room.rows()] == [(date(2026, 4, 30), 30)]
    room.tell("shift.withdrawn", "t:1", at("2026-08-02"))
    assert room.rows() == []


def test_a_visit_counts_on_the_day_of_its_time_whenever_it_is_corrected(room: Room) -> None:
    room.tell("visit.logged", "t:1", at("2026-05-01", "23:59"), kind="visit.home", by="person/t:ada", to="entry/t:household", organisation="t:team")
    room.tell("visit.corrected", "t:1", at("2026-07-01"), to="entry/t:other", area="t:grid")

    day = date(2026, 5, 1)
    assert room.rows() == [Row("visits", "visit.home", "t:grid", "t:team", "{}", day, day, 1, None, '{"by":"person/t:ada","to":"entry/t:other"}')]
