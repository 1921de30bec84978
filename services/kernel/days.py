"""Business dates: the date in Asia/Shanghai on which a moment falls."""

from datetime import date, datetime, timedelta, timezone

SHANGHAI = timezone(timedelta(hours=8), "Asia/Shanghai")
"""China has kept UTC+8 without summer time since 1991; events before that are dated by today's rule."""


def business_date(moment: datetime) -> date:
    """The business date of an aware moment."""
    return moment.astimezone(SHANGHAI).date()


def next_day(day: date) -> date:
    """The day after."""
    return day + timedelta(days=1)
