"""A naive clock-work of the registers: walks through time tick by tick and asks of each thing whether it is there, and where.

Shares nothing with the room's model: a field is a register in which the told event with the latest stated time wins, and counts from the
moment at which it could first be believed (its stated time, or the newest time told of the thing before it).
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any, NamedTuple

HOURS = (0, 8, 20)
"""Ticks of a day, as hours in Shanghai."""
FIRST = date(2026, 1, 1)


class Event(NamedTuple):
    """family.verb of a key at a tick."""

    what: str
    key: str
    tick: int
    data: dict[str, Any]

    @property
    def family(self) -> str:
        return self.what.partition(".")[0]

    @property
    def verb(self) -> str:
        return self.what.partition(".")[2]

    @property
    def subject(self) -> str:
        return f"{self.family}/{self.key}"


MAKES = ("established", "joined", "registered", "set")
ENDS = ("ended", "left", "merged")


def day_of(tick: int) -> date:
    return FIRST + timedelta(days=tick // len(HOURS))


class Thing:
    """What was told of one thing, and how it therefore was at each tick."""

    def __init__(self) -> None:
        self.newest = -1
        self.opening = False
        self.withdrawn = False
        self.life: list[tuple[int, int, str]] = []  # (from tick, stated, verb)
        self.fields: dict[str, list[tuple[int, int, Any]]] = {}  # (from tick, stated, value), in the order of acceptance
        self.transfers: list[int] = []
        self.merged: tuple[int, str] | None = None  # from which tick, into which subject

    def take(self, event: Event) -> None:
        """An accepted event, in the order of acceptance."""
        if event.verb == "withdrawn":
            self.withdrawn = True
            return
        holds = max(event.tick, self.newest)
        self.newest = holds
        if event.verb in MAKES:
            self.opening = bool(event.data.get("opening")) if not self.life else self.opening
            self.life.append((holds, event.tick, "begins"))
            for name in {*self.fields, *event.data}:
                self.fields.setdefault(name, []).append((holds, event.tick, event.data.get(name)))
        elif event.verb in ENDS:
            self.life.append((holds, event.tick, "ends"))
            if event.verb == "merged":
                self.merged = holds, f"{event.family}/{event.data['into']}"
        else:
            for name, value in event.data.items():
                entries = self.fields.setdefault(name, [])
                if all(stated <= event.tick for _, stated, _ in entries):
                    entries.append((holds, event.tick, value))
                    if event.verb == "transferred":
                        self.transfers.append(holds)

    def field(self, name: str, tick: int) -> Any:
        known = [value for since, _, value in self.fields.get(name, []) if since <= tick]
        return known[-1] if known else None

    def is_there(self, tick: int) -> bool:
        if self.withdrawn:
            return False
        said = [verb for since, _, verb in self.life if since <= tick]
        until = self.field("until", tick)
        return bool(said) and said[-1] == "begins" and (until is None or day_of(tick) <= date.fromisoformat(until))

    def was_ended_at(self, tick: int) -> bool:
        """Whether an end was told for this very tick, whatever followed within it."""
        return not self.withdrawn and any(since == tick and verb == "ends" for since, _, verb in self.life)


class Ticks:
    """Everything told, walked through."""

    def __init__(self, ticks: int) -> None:
        self.ticks = ticks
        self.things: dict[str, Thing] = {}

    def take(self, event: Event) -> None:
        self.things.setdefault(event.subject, Thing()).take(event)

    def stock(self) -> Counter[tuple[str, str, date, str | None, str | None]]:
        """(measure, subject, day, area, organisation) of everything that stands at the end of each day."""
        found: Counter[tuple[str, str, date, str | None, str | None]] = Counter()
        measures = {"organisation": "organisations", "member": "members", "unit": "units", "entry": "entries"}
        for subject, thing in self.things.items():
            family = subject.partition("/")[0]
            for tick in range(len(HOURS) - 1, self.ticks, len(HOURS)):
                if family == "link":
                    continue
                if thing.is_there(tick):
                    organisation = subject.partition("/")[2] if family == "organisation" else thing.field("organisation", tick)
                    found[measures[family], subject, day_of(tick), thing.field("area", tick), organisation] += 1
        for subject, thing in self.things.items():
            if subject.startswith("link/"):
                for tick, place in self.walk(thing)[0]:
                    if tick % len(HOURS) == len(HOURS) - 1:
                        found["links", subject, day_of(tick), *place] += 1
        return found

    def walk(self, link: Thing) -> tuple[list[tuple[int, tuple[str | None, str | None]]], list[tuple[str, int]]]:
        """The ticks at which a link was, with its place; and when it was set and ended."""
        there: list[tuple[int, tuple[str | None, str | None]]] = []
        acts: list[tuple[str, int]] = []
        names = [link.field("from", self.ticks), link.field("to", self.ticks)]
        ends = [self.things[name] for name in names]
        heirs = [end if end.merged is None else self.things[end.merged[1]] for end in ends]
        if link.withdrawn or any(end.withdrawn for end in ends):
            return there, acts
        start = link.life[0][0]
        over: int | None = None
        begun = [False, False]
        for tick in range(start, self.ticks):
            for number, end in enumerate(ends):
                carries = self.carries(end, heirs[number], tick, begun=begun[number])
                begun[number] = begun[number] or carries is True
                over = tick if carries is False else over
            if not link.is_there(tick):
                over = tick
            if over is not None:
                break
            if all(begun):
                there.append((tick, self.place(names, tick)))
        if not (link.opening and over == start and not link.was_ended_at(start)):
            acts += [("links.set", start)] if not link.opening else []
            acts += [("links.ended", over)] if over is not None else []
        return there, acts

    def carries(self, end: Thing, heir: Thing, tick: int, *, begun: bool) -> bool | None:
        """Whether an end carries a link at a tick; None: it has not begun yet. What was merged goes on in its heir, also in one that begins later."""
        if end.merged is not None and end.merged[0] <= tick:
            awaited = all(since > tick for since, _, _ in heir.life)
            return awaited or (heir.is_there(tick) and not heir.was_ended_at(tick))
        if begun:
            return end.is_there(tick) and not end.was_ended_at(tick)
        if end.is_there(tick):
            return True
        return False if any(since <= tick for since, _, _ in end.life) else None

    def place(self, names: list[str], tick: int) -> tuple[str | None, str | None]:
        """Organisation: the first end that is one, else an end's; area: an end's."""
        organisations = [name.partition("/")[2] for name in names if name.startswith("organisation/")]
        of_ends = [self.things[name].field("organisation", tick) for name in names]
        areas = [self.things[name].field("area", tick) for name in names]
        return next((area for area in areas if area), None), next((one for one in [*organisations, *of_ends] if one), None)

    def flows(self) -> Counter[tuple[str, str, date]]:
        """(measure, subject, day) of every act."""
        found: Counter[tuple[str, str, date]] = Counter()
        words = {
            "organisation": ("organisations.established", "organisations.ended"),
            "member": ("members.joined", "members.left"),
            "unit": ("units.registered", "units.ended"),
            "entry": ("entries.registered", "entries.ended"),
        }
        for subject, thing in self.things.items():
            family = subject.partition("/")[0]
            if family == "link":
                for measure, tick in self.walk(thing)[1]:
                    found[measure, subject, day_of(tick)] += 1
                continue
            if thing.withdrawn:
                continue
            for measure, tick in self.acts(thing, *words[family]):
                found[measure, subject, day_of(tick)] += 1
            for tick in thing.transfers:
                found["members.transferred_out", subject, day_of(tick)] += 1
                found["members.transferred_in", subject, day_of(tick)] += 1
        return found

    def acts(self, thing: Thing, begins: str, ends: str) -> list[tuple[str, int]]:
        """When a thing began and ended: by word, and by the passing of its last day."""
        acts: list[tuple[str, int]] = []
        for number, (tick, _, verb) in enumerate(thing.life):
            from_before = number == 0 and thing.opening
            lapsed_at_once = verb == "begins" and not thing.is_there(tick) and not thing.was_ended_at(tick)
            if verb == "begins" and not from_before:
                acts += [(begins, tick)] + [(ends, tick)] * lapsed_at_once
            elif verb == "ends" and (thing.is_there(tick - 1) or thing.life[number - 1][0] == tick):
                acts.append((ends, tick))
        for tick in range(1, self.ticks):
            told = any(since == tick for since, _, _ in thing.life)
            if not told and thing.is_there(tick - 1) != thing.is_there(tick):
                acts.append((begins if thing.is_there(tick) else ends, tick))
        return acts
