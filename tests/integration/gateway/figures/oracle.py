"""What the figures must be, the slow way: every row looked at by itself, every tree climbed step by step. Shares no code with what it checks."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from tests.integration.gateway.figures.filling import Signed, Told


class Ask(NamedTuple):
    """A question, in the oracle's words. Groups are keys; None stands for unplaced."""

    area: str | None = None
    org: str | None = None
    kinds: tuple[str, ...] = ()
    where: tuple[tuple[str, str], ...] = ()
    of: str | None = None
    first: date = date.min
    last: date = date.max
    state: date = date.max
    tree: date = date.max
    by: str = ""


class Spec(NamedTuple):
    """How a metric is read: rows, stock or flow or cohort, what is taken, and a dimension's values where none are asked."""

    rows: str
    nature: str
    take: str = "value"
    default: tuple[str, tuple[str, ...]] | None = None


STOCKS = {name: Spec(name, "stock") for name in ("areas", "organisations", "units", "entries", "links", "cases.open", "cases.overdue")}
FLOWS = {
    name: Spec(name, "flow")
    for name in (
        "members.joined", "members.transferred_in", "activities", "visits", "cases.opened", "cases.moved", "cases.resolved",
        "attendance", "volunteer.minutes", "volunteer.items", "cases.amount_settled",
    )
}  # fmt: skip
SPECS = {
    **STOCKS,
    **FLOWS,
    "members": Spec("members", "stock", "value", ("standing", ("full", "probationary"))),
    "volunteer.shifts": Spec("volunteer.minutes", "flow", "count"),
    "cases.reached": Spec("cases.reached", "flow", "thing"),
    "attendance.people": Spec("attendance", "flow", "person"),
    "attendance.participants": Spec("attendance", "flow", "who"),
    "volunteer.people": Spec("volunteer.minutes", "flow", "person"),
    "visits.people": Spec("visits", "flow", "by"),
    "visits.places": Spec("visits", "flow", "to"),
}


class Answer(NamedTuple):
    """A figure: whole, by group, and how much of it is unplaced."""

    value: object
    groups: dict[str | None, object]
    unplaced: object


class Oracle:
    """Everything that stands after some commits."""

    def __init__(self, signed: Iterable[Signed]) -> None:
        counts: Counter[Told] = Counter()
        for one in signed:
            counts[one.row] += one.sign
        assert all(count >= 0 for count in counts.values()), "a fact took back what nobody put"
        self.rows = [row for row, count in counts.items() for _ in range(count)]

    # places

    def node(self, family: str, key: str, day: date) -> tuple[Told | None, bool]:
        """The row of a node on a day and whether it is live; of an ended one its last."""
        own = [row for row in self.rows if row.measure == "_tree" and row.thing == f"{family}/{key}" and "into" not in json.loads(row.dims) and row.day <= day]
        if not own:
            return None, False
        last = max(own, key=lambda row: row.day)
        return last, last.until is None or last.until > day

    def current(self, family: str, key: str, day: date) -> str:
        """Merges followed."""
        for _ in range(20):
            merges = [
                row for row in self.rows if row.measure == "_tree" and row.thing == f"{family}/{key}" and "into" in json.loads(row.dims) and row.day <= day
            ]
            if not merges:
                return key
            key = json.loads(max(merges, key=lambda row: row.day).dims)["into"]
        raise AssertionError("a ring of merges")

    def way(self, family: str, key: str, tree: date) -> list[tuple[str, bool]]:
        """From a node to its root, each with whether it is live."""
        found: list[tuple[str, bool]] = []
        at: str | None = key
        while at is not None and at not in [one for one, _ in found]:
            row, live = self.node(family, at, tree)
            if row is None:
                break
            found.append((at, live))
            parent = row.area if family == "area" else row.organisation
            at = None if parent is None else self.current(family, parent, tree)
        return found

    def way_of(self, family: str, row: Told, day: date, tree: date) -> list[tuple[str, bool]]:
        """A row's way up. What comes from an ended organisation begins with a dead step below the area found further up."""
        if family == "organisation":
            return [] if row.organisation is None else self.way("organisation", self.current("organisation", row.organisation, day), tree)
        if row.area is not None:
            return self.way("area", self.current("area", row.area, day), tree)
        if row.organisation is None:
            return []
        dead: list[tuple[str, bool]] = []
        for key, live in self.way("organisation", self.current("organisation", row.organisation, day), tree):
            node, _ = self.node("organisation", key, tree)
            if not live:
                dead = [("", False)]
            elif node is not None and node.area is not None:
                found = self.way("area", self.current("area", node.area, tree), tree)
                return [*dead, *found] if found else []
        return []

    def group(self, family: str, way: list[tuple[str, bool]], asked: str | None, level: str, tree: date) -> str | None:
        """The row of a breakdown by place that a way leads to."""
        if asked is not None:
            way = way[: [key for key, _ in way].index(asked) + 1]
        if not way:
            return None
        top, live = way[-1]
        node, _ = self.node(family, top, tree)
        assert node is not None
        rooted = asked is not None or (node.area if family == "area" else node.organisation) is None
        if level:
            for key, is_live in way:
                row, _ = self.node(family, key, tree) if key else (None, False)
                if is_live and row is not None and (row.kind + ".").startswith(level + "."):
                    return key
            return top if rooted and all(is_live for _, is_live in way) else None
        if asked is not None and len(way) > 1:
            top, live = way[-2]
        return top if live and rooted else None

    def is_placed(self, family: str, way: list[tuple[str, bool]], asked: str | None, tree: date) -> bool:
        """Whether every step up to the asked node, or the root, is live."""
        if asked is not None:
            way = way[: [key for key, _ in way].index(asked) + 1]
            return all(live for _, live in way)
        if not way or not all(live for _, live in way):
            return False
        node, _ = self.node(family, way[-1][0], tree)
        return node is not None and (node.area if family == "area" else node.organisation) is None

    # rows

    def counted(self, spec: Spec, ask: Ask, *, free: bool = False) -> Iterator[tuple[Told, str | None, bool]]:
        """The rows a question asks about, each with its group and whether it is placed. `free`: an asked organisation does not bound them."""
        for row in self.rows:
            if row.measure != spec.rows or not self._stands(row, spec.nature, ask) or not _fits(row, spec, ask):
                continue
            day = row.day if spec.nature == "flow" else ask.state
            area = self.way_of("area", row, day, ask.tree)
            org = self.way_of("organisation", row, day, ask.tree)
            if ask.area is not None and ask.area not in [key for key, _ in area]:
                continue
            if ask.org is not None and not free and ask.org not in [key for key, _ in org]:
                continue
            axis, _, level = ask.by.partition(":")
            by_org = axis in {"org", "organisation.kind"}
            placed = self.is_placed("organisation", org, ask.org, ask.tree) if by_org else self.is_placed("area", area, ask.area, ask.tree)
            yield row, self._group_of(row, axis, level, area, org, ask), placed

    def _group_of(self, row: Told, axis: str, level: str, area: list[tuple[str, bool]], org: list[tuple[str, bool]], ask: Ask) -> str | None:
        if axis == "area":
            return self.group("area", area, ask.area, level, ask.tree)
        if axis == "org":
            return self.group("organisation", org, ask.org, level, ask.tree)
        if axis == "kind":
            return row.kind
        if axis == "organisation.kind":
            node = self.node("organisation", org[0][0], ask.tree)[0] if org and org[0][1] else None
            return None if node is None else node.kind
        value: str | None = json.loads(row.dims).get(axis) if axis else None
        return value

    def _stands(self, row: Told, nature: str, ask: Ask) -> bool:
        if nature == "flow":
            return ask.first <= row.day <= ask.last
        if nature == "cohort" and not (row.since is not None and ask.first <= row.since <= ask.last):
            return False
        return row.day <= ask.state and (row.until is None or row.until > ask.state)

    # figures

    def sum(self, metric: str, ask: Ask) -> Answer:
        """A stock, a flow, a sum or a distinct count."""
        spec = SPECS[metric]
        found = list(self.counted(spec, ask))
        take = _taker(spec.take)
        groups = {group: take([row for row, own, _ in found if own == group]) for _, group, _ in found}
        return Answer(take([row for row, _, _ in found]), groups, take([row for row, _, placed in found if not placed]))

    def coverage(self, metric: str, ask: Ask) -> tuple[Answer, Answer]:
        """Numerator and denominator of a coverage."""
        measure, prefix = {"units.coverage": ("units", ""), "grids.coverage": ("areas", "area.grid"), "centres.coverage": ("areas", "")}[metric]
        things = [
            (row.thing, group, placed)
            for row, group, placed in self.counted(Spec(measure, "stock"), ask, free=True)
            if _is_below(row.kind, prefix) and (metric != "centres.coverage" or row.kind in {"area.community", "area.village"})
        ]
        covered = self._standing_in(ask) if metric == "centres.coverage" else self._linked(ask)
        return tuple(  # type: ignore[return-value]
            Answer(
                len({thing for thing, _, _ in part}),
                {group: len({thing for thing, own, _ in part if own == group}) for _, group, _ in things},
                len({thing for thing, _, placed in part if not placed}),
            )
            for part in ([one for one in things if one[0] in covered], things)
        )

    def _linked(self, ask: Ask) -> set[str]:
        plain = Ask(org=ask.org, state=ask.state, tree=ask.tree)
        found = set()
        for row, _, _ in self.counted(Spec("links", "stock"), plain):
            if _is_below(row.kind, "link.covers"):
                family, _, key = json.loads(row.roles or "{}")["to"].partition("/")
                found.add(f"{family}/{self.current(family, key, ask.state) if family in {'area', 'organisation'} else key}")
        return found

    def _standing_in(self, ask: Ask) -> set[str]:
        plain = Ask(org=ask.org, state=ask.state, tree=ask.tree)
        found: set[str] = set()
        for row, _, _ in self.counted(Spec("entries", "stock"), plain):
            if row.kind == "entry.centre":
                found.update(f"area/{key}" for key, _ in self.way_of("area", row, ask.state, ask.tree) if key)
        return found

    def resolution(self, ask: Ask) -> tuple[Answer, Answer]:
        """Resolved ones of the cases opened in the period, and all of them."""
        found = list(self.counted(Spec("cases.cohort", "cohort"), ask))
        parts = ([one for one in found if json.loads(one[0].dims)["resolved"] == "true"], found)
        return tuple(  # type: ignore[return-value]
            Answer(len(part), {group: sum(own == group for _, own, _ in part) for _, group, _ in found}, sum(not placed for _, _, placed in part))
            for part in parts
        )

    def durations(self, metric: str, ask: Ask) -> dict[str, object]:
        """count, mean, p50 and p90 of how long things took."""
        values = [(row.value, int(json.loads(row.dims)["b"])) for row, _, _ in self.counted(Spec(metric, "flow"), ask)]
        buckets = sorted(bucket for _, bucket in values)

        def at(q: Fraction) -> int | None:
            return round(2 ** ((buckets[max(1, ceil(q * len(buckets))) - 1] + 0.5) / 8)) if buckets else None

        mean = Fraction(sum(value for value, _ in values), len(values)) if values else None
        return {"count": len(values), "mean": None if mean is None else round(mean * 10**12) / 10**12, "p50": at(Fraction(1, 2)), "p90": at(Fraction(9, 10))}


def _taker(take: str) -> Callable[[list[Told]], int]:
    if take == "value":
        return lambda rows: sum(row.value for row in rows)
    if take == "count":
        return len
    if take == "thing":
        return lambda rows: len({row.thing for row in rows})
    return lambda rows: len({json.loads(row.roles or "{}").get(take) for row in rows} - {None})


def _is_below(kind: str, prefix: str) -> bool:
    return not prefix or f"{kind}.".startswith(f"{prefix}.")


def _fits(row: Told, spec: Spec, ask: Ask) -> bool:
    if ask.kinds and not any(_is_below(row.kind, kind) for kind in ask.kinds):
        return False
    if ask.of is not None and json.loads(row.roles or "{}").get("of") != ask.of:
        return False
    values = json.loads(row.dims)
    for name in {name for name, _ in ask.where}:
        if values.get(name) not in {value for other, value in ask.where if other == name}:
            return False
    return spec.default is None or any(name == spec.default[0] for name, _ in ask.where) or values.get(spec.default[0]) in spec.default[1]
