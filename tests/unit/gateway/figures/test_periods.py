"""Calendar intervals and what they are compared with."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.figures.periods import Compare, Interval, Period, compared, interval_of, split, year_ago

DAYS = st.dates(date(2000, 1, 1), date(2060, 12, 31))


@pytest.mark.parametrize(
    ("interval", "first", "last"),
    [
        (Interval.DAY, date(2024, 2, 29), date(2024, 2, 29)),
        (Interval.WEEK, date(2024, 2, 26), date(2024, 3, 3)),
        (Interval.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        (Interval.QUARTER, date(2024, 1, 1), date(2024, 3, 31)),
        (Interval.YEAR, date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_day_lies_in_its_calendar_interval(interval: Interval, first: date, last: date) -> None:
    assert interval_of(date(2024, 2, 29), interval) == (first, last)


@given(DAYS, st.integers(0, 900), st.sampled_from(list(Interval)))
def test_parts_of_a_period_follow_each_other_without_gap_or_overlap(first: date, length: int, interval: Interval) -> None:
    last = date.fromordinal(first.toordinal() + length)

    parts = list(split(Period(first, last), interval))

    assert (parts[0].first, parts[-1].last) == (first, last)
    assert all(after.first.toordinal() == before.last.toordinal() + 1 for before, after in itertools.pairwise(parts))
    assert all(interval_of(part.first, interval) == interval_of(part.last, interval) for part in parts)


@pytest.mark.parametrize(
    ("first", "last", "before"),
    [
        (date(2024, 3, 1), date(2024, 3, 31), (date(2024, 2, 1), date(2024, 2, 29))),
        (date(2024, 5, 6), date(2024, 5, 12), (date(2024, 4, 29), date(2024, 5, 5))),
        (date(2024, 1, 1), date(2024, 3, 31), (date(2023, 10, 1), date(2023, 12, 31))),
        (date(2024, 1, 1), date(2024, 12, 31), (date(2023, 1, 1), date(2023, 12, 31))),
        (date(2024, 3, 1), date(2024, 3, 30), (date(2024, 1, 31), date(2024, 2, 29))),
        (date(2024, 3, 1), date(2024, 3, 1), (date(2024, 2, 29), date(2024, 2, 29))),
    ],
)
def test_previous_is_the_calendar_interval_before_or_as_many_days(first: date, last: date, before: tuple[date, date]) -> None:
    assert compared(Period(first, last), Compare.PREVIOUS) == before


def test_29_february_becomes_the_28th_a_year_ago() -> None:
    assert year_ago(date(2024, 2, 29)) == date(2023, 2, 28)
    assert compared(Period(date(2024, 2, 1), date(2024, 2, 29)), Compare.YEAR_AGO) == (date(2023, 2, 1), date(2023, 2, 28))
