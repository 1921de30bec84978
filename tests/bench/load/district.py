"""The district that the benches measure with, before its work begins: trees, organisations, enterprises, members; and the kinds of work it does."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from services.kernel.catalogue import Catalogue
from services.kernel.catalogue.kinds import Attribute, Kind, State

Event = dict[str, Any]

STREETS, COMMUNITIES, GRIDS = 7, 121, 541
UNITS, MEMBERS, PEOPLE = 2000, 3000, 9000
KINDS = {"case": 20, "activity": 6, "shift": 3, "visit": 3, "entry": 6, "unit": 4}
_MOVES = 4
SOURCE = "urn:wangge:district"


class District:
    """Makes events; nothing of it is a real place or person. `prefix` begins every key, so that several can stand in one database.

    With fewer `grids` there are fewer of everything, in proportion.
    """

    def __init__(self, catalogue: Catalogue, *, today: date, prefix: str = "b", grids: int = GRIDS) -> None:
        self.catalogue = catalogue
        self.today = today
        self.prefix = prefix
        self.grids = grids
        self.communities, self.units, self.members = (max(1, number * grids // GRIDS) for number in (COMMUNITIES, UNITS, MEMBERS))
        self.kinds = {family: list(_plain(catalogue.kinds.values(), family, today))[:most] for family, most in KINDS.items()}
        self.ways = {kind.id: way_of(kind) for kind in self.kinds["case"]}
        self._number = 0

    def event(self, what: str, data: Event, day: date, minute: int = 0) -> Event:
        """A CloudEvent of `family.verb`, at a minute after eight o'clock of a day in Shanghai."""
        self._number += 1
        moment = datetime(day.year, day.month, day.day) + timedelta(minutes=minute)  # noqa: DTZ001  eight o'clock there is midnight in UTC
        head = {"specversion": "1.0", "id": f"{self.prefix}{self._number}", "source": SOURCE, "type": f"org.wangge.{what}.v1", "time": f"{moment.isoformat()}Z"}
        return {**head, "datacontenttype": "application/json", "data": data}

    def grid(self, chance: Random) -> tuple[str, str]:
        """A grid and the organisation that works in it."""
        number = chance.randrange(self.grids)
        return f"{self.prefix}-g{number}", f"{self.prefix}-o{number}"

    def foundation(self) -> Iterator[Event]:
        """Everything that stands before the first day: 5,500 or so events."""
        chance, p, day = Random(1), self.prefix, self.today - timedelta(days=800)
        yield self.event("area.defined", {"area": f"{p}-d", "kind": "district"}, day)
        for number in range(STREETS):
            yield self.event("area.defined", {"area": f"{p}-s{number}", "kind": "street", "parent": f"{p}-d"}, day, 1)
        for number in range(self.communities):
            yield self.event("area.defined", {"area": f"{p}-c{number}", "kind": "community", "parent": f"{p}-s{number % STREETS}"}, day, 2)
        yield self.event("organisation.established", {"organisation": f"{p}-o", "kind": "organisation", "area": f"{p}-d"}, day, 2)
        for number in range(self.grids):
            area, organisation = f"{p}-g{number}", f"{p}-o{number}"
            yield self.event("area.defined", {"area": area, "kind": "grid", "parent": f"{p}-c{number % self.communities}"}, day, 3)
            yield self.event("organisation.established", {"organisation": organisation, "kind": "organisation", "area": area, "parent": f"{p}-o"}, day, 4)
        for number in range(self.units):
            yield self.event("unit.registered", {"unit": f"{p}-u{number}", "kind": "unit", "area": self.grid(chance)[0]}, day, 5)
        for number in range(self.members):
            yield self.event("member.joined", {"member": f"{p}-m{number}", "organisation": self.grid(chance)[1], "standing": "full"}, day, 6)


def attributes(kind: Kind, chance: Random) -> dict[str, Any]:
    """Those that a kind asks for, and every other of those it is counted by."""
    wanted = (name for name, attribute in kind.attributes.items() if attribute.required or (attribute.dimension and chance.random() < 0.5))
    return {name: _value(kind.attributes[name], chance) for name in wanted}


def _value(attribute: Attribute, chance: Random) -> object:
    match attribute.type:
        case "enum":
            return chance.choice(attribute.values)
        case "set":
            return [chance.choice(attribute.values)]
        case "boolean":
            return chance.random() < 0.5
        case _:
            return max(1, attribute.minimum or 0)


def _plain(kinds: Iterable[Kind], family: str, today: date) -> Iterator[Kind]:
    """Kinds that any source may tell of over the last years without knowing more than the district above."""
    for kind in kinds:
        simple = all(one.type in ("enum", "set", "boolean", "integer") for one in kind.attributes.values() if one.required)
        free = not kind.unlinkable and not any(one.required for one in kind.fields.values())
        told = family != "case" or len(way_of(kind)) >= 3
        if kind.family == family and told and simple and free and kind.valid_on(today) and kind.valid_on(today - timedelta(days=500)):
            yield kind


def way_of(kind: Kind) -> Sequence[str]:
    """The states that a case passes after its first until it is closed as solved: of the ways with at most four moves the first among the longest."""
    states = {state.id: state for state in kind.states}

    def ways(at: State, passed: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        if at.final:
            if at.resolved:
                yield passed
        elif len(passed) < _MOVES:
            for name in at.to:
                if name not in passed and not states[name].initial and "merged" not in states[name].marks:
                    yield from ways(states[name], (*passed, name))

    return max((way for state in kind.states if state.initial for way in ways(state, ())), key=len, default=())
