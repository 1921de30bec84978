"""The days of a question: which period, which day's state, whose day's tree."""

from datetime import date
from typing import NamedTuple

from services.gateway.figures.periods import BEGINNING, Interval, Period, split
from services.kernel.catalogue.metrics import Nature

MOST_POINTS = 1_500


class TooManyPointsError(Exception):
    """A series would have more points than anybody could look at; the text says what to do."""


class Frame(NamedTuple):
    """The days a figure is taken over.

    `buckets` are the points of a series (one, the whole period, without an interval), `state` the day cohorts and stocks are looked at,
    `tree` the day whose trees it is shown in.
    """

    period: Period
    buckets: tuple[Period, ...]
    series: bool
    state: date
    tree: date


class Asking(NamedTuple):
    """What a question says about days; None: not said."""

    first: date | None = None
    last: date | None = None
    as_of: date | None = None
    tree: date | None = None
    interval: Interval | None = None


def frame_of(asking: Asking, natures: frozenset[Nature], today: date) -> Frame:
    """The days of a figure made of measures of these natures. No state and no tree lies after today.

    A stock is taken at the end of `to` (or `as_of`); a cohort as it stands on `as_of`, by default today; a ratio with a stock in it takes `to`.
    """
    has_stock = "stock" in natures
    last = asking.last if asking.last is not None else today
    state = min(asking.as_of or (last if has_stock else today), today)
    if natures == {"stock"} and asking.interval is None:
        last = state
    tree = min(asking.tree or asking.as_of or (state if has_stock else today), today)
    period = Period(min(asking.first if asking.first is not None else BEGINNING, last), last)
    if asking.interval is None:
        return Frame(period, (period,), False, state, tree)
    if period.days > MOST_POINTS * {Interval.DAY: 1, Interval.WEEK: 7, Interval.MONTH: 28, Interval.QUARTER: 90, Interval.YEAR: 365}[asking.interval]:
        raise TooManyPointsError(f"a series has at most {MOST_POINTS} points: give a later `from` or a longer `interval`")
    buckets = tuple(bucket for bucket in split(period, asking.interval) if not has_stock or bucket.first <= today)
    return Frame(period, buckets or (period,), True, state, tree)


def state_days(frame: Frame, today: date) -> list[date]:
    """The day a stock is looked at in each bucket: its last, or today where that is still to come."""
    return [min(bucket.last, today) if frame.series else frame.state for bucket in frame.buckets]
