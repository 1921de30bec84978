"""What cases count: stocks by the end of the day, flows each, deadlines, the time things took."""

from datetime import date, timedelta
from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from services.cases.counting import bucket, overdue_from, timely
from services.kernel.contracts.facts import Row
from tests.unit.cases.told import DEBT, DEMAND, Room, at

OPENED = at("2026-05-01", "09:00:00")


@pytest.fixture
def room() -> Room:
    return Room()


def d(day: int) -> date:
    return date(2026, 5, day)


def test_an_opened_case_is_in_the_stock_the_flow_and_the_cohort(room: Room) -> None:
    room.open(
        "t:1",
        OPENED,
        organisation="t:street",
        area="t:grid",
        tier="community",
        channel="hotline",
        of="unit/t:u",
        amount_fen=500,
        attributes={"theme": "noise"},
    )

    place = (DEMAND, "t:grid", "t:street")
    dims = '{"channel":"hotline","resolved":"false","theme":"noise","tier":"community"}'
    assert room.rows() == [
        Row("cases.amount", *place, '{"theme":"noise"}', d(1), d(1), 500),
        Row("cases.cohort", *place, dims, d(1), None, 1, d(1), '{"of":"unit/t:u"}'),
        Row("cases.open", *place, '{"channel":"hotline","state":"reported","theme":"noise","tier":"community"}', d(1), None, 1, None, '{"of":"unit/t:u"}'),
        Row("cases.opened", *place, '{"channel":"hotline","theme":"noise","tier":"community"}', d(1), d(1), 1, None, '{"of":"unit/t:u"}'),
    ]


def test_a_case_taken_over_is_in_the_stock_only_and_its_moves_count(room: Room) -> None:
    room.open("t:1", OPENED, opening=True, state="solving", amount_fen=500, due="2026-05-20")
    assert {row.measure for row in room.rows()} == {"cases.open", "cases.overdue"}

    room.move("t:1", at("2026-05-03"), "solved")
    room.move("t:1", at("2026-05-04"), "closed")
    room.move("t:1", at("2026-05-05"), "solving")

    assert {row.measure for row in room.rows()} == {
        "cases.open",
        "cases.overdue",
        "cases.moved",
        "cases.reached",
        "cases.resolved",
        "cases.closed",
        "cases.reopened",
    }


def test_a_case_taken_over_in_a_final_state_is_not_open(room: Room) -> None:
    room.open("t:1", OPENED, opening=True, state="closed")

    assert room.rows() == []


def test_several_moves_on_one_day_are_flows_each_and_the_stock_is_as_the_last_left_it(room: Room) -> None:
    room.open("t:1", OPENED)
    for clock, to in (("10:00:00", "accepted"), ("11:00:00", "solved"), ("12:00:00", "solving")):
        room.move("t:1", at("2026-05-02", clock), to)

    assert [(row.day, row.until, row.dims) for row in room.rows("cases.open")] == [(d(1), d(2), '{"state":"reported"}'), (d(2), None, '{"state":"solving"}')]
    assert room.flow("cases.moved") == [("2026-05-02", f'{{"state":"{to}"}}') for to in ("accepted", "solved", "solving")]
    assert room.flow("cases.resolved") == [("2026-05-02", '{"timely":"none"}')]


def test_opened_and_closed_on_one_day_is_in_the_flows_and_in_no_stock(room: Room) -> None:
    room.open("t:1", OPENED)
    room.move("t:1", at("2026-05-01", "10:00:00"), "void")

    assert room.rows("cases.open") == []
    assert len(room.rows("cases.opened")) == len(room.rows("cases.closed")) == 1


def test_a_state_is_reached_once_and_resolved_each_time(room: Room) -> None:
    room.open("t:1", OPENED)
    for day, to in enumerate(("accepted", "solved", "solving", "solved", "closed"), 2):
        room.move("t:1", at(f"2026-05-0{day}", "09:00:00"), to)

    assert room.flow("cases.reached") == [
        ("2026-05-02", '{"state":"accepted"}'),
        ("2026-05-03", '{"state":"solved"}'),
        ("2026-05-04", '{"state":"solving"}'),
        ("2026-05-06", '{"state":"closed"}'),
    ]
    assert [row.day for row in room.rows("cases.resolved")] == [d(3), d(5)]
    assert [(row.day, row.value) for row in room.rows("cases.time_to_resolve")] == [(d(3), 2 * 86400), (d(5), 4 * 86400)]
    assert len(room.rows("cases.time_to_reach")) == 4


def test_from_resolved_to_resolved_is_no_passage(room: Room) -> None:
    room.open("t:1", OPENED)
    for day, to in enumerate(("accepted", "solved", "closed"), 2):
        room.move("t:1", at(f"2026-05-0{day}"), to)

    assert room.flow("cases.resolved") == [("2026-05-03", '{"timely":"none"}')]
    assert room.flow("cases.closed") == [("2026-05-04", "{}")]


def test_the_cohort_keeps_the_day_of_the_opening_and_follows_the_resolution(room: Room) -> None:
    room.open("t:1", OPENED, organisation="t:street")
    room.move("t:1", at("2026-05-02"), "accepted")
    room.tell("case.assigned", "t:1", at("2026-05-03"), organisation="t:bureau")
    room.move("t:1", at("2026-05-04"), "solved")
    room.move("t:1", at("2026-05-05"), "closed")
    room.move("t:1", at("2026-05-06"), "solving")

    assert [(row.organisation, row.dims, row.day, row.until, row.since) for row in room.rows("cases.cohort")] == [
        ("t:bureau", '{"resolved":"false"}', d(3), d(4), d(1)),
        ("t:bureau", '{"resolved":"false"}', d(6), None, d(1)),
        ("t:bureau", '{"resolved":"true"}', d(4), d(6), d(1)),
        ("t:street", '{"resolved":"false"}', d(1), d(3), d(1)),
    ]


@pytest.mark.parametrize("told", [{"to": "duplicate", "into": "t:2"}, {"to": "void", "into": "t:2"}, {"to": "duplicate"}])
def test_a_merged_case_leaves_the_cohort_and_comes_back_when_it_is_taken_up_again(room: Room, told: dict[str, str]) -> None:
    room.open("t:2", OPENED)
    room.open("t:1", OPENED, area="t:grid")

    room.move("t:1", at("2026-05-03"), **told)
    room.move("t:1", at("2026-05-06"), "accepted")

    assert [(row.day, row.until) for row in room.rows("cases.cohort") if row.area == "t:grid"] == [(d(1), d(3)), (d(6), None)]


def test_what_a_case_is_assigned_to_counts_from_the_day_of_the_assignment(room: Room) -> None:
    room.open("t:1", OPENED, organisation="t:street")
    room.tell("case.assigned", "t:1", at("2026-05-03"), organisation="t:bureau", person="person/t:ada")
    room.move("t:1", at("2026-05-04"), "void")

    assert [(row.organisation, row.day, row.until, row.roles) for row in room.rows("cases.open")] == [
        ("t:bureau", d(3), d(4), '{"person":"person/t:ada"}'),
        ("t:street", d(1), d(3), None),
    ]
    assert [row.organisation for row in room.rows("cases.opened") + room.rows("cases.closed")] == ["t:street", "t:bureau"]


def test_settled_amounts_stand_on_the_days_of_their_moves(room: Room) -> None:
    room.open("t:1", OPENED, kind=DEBT, amount_fen=900)
    room.move("t:1", at("2026-05-03"), "solved", amount_fen=300)
    room.move("t:1", at("2026-05-04"), "part", amount_fen=0)
    room.move("t:1", at("2026-05-05"), "paid", amount_fen=600)

    assert [(row.day, row.value) for row in room.rows("cases.amount_settled")] == [(d(3), 300), (d(4), 0), (d(5), 600)]
    assert [(row.day, row.value) for row in room.rows("cases.amount")] == [(d(1), 900)]


@pytest.mark.parametrize(
    ("due", "first"),
    [
        ("2026-05-03", d(4)),
        ("2026-05-03T15:59:59+00:00", d(3)),
        ("2026-05-03T16:00:00+00:00", d(4)),
        ("2026-05-03T00:00:00+08:00", d(3)),
    ],
)
def test_overdue_from_the_day_on_whose_end_the_deadline_has_passed(room: Room, due: str, first: date) -> None:
    assert overdue_from(due) == first
    room.open("t:1", OPENED, due=due, tier="community")
    room.move("t:1", at("2026-05-06"), "void")

    assert [(row.day, row.until, row.dims) for row in room.rows("cases.overdue")] == [(first, d(6), '{"state":"reported","tier":"community"}')]


def test_a_moved_deadline_ends_being_overdue_and_one_moved_in_vain_changes_nothing(room: Room) -> None:
    room.open("t:1", OPENED, due="2026-05-02")
    room.tell("case.changed", "t:1", at("2026-05-05"), due="2026-05-03")
    room.tell("case.changed", "t:1", at("2026-05-07"), due="2026-05-09")

    assert [(row.day, row.until) for row in room.rows("cases.overdue")] == [(d(10), None), (d(3), d(7))]


def test_what_was_closed_in_time_is_never_overdue(room: Room) -> None:
    room.open("t:1", OPENED, due="2026-05-05")
    room.move("t:1", at("2026-05-06"), "void")

    assert room.rows("cases.overdue") == []


@pytest.mark.parametrize(
    ("due", "moved", "found"),
    [
        (None, at("2026-05-03"), "none"),
        ("2026-05-03", at("2026-05-03", "23:59:59"), "in_time"),
        ("2026-05-03", at("2026-05-04", "00:00:00"), "late"),
        ("2026-05-03T12:00:00+08:00", at("2026-05-03", "12:00:00"), "in_time"),
        ("2026-05-03T12:00:00+08:00", at("2026-05-03", "12:00:01"), "late"),
    ],
)
def test_resolved_in_time_at_or_before_the_deadline(room: Room, due: str | None, moved: object, found: str) -> None:
    room.open("t:1", OPENED, kind=DEBT, **({} if due is None else {"due": due}))
    room.move("t:1", moved, "solved")  # type: ignore[arg-type]

    assert [row.dims for row in room.rows("cases.resolved")] == [f'{{"timely":"{found}"}}']


def test_timeliness_is_judged_by_the_deadline_in_force(room: Room) -> None:
    room.open("t:1", OPENED, kind=DEBT, due="2026-05-02")
    room.tell("case.changed", "t:1", at("2026-05-02"), due="2026-05-09")
    room.move("t:1", at("2026-05-05"), "solved")

    assert room.flow("cases.resolved") == [("2026-05-05", '{"timely":"in_time"}')]


def test_a_second_is_the_least_time_anything_took(room: Room) -> None:
    room.open("t:1", OPENED, kind=DEBT)
    room.move("t:1", OPENED + timedelta(milliseconds=900), "solved")

    assert [(row.value, row.dims) for row in room.rows("cases.time_to_resolve")] == [(1, '{"b":"0"}')]


@given(st.integers(1, 10**10))
@example(1)
@example(2**20)
@example(2**20 - 1)
def test_a_bucket_is_the_whole_number_of_eighths_of_a_doubling(seconds: int) -> None:
    with localcontext() as context:
        context.prec = 60
        exact = 8 * (Decimal(seconds).ln() / Decimal(2).ln())
        nearest = exact.to_integral_value()
        if abs(exact - nearest) < Decimal("1e-40"):  # a power of 2^(1/8): logarithms cannot be exact there
            exact = nearest

    assert bucket(seconds) == int(exact)


def test_buckets_bound_their_seconds_exactly() -> None:
    assert [bucket(one) for one in (1, 2, 3, 4, 8, 3600, 86400)] == [0, 8, 12, 16, 24, 94, 131]
    assert all(2 ** bucket(one) <= one**8 < 2 ** (bucket(one) + 1) for one in range(1, 5000))


def test_a_moment_and_a_date_are_told_apart() -> None:
    assert timely("2026-05-03", "2026-05-03T15:59:59.999999Z") == "in_time"
    assert timely("2026-05-03", "2026-05-03T16:00:00.000000Z") == "late"
