"""Records are restated on their own days: what is new, what is known, what contradicts."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.errors import RefusedError
from services.kernel.lifecycle import record as records
from services.kernel.lifecycle.record import Record

NOON = datetime(2026, 3, 1, 4, tzinfo=UTC)
TOLD = {"visit": "a:v-1", "by": "person/a:1", "to": "unit/a:u-1", "attributes": {"topic": "safety", "pages": 2}}


def visit() -> Record:
    return records.make(NOON, TOLD)


def test_a_made_record_keeps_its_moment_and_holds_what_was_told() -> None:
    made = visit()

    assert made.time == "2026-03-01T04:00:00.000000Z"
    assert made.first == made.data == TOLD
    assert not made.withdrawn


def test_a_correction_says_that_it_never_was_otherwise() -> None:
    corrected = records.correct(visit(), {"to": "unit/a:u-2", "attributes": {"topic": None}})

    assert corrected is not None
    assert corrected.data == {"visit": "a:v-1", "by": "person/a:1", "to": "unit/a:u-2", "attributes": {"pages": 2}}
    assert corrected.time == visit().time
    assert corrected.first == TOLD


@pytest.mark.parametrize("patch", [{}, {"to": "unit/a:u-1"}, {"attributes": {"topic": "safety"}}, {"never-there": None}])
def test_a_correction_that_changes_nothing_is_a_duplicate(patch: dict[str, object]) -> None:
    assert records.correct(visit(), patch) is None


def test_a_repetition_of_the_first_or_the_present_data_is_a_duplicate() -> None:
    corrected = records.correct(visit(), {"to": "unit/a:u-2"})
    assert corrected is not None

    records.repeated(corrected, TOLD)
    records.repeated(corrected, {**TOLD, "to": "unit/a:u-2"})
    records.repeated(corrected, {"visit": "a:v-1"}, {"visit": "a:v-1"})


def test_a_making_event_with_other_data_is_a_conflict() -> None:
    with pytest.raises(RefusedError) as refused:
        records.repeated(visit(), {**TOLD, "to": "unit/a:u-9"})

    assert refused.value.problem.code == "conflict"


def test_a_withdrawn_record_is_withdrawn_once_and_cannot_be_corrected() -> None:
    withdrawn = records.withdraw(visit())
    assert withdrawn is not None

    assert withdrawn.withdrawn
    assert records.withdraw(withdrawn) is None
    records.repeated(withdrawn, TOLD)
    with pytest.raises(RefusedError) as refused:
        records.correct(withdrawn, {"to": "unit/a:u-2"})
    assert refused.value.problem.code == "conflict"
    assert "withdrawn" in refused.value.problem.detail


leaf = st.one_of(st.integers(-3, 3), st.text("ab", max_size=2), st.lists(st.integers(0, 2), max_size=2))
fields = st.dictionaries(st.sampled_from("pqr"), st.one_of(leaf, st.dictionaries(st.sampled_from("xy"), leaf, max_size=2)), max_size=3)
changes = st.dictionaries(
    st.sampled_from("pqr"), st.one_of(st.none(), leaf, st.dictionaries(st.sampled_from("xy"), st.one_of(st.none(), leaf), max_size=2)), max_size=3
)


@given(fields, changes)
def test_correcting_twice_with_the_same_patch_is_a_duplicate_and_leaves_the_first_as_it_was(told: dict[str, object], patch: dict[str, object]) -> None:
    made = records.make(NOON, told)
    before = json.dumps(made.data)

    once = records.correct(made, patch) or made

    assert records.correct(once, patch) is None
    assert json.dumps(made.data) == before
