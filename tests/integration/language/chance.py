"""A year of a small district by chance: for each thing the events of its life, in their own order. Two tellings of it differ in everything else."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any, NamedTuple

FIRST, LAST = date(2025, 7, 1), date(2026, 6, 20)
GRIDS = ("g1", "g2", "g3")
BRANCHES = ("b1", "b2", "b3")
STATES = {"opened": ("accepted", "answered", "resolved", "rejected"), "accepted": ("handling", "answered", "resolved"), "handling": ("resolved", "unresolved"),
          "answered": ("resolved", "handling"), "resolved": ("closed", "handling"), "closed": ("handling",), "unresolved": ("handling",), "rejected": ("opened",)}  # fmt: skip


class Told(NamedTuple):
    """One event: what, when, its fields."""

    what: str
    time: str
    data: dict[str, Any]


Life = list[Told]


class Chance:
    """Makes lives; every choice comes from the one source of chance."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)

    def moments(self, count: int) -> list[str]:
        """Moments in order, often several of a day."""
        days = sorted(FIRST + timedelta(days=self.random.randint(0, (LAST - FIRST).days)) for _ in range(count))
        return sorted(f"{day.isoformat()}T{self.random.randint(0, 23):02}:{self.random.randint(0, 59):02}:00+08:00" for day in days)

    def of(self, *values: Any) -> Any:
        """One of these."""
        return self.random.choice(values)

    def lives(self) -> list[Life]:
        """Everything: what must be known comes first in the list, though it need not be told first."""
        return [*self._places(), *(life for make in (self._member, self._unit, self._case, self._activity, self._shift, self._visit, self._amount, self._link)
                                   for number in range(self.random.randint(2, 5)) for life in make(number))]  # fmt: skip

    def _places(self) -> Iterator[Life]:
        start = "2025-01-01T00:00:00+08:00"
        yield [Told("area.defined", start, {"area": "d", "kind": "district", "opening": True})]
        for street in ("s1", "s2"):
            yield [Told("area.defined", start, {"area": street, "kind": "street", "parent": "d", "opening": True})]
        for grid in GRIDS:
            life = [Told("area.defined", start, {"area": grid, "kind": "grid", "parent": self.of("s1", "s2"), "opening": True})]
            if self.random.random() < 0.5:
                life += [Told("area.moved", at, {"area": grid, "parent": self.of("s1", "s2")}) for at in self.moments(1)]
            yield life
        yield [Told("organisation.established", start, {"organisation": "c", "kind": "party.committee", "area": "d", "opening": True})]
        for branch in BRANCHES:
            life = [Told("organisation.established", start, {"organisation": branch, "kind": "party.branch", "parent": "c", "area": self.of("s1", *GRIDS)})]
            yield life + [Told("organisation.changed", at, {"organisation": branch, "area": self.of("s2", *GRIDS)}) for at in self.moments(self.of(0, 1))]

    def _member(self, number: int) -> Iterator[Life]:
        key, times = f"m{number}", self.moments(self.of(1, 2, 4))
        life = [Told("member.joined", times[0], {"member": key, "organisation": self.of(*BRANCHES), "standing": "full", **self._opening()})]
        there = True
        for at in times[1:]:
            if there and self.random.random() < 0.4:
                life.append(Told("member.left", at, {"member": key, "reason": "moved"}))
                there = False
            elif there:
                life.append(Told("member.transferred", at, {"member": key, "organisation": self.of(*BRANCHES)}))
            else:
                life.append(Told("member.joined", at, {"member": key, "organisation": self.of(*BRANCHES), "standing": "full"}))
                there = True
        yield life

    def _opening(self) -> dict[str, Any]:
        return {"opening": True} if self.random.random() < 0.3 else {}

    def _unit(self, number: int) -> Iterator[Life]:
        key, times = f"u{number}", self.moments(3)
        life = [Told("unit.registered", times[0], {"unit": key, "kind": "unit.market", "area": self.of(*GRIDS), "attributes": {"stalls": self.of(3, 5)}})]
        life += [Told("unit.changed", times[1], {"unit": key, "area": self.of(*GRIDS), "attributes": {"stalls": self.of(3, 8)}})] * self.of(0, 1)
        yield life + [Told("unit.ended", times[2], {"unit": key})] * self.of(0, 1)

    def _case(self, number: int) -> Iterator[Life]:
        key, times = f"k{number}", self.moments(self.of(1, 3, 6))
        place = {"organisation": self.of(*BRANCHES), "area": self.of(*GRIDS), "tier": self.of("street", "community")}
        opened = {"case": key, "kind": "plot", **place, "attributes": {"area_m2": self.of(10, 20)}, **self._opening()}
        life, state = [Told("case.opened", times[0], opened)], "opened"
        for at in times[1:]:
            if self.random.random() < 0.2:
                life.append(Told("case.assigned", at, {"case": key, "organisation": self.of(*BRANCHES)}))
                continue
            state = self.of(*STATES[state])
            life.append(Told("case.moved", at, {"case": key, "to": state}))
        if self.random.random() < 0.15:
            life.append(Told("case.withdrawn", times[-1], {"case": key}))
        yield life

    def _activity(self, number: int) -> Iterator[Life]:
        key, (planned, held, later) = f"a{number}", self.moments(3)
        fields = {"activity": key, "kind": "escort", "organisation": self.of(*BRANCHES), "starts": held, "attributes": {"pupils": self.of(10, 40)}}
        life = [Told("activity.planned", planned, fields)] * self.of(0, 1) + [Told("activity.held", held, fields)]
        life += [Told("activity.changed", later, {"activity": key, "organisation": self.of(*BRANCHES)})] * self.of(0, 1)
        yield life + [Told("activity.cancelled", later, {"activity": key})] * self.of(0, 0, 1)
        for one in range(self.of(0, 2)):
            who = self.of({"person": self.of("x", "y")}, {"head_count": 6})
            yield [Told("attendance.recorded", held, {"attendance": f"{key}-{one}", "activity": key, **who})]

    def _shift(self, number: int) -> Iterator[Life]:
        key, (at, later) = f"h{number}", self.moments(2)
        fields = {"shift": key, "kind": "escort", "person": self.of("x", "y", "z"), "organisation": self.of(*BRANCHES), "starts": at, "minutes": self.of(30, 60)}
        yield [Told("shift.logged", at, fields)] + [Told("shift.corrected", later, {"shift": key, "minutes": 45})] * self.of(0, 1)

    def _visit(self, number: int) -> Iterator[Life]:
        (at,) = self.moments(1)
        to = self.of("person/y", "person/z")
        yield [Told("visit.logged", at, {"visit": f"v{number}", "kind": "household", "by": self.of("person/x", "person/y"), "to": to, "area": self.of(*GRIDS)})]

    def _amount(self, number: int) -> Iterator[Life]:
        key, (at, later) = f"n{number}", self.moments(2)
        life = [Told("amount.recorded", at, {"amount": key, "kind": "amount.money", "value": self.of(5, 70), "unit": "fen", "area": self.of(*GRIDS)})]
        yield life + [Told("amount.corrected", later, {"amount": key, "value": 9})] * self.of(0, 1) + [Told("amount.withdrawn", later, {"amount": key})] * self.of(0, 0, 1)

    def _link(self, number: int) -> Iterator[Life]:
        key, (at, later) = f"l{number}", self.moments(2)
        to = self.of("unit/u0", "unit/u1", f"area/{self.of(*GRIDS)}")
        life = [Told("link.set", at, {"link": key, "kind": "covers", "from": f"organisation/{self.of(*BRANCHES)}", "to": to})]
        yield life + [Told("link.ended", later, {"link": key})] * self.of(0, 1)
