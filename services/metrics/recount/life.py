"""What was told of one standing thing, laid out by days. Fields are kept flat, one time each: another way than the rooms' own."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, NamedTuple

CHINA = timezone(timedelta(hours=8))
Path = tuple[str, ...]
Flat = dict[Path, Any]
ONE_DAY = timedelta(days=1)


def moment(text: str) -> datetime:
    """An event's time, in UTC."""
    return datetime.fromisoformat(text).astimezone(UTC)


def day_of(when: datetime) -> date:
    """The date in China."""
    return when.astimezone(CHINA).date()


def flatten(data: dict[str, Any], above: Path = ()) -> Iterator[tuple[Path, Any]]:
    """The leaves of a document; an empty object is a leaf."""
    for name, value in data.items():
        if isinstance(value, dict) and value:
            yield from flatten(value, (*above, name))
        else:
            yield (*above, name), value


def _related(one: Path, other: Path) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


class Moment(NamedTuple):
    """From when on a thing was so; fields None: it was not. verb and told say what brought it about."""

    at: datetime
    verb: str
    fields: Flat | None
    told: dict[str, Any]


class Life:
    """One thing's moments, in the order in which its events were accepted."""

    def __init__(self) -> None:
        self.moments: list[Moment] = []
        self.withdrawn = False
        self.opening = False
        self._set: dict[Path, datetime] = {}
        self._newest = datetime.min.replace(tzinfo=UTC)

    def begin(self, when: datetime, verb: str, data: dict[str, Any]) -> None:
        """A making event; a second one is a member who comes back."""
        self.opening = self.opening or (not self.moments and data.get("opening") is True)
        fields = dict(flatten(data))
        self._set = dict.fromkeys(fields, when)
        self._add(when, verb, fields, data)

    def patch(self, when: datetime, verb: str, change: dict[str, Any], told: dict[str, Any] | None = None) -> None:
        """A change: of a late one only the fields that nothing newer has set."""
        fields = dict(self.moments[-1].fields or {})
        for path, value in self._expand(change, fields):
            if any(_related(path, other) and set_at > when for other, set_at in self._set.items()):
                continue
            for other in [other for other in fields if other[: len(path)] == path or path[: len(other)] == other]:
                del fields[other]
            if value is not None:
                fields[path] = value
            self._set[path] = when
        self._add(when, verb, fields, told if told is not None else change)

    def end(self, when: datetime, verb: str, told: dict[str, Any]) -> None:
        """An end that was told."""
        self._add(when, verb, None, told)

    def withdraw(self) -> None:
        """It never was."""
        self.withdrawn = True

    def _expand(self, change: dict[str, Any], fields: Flat) -> Iterator[tuple[Path, Any]]:
        for path, value in flatten(change):
            below = [other for other in fields if len(other) > len(path) and other[: len(path)] == path]
            if value is None and below:
                yield from ((other, None) for other in below)
            else:
                yield path, value

    def _add(self, when: datetime, verb: str, fields: Flat | None, told: dict[str, Any]) -> None:
        self._newest = max(self._newest, when)
        self.moments.append(Moment(self._newest, verb, fields, told))

    def by_day(self) -> list[tuple[date, Flat | None]]:
        """How it was at the end of each day on which anything changed, a passed `until` included."""
        days: dict[date, Flat | None] = {}
        for one in self.moments:
            days[day_of(one.at)] = one.fields
        laid: list[tuple[date, Flat | None]] = []
        ordered = sorted(days)
        for position, day in enumerate(ordered):
            fields = days[day]
            until = None if fields is None else fields.get(("until",))
            following = ordered[position + 1] if position + 1 < len(ordered) else None
            over = None if until is None else date.fromisoformat(until) + ONE_DAY
            if over is not None and over <= day:
                laid.append((day, None))
                continue
            laid.append((day, fields))
            if over is not None and (following is None or over < following):
                laid.append((over, None))
        return laid

    def stretches(self) -> Iterator[tuple[date, date | None, Flat]]:
        """The days on which it was, cut where any field changed: [from, to)."""
        if self.withdrawn:
            return
        laid = self.by_day()
        for position, (day, fields) in enumerate(laid):
            if fields is not None:
                yield day, (laid[position + 1][0] if position + 1 < len(laid) else None), fields
