"""Small numbers of restricted kinds are kept back, and nobody subtracts his way to them."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.suppression import LEAST_SHOWN, suppressed
from services.kernel.catalogue.load import load

Json = dict[str, Any]
CATALOGUE = load(Path(__file__).resolve().parents[4] / "catalogue")
RESTRICTED = next(kind.id for kind in CATALOGUE.kinds.values() if kind.access == "restricted")
HIDDEN = {"value": None, "num": None, "den": None, "suppressed": True}
MANY = 5 * LEAST_SHOWN


def shown(answer: Json, by: str = "area", *, is_flow: bool = False, kinds: tuple[str, ...] = (RESTRICTED,)) -> Json:
    return suppressed(CATALOGUE, set(kinds), answer, by, is_flow=is_flow)


def rate(num: int, den: int) -> Json:
    return {"value": num / den if den else None, "num": num, "den": den}


def test_a_small_count_is_kept_back_and_nothing_and_many_are_shown() -> None:
    assert shown({"value": LEAST_SHOWN - 1}) == {"value": None, "suppressed": True}
    assert shown({"value": LEAST_SHOWN}) == {"value": LEAST_SHOWN}
    assert shown({"value": 0}) == {"value": 0}
    assert shown({"value": 7}, kinds=("unit.school",)) == {"value": 7}


@pytest.mark.parametrize(("num", "den"), [(2, 4), (1, MANY), (LEAST_SHOWN - 1, MANY), (MANY - 1, MANY), (MANY - LEAST_SHOWN + 1, MANY)])
def test_a_rate_is_kept_back_if_few_are_in_it_or_few_of_them_pass_or_few_do_not(num: int, den: int) -> None:
    assert shown(rate(num, den)) == HIDDEN


@pytest.mark.parametrize(("num", "den"), [(0, MANY), (MANY, MANY), (LEAST_SHOWN, MANY), (MANY - LEAST_SHOWN, MANY), (3 * MANY, MANY), (0, 0)])
def test_a_rate_of_many_is_shown(num: int, den: int) -> None:
    assert shown(rate(num, den)) == rate(num, den)


def test_the_one_small_row_takes_the_next_smallest_with_it() -> None:
    answer = {
        "value": 83,
        "by": [{"key": "a", "value": 40}, {"key": "b", "value": 3}, {"key": "c", "value": 0}, {"key": "d", "value": 20}, {"key": "e", "value": 20}],
    }

    assert [row["value"] for row in shown(answer)["by"]] == [40, None, 0, None, 20]


def test_small_rows_that_are_small_together_take_another_with_them() -> None:
    answer = {"value": 46, "by": [{"key": "a", "value": 40}, {"key": "b", "value": 3}, {"key": "c", "value": 3}]}

    assert [row["value"] for row in shown(answer)["by"]] == [None, None, None]


def test_small_rows_that_are_many_together_are_kept_back_alone() -> None:
    answer = {"value": 52, "by": [{"key": "a", "value": 40}, {"key": "b", "value": 6}, {"key": "c", "value": 6}]}

    assert [row["value"] for row in shown(answer)["by"]] == [40, None, None]


def test_what_is_unplaced_is_kept_back_with_its_row() -> None:
    answer = {"value": 64, "unplaced": 4, "by": [{"key": "a", "value": 40}, {"key": "b", "value": 20}, {"key": None, "value": 4}]}

    told = shown(answer)

    assert told["unplaced"] is None
    assert [row["value"] for row in told["by"]] == [40, None, None]
    company = {"value": 75, "unplaced": 20, "by": [{"key": "a", "value": 50}, {"key": "b", "value": 5}, {"key": None, "value": 20}]}
    assert shown(company)["unplaced"] is None, "shown, it would tell the row that went along"


def test_among_other_kinds_rows_by_kind_are_looked_at_and_nothing_else() -> None:
    mixed = {"value": 65, "by": [{"key": RESTRICTED, "value": 5}, {"key": "unit.school", "value": 30}, {"key": "unit.shop", "value": 30}]}

    told = shown(mixed, "kind", kinds=(RESTRICTED, "unit.school", "unit.shop"))

    assert told["value"] == 65
    assert [row["value"] for row in told["by"]] == [None, None, 30], "65 less 30 and 30 would be the 5"
    assert shown(mixed, "area", kinds=(RESTRICTED, "unit.school", "unit.shop")) == mixed


def test_points_that_add_up_are_rows_and_those_that_do_not_are_not() -> None:
    answer = {"value": 63, "series": [{"from": "a", "value": 3}, {"from": "b", "value": 40}, {"from": "c", "value": 20}]}

    assert [point["value"] for point in shown(answer, is_flow=True)["series"]] == [None, 40, None]
    assert [point["value"] for point in shown(answer)["series"]] == [None, 40, 20]


def test_a_change_is_shown_only_between_two_numbers_that_are() -> None:
    def compared(now: int, then: int) -> Json:
        return {"value": now, "compare": {"with": "previous", "value": then, "change": now - then}}

    assert shown(compared(40, 30)) == compared(40, 30)
    assert shown(compared(4, 30))["compare"] == {"with": "previous", "value": 30, "change": None}
    assert shown(compared(40, 3))["compare"] == {"with": "previous", "value": None, "change": None, "suppressed": True}
    rows = {**compared(80, 70), "by": [{"key": "a", **compared(40, 4)}, {"key": "b", **compared(4, 36)}, {"key": "c", **compared(36, 30)}]}
    told = shown(rows)["by"]
    assert [(row["value"], row["compare"]["value"], row["compare"]["change"]) for row in told] == [(40, None, None), (None, 36, None), (None, None, None)]


def test_what_is_excluded_pending_or_told_by_version_is_kept_back_too() -> None:
    answer = {"value": 40, "pending": 3, "excluded": [{"reason": "x", "count": 2}, {"reason": "y", "count": 30}], "versions": [{"version": 1, "value": 4}]}

    told = shown(answer)

    assert told["pending"] is None
    assert [one["count"] for one in told["excluded"]] == [None, 30]
    assert told["versions"] == [{"version": 1, "value": None, "suppressed": True}]


RATES = st.integers(0, 60).flatmap(lambda den: st.tuples(st.integers(0, den), st.just(den)))


@given(st.lists(RATES, min_size=1, max_size=8), st.booleans())
def test_nobody_subtracts_his_way_to_a_small_number(parts: list[tuple[int, int]], is_rate: bool) -> None:
    def numbers(num: int, den: int) -> Json:
        return rate(num, den) if is_rate else {"value": den}

    whole = (sum(num for num, _ in parts), sum(den for _, den in parts))
    told = shown({**numbers(*whole), "by": [{"key": str(at), **numbers(*part)} for at, part in enumerate(parts)]})

    def small(num: int, den: int) -> bool:
        return any(0 < number < LEAST_SHOWN for number in ((den, num, den - num) if is_rate else (den,)))

    hidden = [part for part, row in zip(parts, told["by"], strict=True) if "suppressed" in row]
    for part, row in zip(parts, told["by"], strict=True):
        assert "suppressed" in row or not small(*part)
    if hidden and "suppressed" not in told:
        others = [part for part in parts if part not in hidden and part[1]]
        assert len(hidden) > 1
        assert not small(sum(num for num, _ in hidden), sum(den for _, den in hidden)) or not others
