"""Sums of days are slices, however late a day is told and whatever lies before the first."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.days import Days, Span, together

BASE = date(2026, 1, 1)
SPAN = Span(BASE.toordinal(), 10)
TOLD = st.lists(st.tuples(st.integers(-30, 200), st.integers(-5, 9), st.sampled_from([1, -1])), max_size=30)


def _filled(told: list[tuple[int, int, int]]) -> Days:
    days = Days(SPAN.size)
    for offset, value, count in told:
        days.put(SPAN.place(BASE + timedelta(days=offset)), value, count)
    return days


@given(TOLD, st.integers(0, 210), st.integers(0, 210))
def test_any_days_add_up_to_what_was_told_of_them(told: list[tuple[int, int, int]], first: int, after: int) -> None:
    wanted = [(value, count) for offset, value, count in told if first <= max(0, offset) < after]

    assert _filled(told).total(first, after) == (sum(value for value, _ in wanted), sum(count for _, count in wanted))


@given(TOLD, TOLD, TOLD, st.integers(0, 210), st.integers(0, 210))
def test_several_together_are_the_sum_of_each(
    one: list[tuple[int, int, int]], two: list[tuple[int, int, int]], three: list[tuple[int, int, int]], first: int, after: int
) -> None:
    parts = [_filled(told) for told in (one, two, three)]
    sums = [part.total(first, after) for part in parts]

    assert together(parts).total(first, after) == (sum(value for value, _ in sums), sum(count for _, count in sums))
    assert [_filled(told).total(0, 300) for told in (one, two, three)] == [part.total(0, 300) for part in parts], "the parts stay as they are"
