"""A district's work as it is told: cases that run their course, shifts, activities with those who came, visits, enterprises that come, are covered and go."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from random import Random

from services.kernel.catalogue.kinds import Kind
from tests.bench.load.district import PEOPLE, District, Event, attributes

LIVE, BACKFILL = "live", "back-fill"
BACKFILL_DAYS = 400
_TOGETHER = 800  # stories that go on side by side

Story = Iterator[Event]


def work(district: District, load: str, *, seed: int = 7, name: str = "", together: int = _TOGETHER) -> Iterator[Event]:
    """Events without end, of stories that go on side by side; each story's own are in order. Keys carry `name`, which tells two works in one
    district apart.

    `live`: 95 % of the stories happen on the last three days, the others in the month before. `back-fill`: days are spread evenly over 400.
    """
    teller = _Teller(district, load, Random(seed), name)
    stories = [teller.begin() for _ in range(together)]
    while True:
        place = teller.chance.randrange(len(stories))
        event = next(stories[place], None)
        if event is None:
            stories[place] = teller.begin()
        else:
            yield event


class _Teller:
    """Begins stories. How often each kind is told follows what a city's grids report: mostly cases, then hours, then gatherings and visits."""

    def __init__(self, district: District, load: str, chance: Random, name: str) -> None:
        self._district = district
        self._load = load
        self.chance = chance
        self._name = name
        self._numbers = 0
        plot: list[tuple[int, Callable[[date], Story]]] = [
            (20, self._case),
            (10, self._shift),
            (1, self._activity),
            (4, self._visit),
            (3, self._unit),
            (2, self._member),
            (2, self._entry),
        ]
        self._weights, self._plots = [weight for weight, _ in plot], [begin for _, begin in plot]

    def begin(self) -> Story:
        """A story of a new thing, from its first day on."""
        return self.chance.choices(self._plots, self._weights)[0](self._day())

    def _day(self) -> date:
        if self._load == BACKFILL:
            back = self.chance.randrange(6, BACKFILL_DAYS)
        else:
            back = self.chance.randrange(3) if self.chance.random() < 0.95 else self.chance.randrange(3, 33)
        return self._district.today - timedelta(days=back)

    def _later(self, day: date) -> date:
        """The day of a story's next event."""
        if self._load == BACKFILL:
            return day + timedelta(days=self.chance.choice((0, 0, 1, 2)))
        return min(self._district.today, day + timedelta(days=int(self.chance.random() < 0.3)))

    def _key(self, letter: str) -> str:
        self._numbers += 1
        return f"{self._district.prefix}-{letter}{self._name}{self._numbers}"

    def _person(self) -> str:
        return f"person/{self._district.prefix}-p{self.chance.randrange(PEOPLE)}"

    def _member(self, day: date) -> Story:
        tell, chance, key = self._district.event, self.chance, self._key("n")
        yield tell("member.joined", {"member": key, "organisation": self._district.grid(chance)[1], "standing": "probationary"}, day, 1)
        yield tell("member.changed", {"member": key, "standing": "full"}, self._later(day), 2)

    def _case(self, day: date) -> Story:
        tell, chance, key = self._district.event, self.chance, self._key("c")
        kind, (area, organisation) = chance.choice(self._district.kinds["case"]), self._district.grid(chance)
        opened = {"case": key, "kind": kind.id, "area": area, "channel": chance.choice(_allowed(kind, "channel", "hotline", "grid", "app"))}
        yield tell("case.opened", {**opened, "attributes": attributes(kind, chance)}, day, 1)
        yield tell(
            "case.assigned",
            {"case": key, "organisation": organisation, "person": f"member/{self._district.prefix}-m{chance.randrange(self._district.members)}"},
            day,
            9,
        )
        for minute, state in enumerate(self._district.ways[kind.id], 20):
            day = self._later(day)
            yield tell("case.moved", {"case": key, "to": state}, day, minute)

    def _shift(self, day: date) -> Story:
        kind, (area, organisation) = self.chance.choice(self._district.kinds["shift"]), self._district.grid(self.chance)
        starts = f"{day.isoformat()}T08:30:00+08:00"
        data = {"shift": self._key("h"), "kind": kind.id, "person": self._person(), "area": area, "organisation": organisation, "starts": starts}
        yield self._district.event("shift.logged", {**data, "minutes": self.chance.randrange(20, 240), "attributes": attributes(kind, self.chance)}, day, 240)

    def _activity(self, day: date) -> Story:
        tell, chance, key = self._district.event, self.chance, self._key("a")
        kind, (area, organisation) = chance.choice(self._district.kinds["activity"]), self._district.grid(chance)
        held = {"activity": key, "kind": kind.id, "hosts": [f"organisation/{organisation}"], "area": area, "starts": f"{day.isoformat()}T08:30:00+08:00"}
        yield tell("activity.held", {**held, "attributes": attributes(kind, chance)}, day, 200)
        for number in range(chance.randrange(3, 12)):
            yield tell("attendance.recorded", {"attendance": f"{key}-{number}", "activity": key, "person": self._person()}, day, 201 + number)

    def _visit(self, day: date) -> Story:
        kind, (area, organisation) = self.chance.choice(self._district.kinds["visit"]), self._district.grid(self.chance)
        unit = f"unit/{self._district.prefix}-u{self.chance.randrange(self._district.units)}"
        data = {"visit": self._key("v"), "kind": kind.id, "by": self._person(), "to": unit, "area": area, "organisation": organisation}
        yield self._district.event("visit.logged", {**data, "attributes": attributes(kind, self.chance)}, day, 60)

    def _unit(self, day: date) -> Story:
        tell, chance, unit, link = self._district.event, self.chance, self._key("w"), self._key("l")
        kind, (area, organisation) = chance.choice(self._district.kinds["unit"]), self._district.grid(chance)
        yield tell("unit.registered", {"unit": unit, "kind": kind.id, "area": area, "attributes": attributes(kind, chance)}, day, 1)
        yield tell("link.set", {"link": link, "kind": "covers", "from": f"organisation/{organisation}", "to": f"unit/{unit}"}, day, 2)
        day = self._later(day)
        yield tell("link.ended", {"link": link}, day, 3)
        yield tell("unit.ended", {"unit": unit}, day, 4)

    def _entry(self, day: date) -> Story:
        kind, (area, organisation) = self.chance.choice(self._district.kinds["entry"]), self._district.grid(self.chance)
        data = {"entry": self._key("e"), "kind": kind.id, "area": area, "organisation": organisation, "attributes": attributes(kind, self.chance)}
        yield self._district.event("entry.registered", data, day, 5)


def _allowed(kind: Kind, field: str, *otherwise: str) -> Sequence[str]:
    """What a kind lets a field of the contract say."""
    bound = kind.fields.get(field)
    return otherwise if bound is None or not bound.values else bound.values
