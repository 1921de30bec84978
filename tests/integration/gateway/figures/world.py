"""Small districts with everything that makes counting hard: moved, merged and ended places, two links on one unit, late and corrected facts."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from random import Random

from tests.integration.gateway.figures.filling import Signed, Told, dims

FIRST = date(2024, 1, 1)
TODAY = date(2024, 5, 10)
AREA_KINDS = ("area.district", "area.street", "area.community", "area.grid")
ORG_KINDS = ("organisation.party.committee", "organisation.party.branch", "organisation.department")
AREAS = [f"z:{level}{number}" for level, count in (("d", 1), ("s", 2), ("c", 3), ("g", 5)) for number in range(count)]
ORGANISATIONS = [f"z:o{number}" for number in range(6)]
PEOPLE = [f"person/z:{number:02d}" for number in range(6)]


class World:
    """Makes rows; every choice comes from the one source of chance."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance

    def day(self, first: date = FIRST, last: date = TODAY - timedelta(days=5)) -> date:
        return first + timedelta(days=self.chance.randint(0, max(0, (last - first).days)))

    def some_area(self) -> str | None:
        return self.chance.choice([*AREAS, *AREAS, None, "z:nowhere"])

    def some_org(self) -> str | None:
        return self.chance.choice([*ORGANISATIONS, *ORGANISATIONS, None, "z:nobody"])

    def spans(self, most: int = 3) -> list[tuple[date, date | None]]:
        """Stretches one after the other; the last may have no end."""
        edges = sorted({self.day() for _ in range(self.chance.randint(1, most) + 1)})
        spans: list[tuple[date, date | None]] = list(pairwise(edges))
        if self.chance.random() < 0.6 or not spans:
            spans.append((edges[-1], None))
        return spans

    def tree(self) -> list[list[list[Told]]]:
        """Areas and organisations, each with the versions of its rows that were told one after the other."""
        return [*(self._area(number) for number in range(len(AREAS))), *(self._organisation(number) for number in range(len(ORGANISATIONS)))]

    def _area(self, number: int) -> list[list[Told]]:
        key, level = AREAS[number], "dscg".index(AREAS[number][2])
        above = [one for one in AREAS if "dscg".index(one[2]) == level - 1]
        return [self._node("area", key, AREA_KINDS[level], above, [one for one in AREAS[number + 1 :] if one[2] == key[2]]) for _ in range(self._versions())]

    def _organisation(self, number: int) -> list[list[Told]]:
        key = ORGANISATIONS[number]
        # Both a parent and what it is merged into come earlier in the list, so no way up ever closes to a ring.
        above = ORGANISATIONS[:number]
        return [self._node("organisation", key, self.chance.choice(ORG_KINDS), above, above) for _ in range(self._versions())]

    def _versions(self) -> int:
        return self.chance.choice([1, 1, 1, 2])

    def _node(self, family: str, key: str, kind: str, above: list[str], into: list[str]) -> list[Told]:
        fate = self.chance.random()
        spans: list[tuple[date, date | None]] = [(FIRST - timedelta(days=30), None)]
        if above and fate < 0.25:
            spans = self.spans()
        elif above and fate < 0.6:  # it ends somewhere in the middle of what happens, and mostly goes on in another
            spans = [(FIRST - timedelta(days=30), self.day(FIRST + timedelta(days=30), FIRST + timedelta(days=80)))]
        rows = []
        for first, until in spans:
            parent = self.chance.choice(above) if above else None
            own = self.chance.choice([None, *AREAS]) if family == "organisation" else None
            attributes = dims(field=self.chance.choice(["rural", "urban"])) if family == "organisation" else "{}"
            place = (parent, None) if family == "area" else (own, parent)
            rows.append(Told(f"{family}/{key}", "_tree", kind, *place, attributes, first, until))
            stands = (key, None) if family == "area" else (own, key)
            rows.append(Told(f"{family}/{key}", f"{family}s", kind, *stands, attributes, first, until))
        end = spans[-1][1]
        if end is not None and into and self.chance.random() < 0.8:
            rows.append(Told(f"{family}/{key}", "_tree", kind, None, None, dims(into=self.chance.choice(into)), end, None))
        return rows

    def things(self) -> list[list[list[Told]]]:
        """Everything that stands in the trees or happens there, each with its versions."""
        makers = (self.unit, self.link, self.entry, self.member, self.activity, self.shift, self.visit, self.amount, self.case)
        return [[maker(number) for _ in range(self._versions())] for maker in makers for number in range(self.chance.randint(3, 8))]

    def unit(self, number: int) -> list[Told]:
        kind = self.chance.choice(["unit.enterprise", "unit.school"])
        return [
            Told(f"unit/z:u{number}", "units", kind, self.some_area(), None, dims(ownership=self.chance.choice(["state", "private"])), first, until)
            for first, until in self.spans()
        ]

    def link(self, number: int) -> list[Told]:
        grids = [f"area/{one}" for one in AREAS if one[2] == "g"]
        to = self.chance.choice([*(f"unit/z:u{one}" for one in range(3)), *grids, *grids])
        organisation, kind = self.some_org(), self.chance.choice(["link.covers", "link.covers", "link.pairs"])
        roles = dims(**({"from": f"organisation/{organisation}"} if organisation else {}), to=to)
        return [Told(f"link/z:l{number}", "links", kind, self.some_area(), organisation, "{}", *span, 1, None, roles) for span in self.spans()]

    def entry(self, number: int) -> list[Told]:
        kind = self.chance.choice(["entry.centre", "entry.team"])
        return [Told(f"entry/z:e{number}", "entries", kind, self.some_area(), self.some_org(), "{}", *span) for span in self.spans()]

    def member(self, number: int) -> list[Told]:
        rows, subject = [], f"member/z:{number:02d}"
        for first, until in self.spans():
            place, standing = (None, self.some_org()), dims(standing=self.chance.choice(["full", "probationary", "applicant"]))
            rows.append(Told(subject, "members", "member", *place, standing, first, until))
            rows.append(Told(subject, self.chance.choice(["members.joined", "members.transferred_in"]), "member", *place, standing, first, first))
        return rows

    def activity(self, number: int) -> list[Told]:
        kind, place, day = self.chance.choice(["activity.lesson", "activity.theme"]), (self.some_area(), self.some_org()), self.day()
        rows = [Told(f"activity/z:a{number}", "activities", kind, *place, "{}", day, day)]
        for one in range(self.chance.randint(0, 4)):
            value, role = self.chance.choice([(1, "person"), (7, ""), (0, "who")])
            who = {"person": self.chance.choice(PEOPLE), "who": f"organisation/{self.chance.choice(ORGANISATIONS)}", "": ""}[role]
            roles = dims(of=f"activity/z:a{number}", **({role: who} if role else {}))
            rows.append(Told(f"attendance/z:a{number}-{one}", "attendance", kind, *place, dims(role="speaker") if one else "{}", day, day, value, None, roles))
        return rows

    def shift(self, number: int) -> list[Told]:
        place, day, roles = (self.some_area(), self.some_org()), self.day(), dims(person=self.chance.choice(PEOPLE), of="entry/z:e1")
        minutes, items = self.chance.randint(0, 300), self.chance.randint(0, 3)
        rows = [Told(f"shift/z:h{number}", "volunteer.minutes", "shift.service", *place, "{}", day, day, minutes, None, roles)]
        return [*rows, Told(f"shift/z:h{number}", "volunteer.items", "shift.service", *place, "{}", day, day, items, None, roles)] if items else rows

    def visit(self, number: int) -> list[Told]:
        day, roles = self.day(), dims(by=self.chance.choice(PEOPLE), to=f"unit/z:u{self.chance.randint(0, 3)}")
        return [Told(f"visit/z:v{number}", "visits", "visit.home", self.some_area(), self.some_org(), "{}", day, day, 1, None, roles)]

    def amount(self, number: int) -> list[Told]:
        day, of = self.day(), f"entry/z:e{self.chance.randint(0, 2)}"
        place, unit = (self.some_area(), self.some_org()), self.chance.choice(["fen", "m2"])
        value = self.chance.randint(-50, 900)
        return [Told(f"amount/z:m{number}", "amounts", "amount.money", *place, dims(unit=unit, of=of), day, day, value, None, dims(of=of))]

    def case(self, number: int) -> list[Told]:
        subject, kind = f"case/z:k{number}", self.chance.choice(["case.livelihood", "case.livelihood.water", "case.safety"])
        spans = self.spans()
        since, rows = spans[0][0], []
        for position, (first, until) in enumerate(spans):
            place = (self.some_area(), self.some_org())
            state, resolved = self.chance.choice(["new", "assigned"]), self.chance.choice(["true", "false"])
            rows.append(Told(subject, "cases.open", kind, *place, dims(state=state, channel="phone"), first, until))
            rows.append(Told(subject, "cases.cohort", kind, *place, dims(resolved=resolved), first, until, 1, since))
            late = first + timedelta(days=3)
            if until is None or late < until:
                rows.append(Told(subject, "cases.overdue", kind, *place, dims(state=state), late, until))
            measure = "cases.opened" if position == 0 else "cases.moved"
            rows.append(Told(subject, measure, kind, *place, "{}" if position == 0 else dims(state=state), first, first))
            if position and self.chance.random() < 0.7:
                seconds = self.chance.randint(1, 10**6)
                bucket = str((seconds**8).bit_length() - 1)
                rows.append(Told(subject, "cases.reached", kind, *place, dims(state=state), first, first))
                rows.append(Told(subject, "cases.time_to_reach", kind, *place, dims(state=state, b=bucket), first, first, seconds))
                rows.append(Told(subject, "cases.resolved", kind, *place, dims(timely=self.chance.choice(["in_time", "late", "none"])), first, first))
                rows.append(Told(subject, "cases.time_to_resolve", kind, *place, dims(b=bucket), first, first, seconds))
                rows.append(Told(subject, "cases.amount_settled", kind, *place, "{}", first, first, self.chance.randint(1, 900)))
        return rows

    def commits(self, most: int = 6) -> list[list[Signed]]:
        """All facts in some order, each thing's versions one after the other, in a few commits."""
        pending = [list(versions) for versions in (*self.tree(), *self.things())]
        facts = []
        told: dict[int, list[Told]] = {}
        while any(pending):
            number = self.chance.choice([number for number, versions in enumerate(pending) if versions])
            now = pending[number].pop(0)
            facts.append(changes(told.get(number, []), now))
            told[number] = now
        cuts = sorted(self.chance.randint(0, len(facts)) for _ in range(most - 1))
        return [[signed for fact in facts[first:last] for signed in fact] for first, last in zip([0, *cuts], [*cuts, len(facts)], strict=True)]


def changes(was: Iterable[Told], now: Iterable[Told]) -> list[Signed]:
    """A fact: what it takes back and what it puts, without what stays."""
    left = list(was)
    put = []
    for row in now:
        if row in left:
            left.remove(row)
        else:
            put.append(row)
    return [*(Signed(-1, row) for row in left), *(Signed(1, row) for row in put)]
