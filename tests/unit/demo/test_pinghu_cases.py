"""The kinds of cases that the published rows C1 to C42 ask for: each row has one, each can be opened, worked on and solved, and the delicate ones are restricted."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.cases.workflows import Workflows
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.reading import Reader
from services.kernel.people import Pseudonyms

CATALOGUE = load(Path(__file__).parents[3] / "catalogue")
CASES = {kind.id: kind for kind in CATALOGUE.below("case")}
CARRYING = {name: kind for name, kind in CASES.items() if any(row.startswith("C") for row in kind.rows)}

RESTRICTED_ROWS = {"C6", "C7", "C10", "C13", "C14", "C15", "C20", "C21", "C37", "C39"}
"""Rows whose every item could be held against somebody: health, papers, complaints, disputes, lists about cadres."""


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return CATALOGUE


def ways_from(kind: Kind, state: str) -> set[str]:
    """All states that can be reached, the state itself among them."""
    reached: set[str] = set()
    waiting = [state]
    while waiting:
        one = waiting.pop()
        if one not in reached:
            reached.add(one)
            found = kind.state(one)
            waiting += found.to if found else ()
    return reached


def the_kinds_of(row: str) -> Iterator[Kind]:
    return (kind for kind in CARRYING.values() if row in kind.rows)


@pytest.mark.parametrize("row", [f"C{number}" for number in range(1, 43)])
def test_each_published_row_of_cases_has_a_kind_with_names_source_and_example(row: str) -> None:
    kinds = list(the_kinds_of(row))

    assert kinds, f"nothing carries {row}"
    assert all(kind.names.zh and kind.names.en and kind.example for kind in kinds)
    assert any(kind.source for kind in kinds)


@pytest.mark.parametrize("kind_id", CARRYING)
def test_the_example_of_a_kind_opens_a_case_of_that_very_kind(catalogue: Catalogue, kind_id: str) -> None:
    example = CARRYING[kind_id].example
    assert example is not None
    event = {"specversion": "1.0", "id": "1", "source": "urn:x", "type": example.full_type, "time": "2026-03-02T09:00:00+08:00", "data": example.data}

    command = Reader(catalogue, Pseudonyms(b"k" * 32), system_clock).read(decode_event(json.dumps(event).encode()), Enrolled("x", "x"))

    assert (command.family, command.verb, command.kind) == ("case", "opened", kind_id)


@pytest.mark.parametrize("kind_id", CARRYING)
def test_a_case_of_a_kind_can_be_solved_and_then_closed_as_solved(kind_id: str) -> None:
    kind = CARRYING[kind_id]
    opens_in = Workflows(CATALOGUE.kinds).initial(kind_id)
    solved = [state for state in kind.states if state.resolved and state.id in ways_from(kind, opens_in)]
    ends = {state.id for state in solved if state.final}

    assert solved
    assert all(ways_from(kind, state.id) & ends for state in solved)


@pytest.mark.parametrize("kind_id", CARRYING)
def test_what_is_solved_never_ends_as_unsolved_without_being_taken_up_again(kind_id: str) -> None:
    kind = CARRYING[kind_id]
    for state in kind.states:
        for target in (kind.state(to) for to in state.to if state.resolved):
            assert target is not None
            assert target.resolved or not target.final or "merged" in target.marks, f"{state.id} → {target.id}"


def test_rows_about_health_papers_complaints_and_disputes_are_restricted() -> None:
    open_ones = {(row, kind.id) for row in RESTRICTED_ROWS for kind in the_kinds_of(row) if kind.access != "restricted"}

    assert open_ones == {("C10", "case.convenience")}, "asking for a service at a desk is no secret; a passport at a terminal is"


def test_a_state_that_means_the_same_has_the_same_id_everywhere() -> None:
    for kind in CASES.values():
        for state in kind.states:
            if state.id == "resolved":
                assert state.resolved
            if state.id in {"closed", "unresolved", "voided", "merged"}:
                assert state.final
            assert (state.id == "merged") == ("merged" in state.marks)
            assert (state.id == "opened") == state.initial
