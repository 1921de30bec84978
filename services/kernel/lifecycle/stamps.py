"""Moments as the entities keep them: fixed-width RFC 3339 text in UTC, so that comparing the text compares the moments."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from services.kernel.days import SHANGHAI, business_date


def stamp(moment: datetime) -> str:
    """An aware moment as text of one width: 2026-01-31T16:00:00.000000Z."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def moment_of(text: str) -> datetime:
    """The moment of a stamp, aware, in UTC."""
    return datetime.fromisoformat(text)


@lru_cache(maxsize=65536)
def day_of(text: str) -> date:
    """The business date on which a stamp falls."""
    return business_date(moment_of(text))


@lru_cache(maxsize=65536)
def day_begins(day: str) -> str:
    """The first moment of a business date given as ISO text, as a stamp."""
    return stamp(datetime.combine(date.fromisoformat(day), time(), SHANGHAI))


@lru_cache(maxsize=65536)
def day_ends(day: str) -> str:
    """The first moment after a business date given as ISO text, as a stamp: what lasts through a day is over then."""
    return stamp(datetime.combine(date.fromisoformat(day), time(), SHANGHAI) + timedelta(days=1))
