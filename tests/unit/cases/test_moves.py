"""What a case may do, and what is said to one that may not."""

from datetime import date
from typing import Any

import pytest

from services.kernel.lifecycle import standing
from services.kernel.lifecycle.standing import Standing
from tests.unit.cases.told import DEBT, DEMAND, Room, at

OPENED = at("2026-05-01", "09:00:00")


@pytest.fixture
def room() -> Room:
    """With one demand that was opened."""
    room = Room()
    room.open("t:1", OPENED, organisation="t:street", area="t:grid", tier="community", channel="hotline")
    return room


def present(room: Room, key: str = "t:1") -> dict[str, Any]:
    state = room.entities[f"case/{key}"].state
    assert isinstance(state, Standing)
    return standing.present(state)


def code(room_result: Any) -> str:
    assert room_result.problem is not None
    return str(room_result.problem.code)


def test_a_case_opens_in_the_initial_state_of_its_kind(room: Room) -> None:
    assert present(room)["state"] == "reported"
    assert room.entities["case/t:1"].kind == DEMAND
    assert room.facts[0].data["state"] == "reported"


def test_only_an_opening_may_say_in_which_state_it_is_taken_over(room: Room) -> None:
    assert code(room.open("t:2", OPENED, state="solving")) == "invalid"
    assert room.open("t:2", OPENED, state="solving", opening=True).status == "accepted"
    assert code(room.open("t:3", OPENED, state="nowhere", opening=True)) == "invalid"
    assert present(room, "t:2")["state"] == "solving"


def test_a_kind_without_a_workflow_has_no_cases(room: Room) -> None:
    assert code(room.open("t:2", OPENED, kind="case.strange")) == "unknown-kind"


def test_an_illegal_move_names_the_legal_ones(room: Room) -> None:
    refused = room.move("t:1", at("2026-05-02"), "solved")

    assert code(refused) == "illegal-transition"
    assert refused.problem is not None
    assert "accepted, void, duplicate" in refused.problem.detail


def test_a_state_the_kind_does_not_have_is_an_illegal_move(room: Room) -> None:
    refused = room.move("t:1", at("2026-05-02"), "flying")

    assert code(refused) == "illegal-transition"
    assert refused.problem is not None
    assert "no such state" in refused.problem.detail


def test_moving_to_where_it_is_says_nothing_new(room: Room) -> None:
    room.move("t:1", at("2026-05-02"), "accepted")

    assert room.move("t:1", at("2026-05-03"), "accepted", reason="dump").status == "duplicate"
    assert code(room.move("t:1", at("2026-05-03"), "accepted", amount_fen=5)) == "illegal-transition"
    assert len(room.facts) == 2


def test_the_fact_of_a_move_carries_what_it_told_and_the_case_as_it_now_is(room: Room) -> None:
    room.open("t:2", OPENED, kind=DEBT, amount_fen=900)
    room.move("t:2", at("2026-05-02"), "solved", by="organisation/t:court", reason="agreed", amount_fen=300)

    assert room.facts[-1].data == {
        "case": "t:2",
        "kind": DEBT,
        "amount_fen": 900,
        "state": "solved",
        "by": "organisation/t:court",
        "reason": "agreed",
        "settled_fen": 300,
    }


def test_a_late_move_holds_from_the_newest_told_time(room: Room) -> None:
    room.tell("case.changed", "t:1", at("2026-05-10"), tier="district")

    assert room.move("t:1", at("2026-05-05"), "accepted").status == "accepted"

    assert room.flow("cases.moved") == [("2026-05-10", '{"state":"accepted"}')]
    assert room.facts[-1].stated == "2026-05-05T04:00:00.000000Z"
    assert room.facts[-1].time == "2026-05-10T04:00:00.000000Z"


def test_a_move_dated_before_one_that_is_known_is_no_news(room: Room) -> None:
    room.move("t:1", at("2026-05-05"), "accepted")
    room.move("t:1", at("2026-05-10"), "solved")

    assert room.move("t:1", at("2026-05-07"), "void").status == "duplicate"
    assert present(room)["state"] == "solved"


def test_a_move_dated_before_the_opening_holds_from_the_opening(room: Room) -> None:
    assert room.move("t:1", at("2026-05-01", "08:59:59"), "accepted").status == "accepted"

    assert room.flow("cases.moved") == [("2026-05-01", '{"state":"accepted"}')]
    assert [row.value for row in room.rows("cases.time_to_reach")] == [1]


def test_a_move_dated_before_a_taken_over_state_is_no_news(room: Room) -> None:
    room.open("t:2", OPENED, opening=True, state="solving")

    assert room.move("t:2", at("2026-04-01"), "solved").status == "duplicate"


def test_assigning_names_who_must_act_and_without_a_person_nobody_in_particular(room: Room) -> None:
    room.tell("case.assigned", "t:1", at("2026-05-02"), organisation="t:bureau", person="person/t:ada")
    room.tell("case.assigned", "t:1", at("2026-05-03"), organisation="t:office")

    assert present(room)["organisation"] == "t:office"
    assert "person" not in present(room)
    assert room.tell("case.assigned", "t:1", at("2026-05-04"), organisation="t:office").status == "duplicate"


def test_a_late_assignment_gives_way_to_a_newer_one(room: Room) -> None:
    room.tell("case.assigned", "t:1", at("2026-05-03"), organisation="t:office")

    assert room.tell("case.assigned", "t:1", at("2026-05-02"), organisation="t:bureau").status == "duplicate"


@pytest.mark.parametrize("again", [{}, {"tier": "district"}])
def test_a_nightly_dump_of_the_first_or_the_present_case_is_a_duplicate(room: Room, again: dict[str, str]) -> None:
    told = {"organisation": "t:street", "area": "t:grid", "tier": "community", "channel": "hotline"}
    room.tell("case.changed", "t:1", at("2026-05-02"), tier="district")
    room.move("t:1", at("2026-05-03"), "accepted")

    assert room.open("t:1", OPENED, **told | again).status == "duplicate"
    assert code(room.open("t:1", OPENED, **told | {"tier": "city"})) == "conflict"


def test_a_nightly_dump_names_who_must_act_but_cannot_name_the_person(room: Room) -> None:
    room.tell("case.assigned", "t:1", at("2026-05-02"), organisation="t:bureau", person="person/t:ada")

    assert room.open("t:1", OPENED, organisation="t:bureau", area="t:grid", tier="community", channel="hotline").status == "duplicate"


def test_a_merge_closes_the_case_into_one_that_is_known(room: Room) -> None:
    assert code(room.move("t:1", at("2026-05-02"), "duplicate", into="t:2")) == "unknown-reference"
    room.open("t:2", OPENED)

    assert code(room.move("t:1", at("2026-05-02"), "accepted", into="t:2")) == "invalid"
    assert code(room.move("t:1", at("2026-05-02"), "duplicate", into="t:1")) == "invalid"
    assert room.move("t:1", at("2026-05-02"), "duplicate", into="t:2").status == "accepted"
    assert code(room.move("t:2", at("2026-05-02"), "duplicate", into="t:1")) == "invalid"


def test_a_parent_must_be_a_known_case_and_another_one(room: Room) -> None:
    assert code(room.open("t:2", OPENED, parent="t:9")) == "unknown-reference"
    assert code(room.open("t:2", OPENED, parent="t:2")) == "invalid"
    assert room.open("t:2", OPENED, parent="t:1", of="case/t:1").status == "accepted"


def test_a_withdrawn_case_takes_no_further_event_and_no_reference(room: Room) -> None:
    room.tell("case.withdrawn", "t:1", at("2026-05-02"))

    assert room.tell("case.withdrawn", "t:1", at("2026-05-03")).status == "duplicate"
    assert code(room.move("t:1", at("2026-05-03"), "accepted")) == "conflict"
    assert code(room.tell("case.assigned", "t:1", at("2026-05-03"), organisation="t:office")) == "conflict"
    assert code(room.open("t:2", OPENED, parent="t:1")) == "unknown-reference"
    assert room.open("t:1", OPENED, organisation="t:street", area="t:grid", tier="community", channel="hotline").status == "duplicate"
    assert room.rows() == []


@pytest.mark.parametrize("verb", ["moved", "assigned", "changed", "withdrawn"])
def test_nothing_can_be_said_of_a_case_nobody_told_of(room: Room, verb: str) -> None:
    assert code(room.tell(f"case.{verb}", "t:9", at("2026-05-02"), to="accepted", organisation="t:office")) == "unknown-reference"


def test_a_case_may_change_its_kind_where_that_kind_knows_its_state(room: Room) -> None:
    assert code(room.tell("case.changed", "t:1", at("2026-05-02"), kind="case.strange")) == "unknown-kind"
    assert room.tell("case.changed", "t:1", at("2026-05-02"), kind=DEBT).status == "accepted"
    assert code(room.move("t:1", at("2026-05-03"), "accepted")) == "illegal-transition"
    room.move("t:1", at("2026-05-03"), "solved")
    room.move("t:1", at("2026-05-04"), "part")

    assert code(room.tell("case.changed", "t:1", at("2026-05-05"), kind=DEMAND)) == "invalid"


def test_attributes_are_held_against_what_the_kind_declares_also_when_they_change(room: Room) -> None:
    assert code(room.open("t:2", OPENED, attributes={"undeclared": "x"})) == "invalid"
    assert code(room.tell("case.changed", "t:1", at("2026-05-05"), attributes={"undeclared": "x"})) == "invalid"


def test_changing_a_kind_that_makes_a_state_final_closes_the_case(room: Room) -> None:
    room.move("t:1", at("2026-05-02"), "accepted")
    room.move("t:1", at("2026-05-02"), "solved")
    room.tell("case.changed", "t:1", at("2026-05-04"), kind=DEBT)

    assert room.flow("cases.closed") == [("2026-05-04", '{"channel":"hotline","tier":"community"}')]
    assert room.standing("cases.open", date(2026, 5, 3)) != []
    assert room.standing("cases.open", date(2026, 5, 4)) == []
