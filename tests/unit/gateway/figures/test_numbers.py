"""Exact numbers until the last step, and quantiles from buckets."""

from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.distribution import quantile, value_of
from services.gateway.figures.table import Slot, Table, as_json_number, combine, fraction


@given(st.integers(-(10**15), 10**15), st.integers(1, 10**12))
def test_a_fraction_is_told_to_twelve_places_rounded_half_to_even(num: int, den: int) -> None:
    exact = Decimal(num) / Decimal(den)
    told = as_json_number(Fraction(num, den))

    assert told == float(exact.quantize(Decimal("1e-12"), ROUND_HALF_EVEN)) or abs(Fraction(told or 0) - Fraction(num, den)) <= Fraction(1, 10**12)


def test_halves_go_to_the_even_neighbour() -> None:
    assert as_json_number(Fraction(5, 10**13)) == 0.0
    assert as_json_number(Fraction(15, 10**13)) == 2e-12


def test_a_fraction_without_a_denominator_is_null() -> None:
    assert fraction(3, 0) is None
    assert as_json_number(None) is None


def test_figures_are_combined_slot_by_slot_with_what_is_empty() -> None:
    first, second = Table({Slot(0, 0): 6, Slot(0, 1): 2}), Table({Slot(0, 0): 3, Slot(0, 2): 5})

    made = combine(first, second, fraction)

    assert made.values == {Slot(0, 0): 2, Slot(0, 1): None, Slot(0, 2): 0}
    assert made.at(Slot(9, 9)) is None


@given(st.lists(st.integers(1, 10**7), min_size=1, max_size=60), st.sampled_from(["0.5", "0.9", "0.25", "0.99"]))
def test_a_quantile_is_within_its_bucket_of_the_true_one(seconds: list[int], q: str) -> None:
    counts: dict[int, int] = {}
    for one in seconds:
        bucket = (one**8).bit_length() - 1
        counts[bucket] = counts.get(bucket, 0) + 1
    wanted = -(-Fraction(q) * len(seconds) // 1)
    true = sorted(seconds)[max(1, int(wanted)) - 1]

    found = quantile(counts, float(q))

    assert found == value_of((true**8).bit_length() - 1)
    assert found is not None
    assert true / 1.1 - 1 <= found <= true * 1.1 + 1


@pytest.mark.parametrize(("bucket", "value"), [(0, 1), (8, 2), (16, 4), (80, 1069), (131, 88752)])
def test_a_bucket_stands_for_its_middle(bucket: int, value: int) -> None:
    assert value_of(bucket) == value


def test_no_rows_have_no_quantile() -> None:
    assert quantile({}, 0.5) is None
