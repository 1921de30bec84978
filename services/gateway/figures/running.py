"""The how manieth something is: all that there ever were up to a day."""

from collections.abc import Awaitable, Callable
from datetime import date

from services.gateway.figures.asking import Asked
from services.gateway.figures.frame import Frame, TooManyPointsError
from services.gateway.figures.periods import BEGINNING, Period
from services.gateway.figures.table import WHOLE, Exact, Slot, Table, combine

Evaluate = Callable[[Asked], Awaitable[Table]]
_MOST_POINTS = 120
"""Each point of a series is a question of its own: a distinct count up to a day is no sum of those before."""


async def ordinal(asked: Asked, start: int, evaluate: Evaluate) -> Table:
    """The figure from the beginning up to the last day asked about, after `start` of them; each point of a series up to its own last day."""
    frame = asked.frame
    table = await evaluate(asked._replace(frame=since_the_beginning(frame)))
    if frame.series:
        if len(frame.buckets) > _MOST_POINTS:
            raise TooManyPointsError(f"a series of ordinals has at most {_MOST_POINTS} points: give a later `from` or a longer `interval`")
        for number, bucket in enumerate(frame.buckets, 1):
            point = await evaluate(asked._replace(frame=_up_to(frame, bucket, min(bucket.last, asked.snapshot.today))))
            table.values |= {Slot(number, slot.group): value for slot, value in point.values.items() if slot.bucket == WHOLE}
    return combine(table, Table({}, empty=start), _after)


def since_the_beginning(frame: Frame) -> Frame:
    """The days an ordinal of a frame is taken over."""
    return _up_to(frame, frame.period, frame.state)


def _up_to(frame: Frame, period: Period, state: date) -> Frame:
    whole = Period(BEGINNING, period.last)
    return frame._replace(period=whole, buckets=(whole,), series=False, state=state)


def _after(number: Exact, start: Exact) -> Exact:
    return start + number
