"""What is shown: deltas with only what changed, small numbers of restricted kinds kept back."""

from pathlib import Path

import pytest

from services.gateway.figures.guard import LEAST_SHOWN, suppressed
from services.gateway.screens import difference
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.load import load

BEFORE = {"metric": "m", "value": 3, "by": [{"key": "a", "value": 1}, {"key": "b", "value": 2}], "series": [{"from": "2024-01-01", "value": 3}]}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load(Path(__file__).resolve().parents[4] / "catalogue")


@pytest.fixture(scope="module")
def restricted(catalogue: Catalogue) -> str:
    return next(kind.id for kind in catalogue.kinds.values() if kind.access == "restricted")


def test_an_answer_that_did_not_change_has_no_delta() -> None:
    assert difference(BEFORE, dict(BEFORE)) is None


def test_a_delta_has_the_new_numbers_the_changed_rows_and_the_keys_of_those_gone() -> None:
    after = {**BEFORE, "value": 5, "by": [{"key": "a", "value": 5}]}

    assert difference(BEFORE, after) == {"metric": "m", "value": 5, "by": [{"key": "a", "value": 5}], "by_gone": ["b"], "series": []}


def test_after_a_problem_the_whole_answer_comes() -> None:
    assert difference({"metric": "m", "problem": {}}, BEFORE) == BEFORE


def test_small_numbers_of_restricted_kinds_are_kept_back(catalogue: Catalogue, restricted: str) -> None:
    few = {"value": LEAST_SHOWN - 1, "by": [{"key": "x", "value": LEAST_SHOWN}, {"key": "y", "value": 0}, {"key": "z", "value": 2}]}

    shown = suppressed(catalogue, {restricted}, few, "area")

    assert (shown["value"], shown["suppressed"]) == (None, True)
    assert [row["value"] for row in shown["by"]] == [LEAST_SHOWN, 0, None]


def test_of_a_rate_the_denominator_decides(catalogue: Catalogue, restricted: str) -> None:
    rate = {"value": 0.5, "num": 2, "den": 4}

    assert suppressed(catalogue, {restricted}, rate, "") == {"value": None, "num": None, "den": None, "suppressed": True}


def test_among_other_kinds_only_the_restricted_kinds_row_is_kept_back(catalogue: Catalogue, restricted: str) -> None:
    mixed = {"value": 5, "by": [{"key": restricted, "value": 2}, {"key": "unit.school", "value": 3}]}

    shown = suppressed(catalogue, {restricted, "unit.school"}, mixed, "kind")

    assert shown["value"] == 5
    assert [row["value"] for row in shown["by"]] == [None, 3]
