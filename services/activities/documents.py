"""What must hold of a whole document of this room, and what can be read off it. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from services.kernel.contracts.commands import Document
from services.kernel.days import business_date
from services.kernel.errors import Code, Fault, RefusedError, refuse

AHEAD = timedelta(minutes=10)
"""How far the clocks of a source may run before ours: the contract's allowance for every time."""

LONGEST_ACTIVITY = timedelta(days=366)
"""Each date of an activity is a row of its facts; platforms of the field bound an activity by a year as well."""

LONGEST_SHIFT = timedelta(hours=24)
"""One shift is one stay; who serves on the next day logs the next shift."""

MOST_MINUTES = LONGEST_SHIFT // timedelta(minutes=1)
WAYS_TO_COME = ("person", "head_count", "who")


def check_activity(data: Document, now: datetime, *, held: bool) -> None:
    """Hosts, a beginning that for a held activity is not ahead of us, an end that does not come before it nor a year after."""
    if not data.get("hosts"):
        raise _wrong("hosts", "an activity needs at least one host; the first leads")
    starts = _moment(data, "starts")
    if starts is None:
        raise _wrong("starts", "an activity needs the time at which it starts")
    ends = _moment(data, "ends")
    if ends is not None and ends < starts:
        raise _wrong("ends", f"it ends before it starts, at {data['starts']}")
    if ends is not None and ends - starts > LONGEST_ACTIVITY:
        raise _wrong("ends", f"an activity lasts at most {LONGEST_ACTIVITY.days} days: tell a longer one as several")
    if held:
        _bar_ahead("starts", starts, now)


def check_attendance(data: Document) -> None:
    """Exactly one of a person, a number of heads, the body that came."""
    told = [field for field in WAYS_TO_COME if data.get(field) is not None]
    if len(told) != 1:
        say = f"it has {' and '.join(told)}" if told else "it has none"
        raise _wrong(told[-1] if told else WAYS_TO_COME[0], f"an attendance has exactly one of {', '.join(WAYS_TO_COME)}; {say}")
    heads = data.get("head_count")
    if heads is not None and heads < 0:
        raise _wrong("head_count", "a number of heads is 0 or more")


def check_shift(data: Document, now: datetime) -> None:
    """A beginning that is not ahead of us, an end or minutes, at most a day long, and no more minutes than between the two."""
    starts, ends, minutes = _moment(data, "starts"), _moment(data, "ends"), data.get("minutes")
    if starts is None:
        raise _wrong("starts", "a shift needs the time at which it starts")
    if ends is None and minutes is None:
        raise _wrong("ends", "a shift needs the time at which it ends, or its minutes")
    if ends is not None and ends < starts:
        raise _wrong("ends", f"it ends before it starts, at {data['starts']}")
    if ends is not None and ends - starts > LONGEST_SHIFT:
        raise _wrong("ends", f"a shift lasts at most {MOST_MINUTES // 60} hours: log one for each stay")
    if minutes is not None and not 0 <= minutes <= MOST_MINUTES:
        raise _wrong("minutes", f"a shift has 0 to {MOST_MINUTES} minutes: log one for each stay")
    if minutes is not None and ends is not None and timedelta(minutes=minutes) > ends - starts:
        raise _wrong("minutes", f"there are fewer than {minutes} minutes between {data['starts']} and {data['ends']}")
    if data.get("items") is not None and data["items"] < 0:
        raise _wrong("items", "a number of items is 0 or more")
    _bar_ahead("starts", starts, now)


def minutes_of(data: Document) -> int:
    """The minutes of a shift: those told, else the whole minutes from its beginning to its end."""
    told: int | None = data.get("minutes")
    if told is not None:
        return told
    return (datetime.fromisoformat(data["ends"]) - datetime.fromisoformat(data["starts"])) // timedelta(minutes=1)


def starting_day(data: Document) -> date:
    """The business date on which an activity or a shift begins; what crosses midnight counts there as a whole."""
    return business_date(datetime.fromisoformat(data["starts"]))


def days_of(data: Document) -> Iterator[date]:
    """Each business date from the beginning of an activity to its end, both included; without an end its first only."""
    first = starting_day(data)
    last = business_date(datetime.fromisoformat(data["ends"])) if data.get("ends") else first
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def place_of(data: Document) -> tuple[str | None, str | None]:
    """Where an activity stands, as (area, organisation): its lead host, and its own area or else a lead host that is one."""
    family, _, lead = data["hosts"][0].partition("/")
    area = data.get("area") or (lead if family == "area" else None)
    return area, lead if family == "organisation" else None


def _moment(data: Document, field: str) -> datetime | None:
    text = data.get(field)
    return None if text is None else datetime.fromisoformat(text)


def _bar_ahead(field: str, moment: datetime, now: datetime) -> None:
    if moment > now + AHEAD:
        raise refuse(Code.TOO_EARLY, f"{field}: {moment.isoformat()} lies ahead; tell it when it has begun", Fault(f"/data/{field}", "lies in the future"))


def _wrong(field: str, detail: str) -> RefusedError:
    return refuse(Code.INVALID, f"{field}: {detail}", Fault(f"/data/{field}", detail))
