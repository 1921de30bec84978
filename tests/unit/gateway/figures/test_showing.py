"""What is shown: deltas with only what changed."""

from services.gateway.screens import difference

BEFORE = {"metric": "m", "value": 3, "by": [{"key": "a", "value": 1}, {"key": "b", "value": 2}], "series": [{"from": "2024-01-01", "value": 3}]}


def test_an_answer_that_did_not_change_has_no_delta() -> None:
    assert difference(BEFORE, dict(BEFORE)) is None


def test_a_delta_has_the_new_numbers_the_changed_rows_and_the_keys_of_those_gone() -> None:
    after = {**BEFORE, "value": 5, "by": [{"key": "a", "value": 5}]}

    assert difference(BEFORE, after) == {"metric": "m", "value": 5, "by": [{"key": "a", "value": 5}], "by_gone": ["b"], "series": []}


def test_after_a_problem_the_whole_answer_comes() -> None:
    assert difference({"metric": "m", "problem": {}}, BEFORE) == BEFORE
