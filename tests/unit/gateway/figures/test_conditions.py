"""Conditions as `where=` writes them, on values as rows carry them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.conditions import UnreadableConditionError, joined, passes, read_condition
from services.kernel.catalogue.kinds import band_of


@pytest.mark.parametrize(
    ("condition", "value", "expected"),
    [
        ("state:open", "open", True),
        ("state:open", "closed", False),
        ("state:open", None, False),
        ("tags:b", "a,b,c", True),
        ("tags:d", "a,b,c", False),
        ("staff>=10", "10-49", True),
        ("staff>=11", "10-49", False),
        ("staff>=10", "50+", True),
        ("staff<=49", "10-49", True),
        ("staff<=48", "10-49", False),
        ("staff<=49", "50+", False),
        ("staff<=9", "<10", True),
        ("staff>=0", "<10", False),
        ("depth>=-5", "-3", True),
        ("staff>=10", "many", False),
    ],
)
def test_a_value_passes_or_not(condition: str, value: str | None, expected: bool) -> None:
    assert passes(read_condition(condition), value) is expected


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=5, unique=True).map(sorted), st.integers(-60, 60), st.integers(-60, 60))
def test_a_band_passes_only_if_every_number_in_it_does(bounds: list[int], number: int, bound: int) -> None:
    band = band_of(number, tuple(bounds))
    inside = [one for one in range(-200, 200) if band_of(one, tuple(bounds)) == band]

    assert passes(read_condition(f"n>={bound}"), band) is (bound <= -200 or all(one >= bound for one in inside))
    assert passes(read_condition(f"n<={bound}"), band) is (all(one <= bound for one in inside))


@pytest.mark.parametrize("text", ["state", "state:", ":open", "staff>=ten", ">=3"])
def test_what_is_no_condition_says_what_one_looks_like(text: str) -> None:
    with pytest.raises(UnreadableConditionError, match="write"):
        read_condition(text)


def test_several_values_of_one_dimension_are_any_of_them() -> None:
    found = joined(read_condition(text) for text in ("state:b", "tier:1", "state:a"))

    assert [(one.dimension, one.values) for one in found] == [("state", ("a", "b")), ("tier", ("1",))]
    assert found == joined(read_condition(text) for text in ("tier:1", "state:a", "state:b"))
