from datetime import UTC, datetime

import pytest

from services.kernel.errors import RefusedError
from services.kernel.lifecycle import standing
from services.kernel.lifecycle.standing import Standing, Told

FIELDS = {"name": "a", "area": "x", "attributes": {"trade": "food", "size": "small"}}


def on(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 1, day, hour, tzinfo=UTC)


def thing(**fields: object) -> Standing:
    return standing.make(on(10), "registered", FIELDS | fields)


def told(outcome: Told | None) -> Standing:
    assert outcome is not None
    return outcome.state


def code_of(refused: pytest.ExceptionInfo[RefusedError]) -> str:
    return refused.value.problem.code


def test_a_change_holds_from_its_own_time():
    outcome = standing.change(thing(), on(12), {"name": "b"})

    assert outcome is not None
    assert (outcome.at, outcome.stated) == ("2026-01-12T00:00:00.000000Z", None)
    assert standing.present(outcome.state)["name"] == "b"


def test_a_late_change_holds_from_the_newest_told_time_and_keeps_the_stated_one():
    state = told(standing.change(thing(), on(20), {"name": "b"}))

    outcome = standing.change(state, on(15), {"area": "y"})

    assert outcome is not None
    assert (outcome.at, outcome.stated) == ("2026-01-20T00:00:00.000000Z", "2026-01-15T00:00:00.000000Z")
    assert outcome.state.newest == "2026-01-20T00:00:00.000000Z"
    assert standing.present(outcome.state) == FIELDS | {"name": "b", "area": "y"}


def test_a_late_change_takes_only_the_fields_that_nothing_newer_set():
    state = told(standing.change(thing(), on(20), {"name": "b", "attributes": {"trade": "steel"}}))

    state = told(standing.change(state, on(15), {"name": "c", "area": "y", "attributes": {"trade": "wood", "size": "large"}}))

    assert standing.present(state) == {"name": "b", "area": "y", "attributes": {"trade": "steel", "size": "large"}}


def test_a_late_change_whose_fields_were_all_set_later_is_a_duplicate():
    state = told(standing.change(thing(), on(20), {"name": "b"}))

    assert standing.change(state, on(15), {"name": "c"}) is None


def test_among_late_changes_the_one_that_states_the_later_time_wins_whatever_comes_first():
    state = told(standing.change(thing(), on(20), {"name": "b"}))
    early, later = (on(14), {"area": "early"}), (on(16), {"area": "later"})

    one = told(standing.change(told(standing.change(state, *early)), *later))
    other = told(standing.change(state, *later))

    assert standing.present(one)["area"] == standing.present(other)["area"] == "later"
    assert standing.change(other, *early) is None


def test_a_change_dated_before_the_making_takes_only_what_the_making_left_open():
    state = told(standing.change(thing(), on(5), {"name": "older", "owner": "o"}))

    assert standing.present(state) == FIELDS | {"owner": "o"}
    assert state.versions[-1].at == state.versions[0].at


def test_a_field_is_taken_away_by_null_and_an_array_replaced_whole():
    state = told(standing.change(thing(tags=["a", "b"]), on(12), {"name": None, "attributes": {"size": None}, "tags": ["c"]}))

    assert standing.present(state) == {"area": "x", "attributes": {"trade": "food"}, "tags": ["c"]}


def test_taking_all_attributes_away_late_leaves_those_set_since():
    state = told(standing.change(thing(), on(20), {"attributes": {"trade": "steel"}}))

    state = told(standing.change(state, on(15), {"attributes": None}))

    assert standing.present(state)["attributes"] == {"trade": "steel"}


def test_an_attribute_taken_away_with_all_others_is_not_set_by_an_older_change():
    state = told(standing.change(thing(), on(20), {"attributes": None}))

    assert standing.change(state, on(15), {"attributes": {"trade": "wood"}}) is None


def test_a_change_that_changes_nothing_leaves_no_trace():
    assert standing.change(thing(), on(20), {"name": "a"}) is None


def test_two_changes_of_one_moment_both_hold_in_the_order_they_were_told():
    state = told(standing.change(thing(), on(12), {"name": "b"}))

    outcome = standing.change(state, on(12), {"name": "c"})

    assert outcome is not None
    assert outcome.stated is None
    assert standing.present(outcome.state)["name"] == "c"


def test_an_end_told_late_holds_from_the_newest_told_time():
    state = told(standing.change(thing(), on(20), {"name": "b"}))

    outcome = standing.end(state, on(15))

    assert outcome is not None
    assert (outcome.at, outcome.stated) == ("2026-01-20T00:00:00.000000Z", "2026-01-15T00:00:00.000000Z")


@pytest.mark.parametrize("day", [12, 15, 18])
def test_a_thing_ends_once(day: int):
    state = told(standing.end(thing(), on(15)))

    assert standing.end(state, on(day)) is None


def test_a_change_after_the_end_is_a_conflict_and_one_from_before_it_changes_nothing():
    state = told(standing.end(thing(), on(15)))

    with pytest.raises(RefusedError) as refused:
        standing.change(state, on(16), {"name": "b"})

    assert code_of(refused) == "conflict"
    assert standing.change(state, on(14), {"name": "b"}) is None


def test_a_thing_whose_last_live_day_has_passed_is_not_ended_again():
    state = thing(until="2026-01-14")

    assert standing.end(state, on(15)) is None
    assert standing.end(state, on(13)) is not None


def test_a_passed_last_day_bars_no_change():
    state = told(standing.change(thing(until="2026-01-14"), on(20), {"until": "2026-02-01"}))

    assert standing.end(state, on(25)) is not None


def test_nothing_can_be_said_of_what_was_withdrawn():
    state = standing.withdraw(thing())
    assert state is not None

    assert standing.withdraw(state) is None
    for say in (lambda: standing.change(state, on(20), {"name": "b"}), lambda: standing.end(state, on(20))):
        with pytest.raises(RefusedError) as refused:
            say()
        assert code_of(refused) == "conflict"


def test_a_making_told_again_is_a_duplicate_with_the_first_or_the_present_data_and_else_a_conflict():
    state = told(standing.change(thing(), on(12), {"name": "b"}))

    standing.repeated(state, FIELDS)
    standing.repeated(state, FIELDS | {"name": "b"})
    with pytest.raises(RefusedError) as refused:
        standing.repeated(state, FIELDS | {"name": "c"})

    assert code_of(refused) == "conflict"


def test_who_left_may_join_again():
    state = told(standing.end(thing(), on(15), "left"))

    outcome = standing.rejoin(state, on(20), "registered", FIELDS)

    assert outcome is not None
    assert standing.ended(outcome.state) is None


def test_the_first_joining_told_again_after_leaving_is_a_duplicate():
    state = told(standing.end(thing(), on(15), "left"))

    assert standing.rejoin(state, on(10), "registered", FIELDS) is None


def test_joining_while_a_member_is_a_conflict_unless_it_says_what_is_known():
    assert standing.rejoin(thing(), on(12), "registered", FIELDS) is None
    with pytest.raises(RefusedError):
        standing.rejoin(thing(), on(12), "registered", FIELDS | {"name": "b"})


def test_leaving_and_joining_elsewhere_at_one_moment_is_a_new_stretch():
    state = told(standing.end(thing(), on(15), "left"))

    assert standing.rejoin(state, on(15), "registered", FIELDS) is None
    assert standing.rejoin(state, on(15), "registered", FIELDS | {"area": "y"}) is not None


def test_nothing_from_before_joining_again_reaches_into_the_new_stretch():
    state = told(standing.end(thing(), on(15), "left"))
    state = told(standing.rejoin(state, on(20), "registered", {"name": "again"}))

    assert standing.change(state, on(18), {"area": "old", "name": "old"}) is None
    assert standing.end(state, on(18), "left") is None


def test_a_leaving_told_late_for_the_present_stretch_holds():
    state = told(standing.rejoin(told(standing.end(thing(), on(15), "left")), on(20), "registered", FIELDS))
    state = told(standing.change(state, on(25), {"name": "b"}))

    outcome = standing.end(state, on(22), "left")

    assert outcome is not None
    assert outcome.at == "2026-01-25T00:00:00.000000Z"
