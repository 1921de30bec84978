"""When things happen in a replay."""

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deploy.demo.timing import WrongTimeError, length, moment, span
from services.kernel.days import SHANGHAI


def at(template: Any, repetition: int = 0, before: datetime | None = None, seed: int = 1) -> datetime:
    return moment(template, Random(seed), repetition, before)


def test_a_day_means_its_morning_and_a_time_itself() -> None:
    assert at(date(2019, 6, 27)) == datetime(2019, 6, 27, 9, tzinfo=SHANGHAI)
    assert at("2019-06-20 14:30") == datetime(2019, 6, 20, 14, 30, tzinfo=SHANGHAI)


@settings(deadline=None)
@given(seed=st.integers(0, 200), days=st.integers(0, 300))
def test_what_is_spread_falls_into_office_hours_of_its_days(seed: int, days: int) -> None:
    first, last = date(2019, 1, 7), date(2019, 1, 7) + timedelta(days=days)

    found = at({"from": first, "to": last}, seed=seed)

    assert first <= found.date() <= last
    assert 8 <= found.hour < 18


@settings(deadline=None)
@given(seed=st.integers(0, 50), week=st.integers(0, 24))
def test_what_recurs_weekly_stays_within_its_week(seed: int, week: int) -> None:
    found = at({"from": date(2019, 1, 7), "every": "7d", "within": "5d"}, week, seed=seed)

    assert found.isocalendar().week == week + 2
    assert found.isoweekday() <= 5


@pytest.mark.parametrize(("repetition", "month"), [(0, (2018, 7)), (5, (2018, 12)), (6, (2019, 1)), (23, (2020, 6))])
def test_what_recurs_monthly_comes_once_in_each_month(repetition: int, month: tuple[int, int]) -> None:
    found = at({"from": date(2018, 7, 2), "every": "1mo", "within": "5d"}, repetition)

    assert (found.year, found.month) == month
    assert 2 <= found.day <= 6


def test_what_follows_a_thing_follows_it() -> None:
    before = datetime(2019, 1, 7, 9, tzinfo=SHANGHAI)

    assert at({"after": "3h"}, before=before) == before + timedelta(hours=3)
    assert before + timedelta(minutes=5) <= at({"after": ["5m", "1d"]}, before=before) <= before + timedelta(days=1)


def test_lengths_are_whole_seconds() -> None:
    assert length(["1m", "2m"], Random(3)).microseconds == 0
    assert span("40d") == timedelta(days=40)


@pytest.mark.parametrize("wrong", [{"from": date(2019, 1, 1)}, {"after": "3h"}, {"from": date(2019, 1, 1), "to": date(2019, 1, 2), "x": 1}, 7])
def test_a_time_that_cannot_be_read_is_said(wrong: Any) -> None:
    with pytest.raises(WrongTimeError):
        at(wrong)


def test_a_length_that_cannot_be_read_is_said() -> None:
    with pytest.raises(WrongTimeError, match="3 hours"):
        span("3 hours")
