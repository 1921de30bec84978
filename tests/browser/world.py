"""A small district on a real platform, told through the public door: large enough that every view has something to show, small enough to add up by hand."""

from datetime import date, timedelta
from typing import Any

from services.kernel.clock import system_clock
from tests.support.district import District, Event

STREETS, GRIDS, UNITS, CASES = 2, 8, 150, 40
COVERED = 89
"""Units a Party organisation covers; the others are the gap one opens on the wall."""
OVERDUE = 5


class World:
    """What was told, under which keys. `root` is the key of the district's area, as the API knows it."""

    def __init__(self, district: District) -> None:
        self.district = district
        self.today = system_clock().date()
        self.root = f"district:{district.root}"
        self.grid = f"{self.root}-g001"
        self.case = f"{self.root}-c0"
        self.party = f"{self.root}-p"

    def events(self) -> list[Event]:
        """Everything, in an order in which each reference is known when it is used."""
        return [*self._places(), *self._units(), *self._work(), *self._cases()]

    def opened_case(self, number: int) -> Event:
        """One more case in the first grid, opened a moment ago."""
        return self.at(
            "case.opened", {"case": f"{self.district.root}-n{number}", "kind": "case.grid", "area": self._key("g001"), "organisation": self._key("p")}, 0
        )

    def at(self, kind: str, data: dict[str, Any], days_ago: int, hour: int = 9) -> Event:
        """An event of so many days ago; of today: now, by the clock of the platform."""
        if days_ago == 0:
            return self.district.event(kind, data) | {"time": system_clock().isoformat()}
        return self.district.event(kind, data, day=self._day(days_ago), hour=hour)

    def _key(self, name: str) -> str:
        return f"{self.district.root}-{name}"

    def _day(self, ago: int) -> date:
        return self.today - timedelta(days=ago)

    def _places(self) -> list[Event]:
        found = [
            self.at("area.defined", {"area": self.district.root, "kind": "area.district", "name": "示范区"}, 400),
            self.at(
                "organisation.established",
                {"organisation": self._key("p"), "kind": "organisation.party.cell", "area": self.district.root, "name": "示范区机关党支部"},
                400,
            ),
        ]
        for street in range(STREETS):
            found.append(
                self.at(
                    "area.defined", {"area": self._key(f"s{street}"), "kind": "area.street", "parent": self.district.root, "name": f"{'东西'[street]}街道"}, 399
                )
            )
        for grid in range(GRIDS):
            parent = self._key(f"s{grid % STREETS}")
            found.append(self.at("area.defined", {"area": self._key(f"g{grid:03}"), "kind": "area.grid", "parent": parent, "name": f"网格{grid:03}"}, 398))
            if grid % 2:
                found.append(
                    self.at(
                        "link.set",
                        {
                            "link": self._key(f"lg{grid}"),
                            "kind": "link.covers.grid",
                            "from": f"organisation/{self._key('p')}",
                            "to": f"area/{self._key(f'g{grid:03}')}",
                        },
                        397,
                    )
                )
        return found

    def _units(self) -> list[Event]:
        found = []
        for number in range(UNITS):
            unit, kind = self._key(f"u{number}"), ("unit.school", "unit.enterprise", "unit.social")[number % 3]
            found.append(
                self.at("unit.registered", {"unit": unit, "kind": kind, "area": self._key(f"g{number % GRIDS:03}"), "name": f"单位{number:03}"}, 300 - number)
            )
            if number < COVERED:
                found.append(
                    self.at(
                        "link.set",
                        {"link": self._key(f"lu{number}"), "kind": "link.covers", "from": f"organisation/{self._key('p')}", "to": f"unit/{unit}"},
                        120,
                    )
                )
        return found

    def _work(self) -> list[Event]:
        found = []
        for number in range(24):
            person, day, grid = self._key(f"m{number}"), self._day(1 + number), self._key(f"g{number % GRIDS:03}")
            found.append(self.at("member.joined", {"member": person, "organisation": self._key("p"), "standing": "full"}, 200))
            found.append(self.at("shift.logged", {"shift": person, "kind": ("shift.volunteer", "shift.patrol")[number % 2], "person": f"member/{person}", "organisation": self._key("p"), "area": grid,
                                                  "starts": f"{day}T09:00:00+08:00", "minutes": 45 + 5 * number}, 1 + number, 20))  # fmt: skip
            found.append(
                self.at(
                    "visit.logged",
                    {"visit": person, "kind": "visit.household", "by": f"member/{person}", "to": f"area/{grid}", "organisation": self._key("p"), "area": grid},
                    1 + number,
                    16,
                )
            )
            if number % 3 == 0:
                found.append(self.at("activity.held", {"activity": person, "kind": "activity.volunteering", "organisation": self._key("p"), "area": grid,
                                                       "starts": f"{day}T14:00:00+08:00", "ends": f"{day}T16:00:00+08:00"}, 1 + number, 17))  # fmt: skip
        return found

    def _cases(self) -> list[Event]:
        found = []
        for number in range(CASES):
            case, opened = self._key(f"c{number}"), 1 + number
            late = {"due": self._day(3).isoformat()} if number >= CASES - OVERDUE else {}
            found.append(
                self.at(
                    "case.opened",
                    {
                        "case": case,
                        "kind": ("case.grid", "case.hotline")[number % 2],
                        "area": self._key(f"g{number % GRIDS:03}"),
                        "organisation": self._key("p"),
                        **late,
                    },
                    opened,
                )
            )
            steps = [] if late else ("accepted", "answered", "resolved")[: number % 4]
            found += [self.at("case.moved", {"case": case, "to": state}, opened, 10 + step) for step, state in enumerate(steps)]
        return found
