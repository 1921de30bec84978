"""Days, calendar intervals and what they are compared with. Both ends of a period are included."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

BEGINNING = date.min
"""Stands for "since we began"; PostgreSQL's -infinity."""

ENDLESS = date.max
"""Stands for "no end"; PostgreSQL's infinity."""

_DAY = timedelta(days=1)


class Interval(StrEnum):
    """A calendar interval. Weeks run from Monday to Sunday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class Compare(StrEnum):
    """What a period is compared with."""

    PREVIOUS = "previous"
    YEAR_AGO = "year_ago"


class Period(NamedTuple):
    """The days from first to last, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.last - self.first).days + 1


def interval_of(day: date, interval: Interval) -> Period:
    """The calendar interval a day lies in."""
    if interval is Interval.DAY:
        return Period(day, day)
    if interval is Interval.WEEK:
        monday = day - timedelta(days=day.weekday())
        return Period(monday, monday + timedelta(days=6))
    months = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}[interval]
    start = (day.month - 1) // months * months + 1
    end = start + months - 1
    return Period(date(day.year, start, 1), date(day.year, end, monthrange(day.year, end)[1]))


def split(period: Period, interval: Interval) -> Iterator[Period]:
    """The intervals of a period in order; the first and the last are cut off at its edges."""
    day = period.first
    while day <= period.last:
        whole = interval_of(day, interval)
        yield Period(day, min(whole.last, period.last))
        if whole.last == ENDLESS:
            return
        day = whole.last + _DAY


def year_ago(day: date) -> date:
    """The same day a year before; 29 February becomes the 28th."""
    return day.replace(year=day.year - 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year - 1)


def compared(period: Period, compare: Compare) -> Period:
    """The period to compare with: a year ago, or the calendar interval before if this is one, else as many days before."""
    if compare is Compare.YEAR_AGO:
        return Period(year_ago(period.first), year_ago(period.last))
    for interval in (Interval.WEEK, Interval.MONTH, Interval.QUARTER, Interval.YEAR):
        if interval_of(period.first, interval) == period:
            return interval_of(period.first - _DAY, interval)
    return Period(period.first - period.days * _DAY, period.first - _DAY)
