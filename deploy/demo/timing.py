"""When things happen in a replay: on a day, spread over a time, every so often, or after something else."""

import re
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from services.kernel.days import SHANGHAI

_SPAN = re.compile(r"(\d+)([mhd])")
_MONTHS = re.compile(r"(\d+)mo")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_OPENS, _CLOSES = 8, 18  # what is spread over days falls into office hours


class WrongTimeError(Exception):
    """A replay names a time we cannot read."""


def span(text: str) -> timedelta:
    """A length of time: 20m, 3h, 5d."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise WrongTimeError(f"{text!r} is no length of time: write 20m, 3h or 5d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def moment(at: Any, chance: Random, repetition: int, before: datetime | None) -> datetime:
    """The moment of one event. `repetition` counts what is done several times for one thing, from 0; `before` is when that thing was made."""
    match at:
        case datetime():
            return at.replace(tzinfo=SHANGHAI)
        case date():
            return datetime(at.year, at.month, at.day, 9, tzinfo=SHANGHAI)
        case str():
            return datetime.fromisoformat(at).replace(tzinfo=SHANGHAI)
        case {"from": date() as first, "to": date() as last, **rest} if not rest:
            return _within(chance, first, (last - first).days + 1)
        case {"from": date() as first, "every": str(every), **rest} if rest.keys() <= {"within"}:
            return _within(chance, _later(first, every, repetition), span(str(rest.get("within", "1d"))).days)
        case {"after": after, **rest} if not rest and before is not None:
            return before + length(after, chance)
        case _:
            raise WrongTimeError(f"{at!r} is no time: write a day, {{from, to}}, {{from, every, within}} or {{after}} with each")


def length(after: Any, chance: Random) -> timedelta:
    """A length of time, or one between two, in whole seconds."""
    if isinstance(after, str):
        return span(after)
    shortest, longest = (span(one) for one in after)
    return timedelta(seconds=chance.randint(int(shortest.total_seconds()), int(longest.total_seconds())))


def _later(first: date, every: str, times: int) -> date:
    """A day so many steps after the first; a step of months keeps the day of the month."""
    months = _MONTHS.fullmatch(every)
    if months is None:
        return first + span(every) * times
    years, month = divmod(first.month - 1 + int(months[1]) * times, 12)
    return first.replace(year=first.year + years, month=month + 1)


def _within(chance: Random, first: date, days: int) -> datetime:
    day = first + timedelta(days=chance.randrange(days))
    opened = datetime(day.year, day.month, day.day, _OPENS, tzinfo=SHANGHAI)
    return opened + timedelta(seconds=chance.randrange((_CLOSES - _OPENS) * 3600))
