"""Which key counts where: every known area and organisation with the group it falls into, as arrays for SQL.

An era is the stretch between two merges: the same key may count elsewhere in the next one. Its number is how many merge days have passed.
"""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from services.gateway.figures.groups import ALL, EXCLUDED, Groups
from services.gateway.figures.periods import BEGINNING
from services.gateway.figures.tests import Test
from services.gateway.figures.tree import Standing, Tree, Trees

LAST_ERA = 2**31 - 1


class Wanted(NamedTuple):
    """What a question asks of places. `level` is the kind of node to break down by; without it the next level below the asked node."""

    area: str | None = None
    organisation: str | None = None
    by: str = ""  # "area", "organisation", "area.ATTRIBUTE", "organisation.ATTRIBUTE" or another axis
    level: str = ""
    tests: tuple[Test, ...] = ()  # on attributes of the place: `organisation.kind`, `area.kind` …


class Spot(NamedTuple):
    """Where a key counts: its group (or EXCLUDED), and whether it stands at a live node."""

    group: int
    placed: bool


class Places(NamedTuple):
    """The arrays. A row with an area of its own is looked up by it, else by its organisation's columns area_*; every row by organisation."""

    area_key: list[str]
    area_first: list[int]
    area_last: list[int]
    area_group: list[int]
    area_placed: list[bool]
    org_key: list[str]
    org_first: list[int]
    org_last: list[int]
    org_group: list[int]
    org_placed: list[bool]
    org_area_group: list[int]
    org_area_placed: list[bool]
    no_area: int  # the group of what has no known area
    no_org: int


def is_of_kind(kind: str, prefix: str) -> bool:
    """Whether a kind is the prefix or below it, dot by dot."""
    return kind == prefix or kind.startswith(prefix + ".")


class _Axis:
    """One family's way from a key to its spot, as one question asks it."""

    def __init__(self, tree: Tree, asked: str | None, name: str, wanted: Wanted, groups: Groups) -> None:
        self._tree = tree
        self._asked = asked
        self._level = wanted.level
        self._groups = groups
        self._breaks_down = wanted.by == name
        self._attribute = wanted.by.partition(".")[2] if wanted.by.startswith(name + ".") else ""
        self._tests = [test for test in wanted.tests if test.dimension.startswith(name + ".")]
        self.nowhere = Spot(EXCLUDED if asked is not None or not self._passes(None) else self._unplaced(), False)
        self._spots: dict[str, Spot] = {}
        if self._breaks_down and not self._level:
            for key in tree.children.get(asked, ()):
                groups.number(key, tree.nodes[key].kind)
        elif self._breaks_down:
            for root in [asked] if asked is not None else list(tree.children.get(None, ())):
                for key in tree.subtree(root):
                    if is_of_kind(tree.nodes[key].kind, self._level):
                        groups.number(key, tree.nodes[key].kind)

    def spot(self, key: str | None) -> Spot:
        """Where the things at a key count, merges already followed."""
        if key is None:
            return self.nowhere
        found = self._spots.get(key)
        if found is None:
            found = self._spots[key] = self._find(key)
        return found

    def _find(self, key: str) -> Spot:
        way = self._tree.path(key)
        if not way:
            return self.nowhere
        whole = way
        if self._asked is not None:
            at = next((number for number, standing in enumerate(way) if standing.key == self._asked), None)
            if at is None:
                return Spot(EXCLUDED, False)
            way = way[: at + 1]
        live = way[0].live
        if not self._passes(way[0] if live else None):
            return Spot(EXCLUDED, False)
        placed = all(standing.live for standing in way) and (self._asked is not None or whole[-1].parent is None)
        return Spot(self._group(way, placed=placed, live=live), placed)

    def _group(self, way: list[Standing], *, placed: bool, live: bool) -> int:
        if self._attribute:
            return self._groups.number(way[0].attribute(self._attribute) if live else None)
        if not self._breaks_down:
            return ALL
        if self._level:
            return self._group_of_level(way, placed=placed)
        if self._asked is not None and len(way) == 1:
            return self._groups.number(way[0].key, way[0].kind)
        below = way[-2] if self._asked is not None else way[-1]
        rooted = self._asked is not None or below.parent is None
        return self._groups.number(below.key, below.kind) if below.live and rooted else self._groups.number(None)

    def _group_of_level(self, way: list[Standing], *, placed: bool) -> int:
        """The nearest live node of the level; what stands above the level counts at the top of the way, as that node's own part."""
        for standing in way:
            if standing.live and is_of_kind(standing.kind, self._level):
                return self._groups.number(standing.key, standing.kind)
        return self._groups.number(way[-1].key, way[-1].kind) if placed else self._groups.number(None)

    def _unplaced(self) -> int:
        return self._groups.number(None) if self._breaks_down or self._attribute else ALL

    def _passes(self, standing: Standing | None) -> bool:
        return all(test.passes(standing.attribute(test.dimension.partition(".")[2]) if standing else None) for test in self._tests)


def era_of(merge_days: Sequence[date], day: date) -> int:
    """The number of the era a day lies in."""
    return bisect_right(merge_days, day)


class Resolver:
    """Finds the spots of rows for one question over one pair of trees."""

    def __init__(self, trees: Trees, wanted: Wanted, groups: Groups) -> None:
        self._trees = trees
        self.areas = _Axis(trees.areas, wanted.area, "area", wanted, groups)
        self.organisations = _Axis(trees.organisations, wanted.organisation, "organisation", wanted, groups)

    def area_spot(self, area: str | None, organisation: str | None, day: date) -> Spot:
        """Where a row with these two keys counts on the area axis, merges up to `day` followed."""
        if area is not None:
            return self.areas.spot(self._trees.areas.family.current(area, day))
        if organisation is None:
            return self.areas.nowhere
        return self.of_organisation(self._trees.organisations.family.current(organisation, day))

    def of_organisation(self, organisation: str) -> Spot:
        """Where what an organisation has without an area of its own counts on the area axis."""
        area, placed = self._trees.area_of(organisation)
        spot = self.areas.spot(area)
        if placed or spot.group == EXCLUDED or area is None:
            return Spot(spot.group, spot.placed and placed)
        return self.areas.below(area)

    def org_spot(self, organisation: str | None, day: date) -> Spot:
        """Where a row counts on the organisation axis."""
        return self.organisations.spot(None if organisation is None else self._trees.organisations.family.current(organisation, day))


def as_arrays(trees: Trees, resolver: Resolver, day: date | None) -> Places:
    """All known keys with their spots. `day`: merges up to it are followed, whatever the row's own day; None: each row's own day decides."""
    forest = trees.forest
    places = Places([], [], [], [], [], [], [], [], [], [], [], [], resolver.areas.nowhere.group, resolver.organisations.nowhere.group)
    starts = [BEGINNING, *forest.merge_days] if day is None else [day]
    for key, node in forest.areas.nodes.items():
        for first, last, current in _eras(forest.areas.current, key, starts if node.merges else starts[:1]):
            spot = resolver.areas.spot(current)
            for column, value in zip(places[:5], (key, first, last, spot.group, spot.placed), strict=True):
                column.append(value)  # type: ignore[arg-type]
    ...
    return places
