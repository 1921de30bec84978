"""A figure of an earlier interval, and the growth since."""

from collections.abc import Awaitable, Callable
from datetime import date

from services.gateway.figures.asking import Asked
from services.gateway.figures.frame import Frame, TooManyPointsError
from services.gateway.figures.periods import BEGINNING, Compare, Period, compared
from services.gateway.figures.table import WHOLE, Exact, Slot, Table, combine, fraction

Evaluate = Callable[[Asked], Awaitable[Table]]
_MOST_POINTS = 120
"""Each point of a growth's series is a question of its own: the intervals before may overlap."""


class NothingBeforeError(Exception):
    """There is no interval before one that has no beginning; the text says what to do."""


def earlier_frame(frame: Frame, compare: Compare, *, is_stock: bool) -> Frame:
    """The frame of the interval to compare with, in the same trees. A stock asked for one day is compared with one day."""
    period = frame.period
    if period.first == BEGINNING:
        if not is_stock:
            raise NothingBeforeError("there is nothing before the beginning: give a `from`")
        period = Period(frame.state, frame.state)
    before = compared(period, compare)
    state = before.last if is_stock else frame.state
    return Frame(before, (before,), False, state, frame.tree)


async def growth(asked: Asked, compare: Compare, evaluate: Evaluate, *, is_stock: bool) -> Table:
    """The change against the interval before as a fraction of it, null on an absent or zero base; each point of a series against its own."""
    now = await evaluate(asked)
    frame = asked.frame
    then = await evaluate(asked._replace(frame=earlier_frame(frame, compare, is_stock=is_stock)))
    if frame.series:
        if len(frame.buckets) > _MOST_POINTS:
            raise TooManyPointsError(f"a series of growth has at most {_MOST_POINTS} points: give a later `from` or a longer `interval`")
        then.values = {slot: number for slot, number in then.values.items() if slot.bucket == WHOLE}
        for number, bucket in enumerate(frame.buckets, 1):
            one = Frame(bucket, (bucket,), False, _state(bucket, asked.snapshot.today), frame.tree)
            table = await evaluate(asked._replace(frame=earlier_frame(one, compare, is_stock=is_stock)))
            then.values |= {Slot(number, slot.group): value for slot, value in table.values.items() if slot.bucket == WHOLE}
    return combine(now, then, _growth)


def _state(bucket: Period, today: date) -> date:
    return min(bucket.last, today)


def _growth(now: Exact, then: Exact) -> Exact | None:
    return fraction(now - then, then)
