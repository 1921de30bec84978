"""Which key counts where: every known area and organisation with the row it falls into, as columns for SQL.

An era is the time between two merges: from one to the next, a key may count elsewhere. Its number is how many merge days have passed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import msgspec

from services.gateway.figures.axis import Asked, Axis, Spot
from services.gateway.figures.forest import AREA, Family
from services.gateway.figures.groups import Groups
from services.gateway.figures.periods import BEGINNING
from services.gateway.figures.tree import Trees

_LAST_ERA = 2**31 - 1


class AreaPlace(msgspec.Struct, frozen=True, gc=False):
    """Where what stands at an area counts, in the eras from first to last."""

    key: str
    first: int
    last: int
    group: int
    placed: bool


class OrgPlace(msgspec.Struct, frozen=True, gc=False):
    """Where what an organisation has counts: as the organisation's, and by area for what has no area of its own."""

    key: str
    first: int
    last: int
    group: int
    placed: bool
    area_group: int
    area_placed: bool


@dataclass(frozen=True)
class Places:
    """All known keys, and the groups of what names no known one. A key that falls into several rows of a breakdown comes once for each."""

    areas: list[AreaPlace]
    organisations: list[OrgPlace]
    no_area: int
    no_org: int
    merge_days: list[date]  # what the eras are counted by

    @cached_property
    def by_key(self) -> tuple[Mapping[str, Sequence[AreaPlace]], Mapping[str, Sequence[OrgPlace]]]:
        """Areas and organisations by their keys."""
        areas: dict[str, list[AreaPlace]] = {}
        for area in self.areas:
            areas.setdefault(area.key, []).append(area)
        organisations: dict[str, list[OrgPlace]] = {}
        for organisation in self.organisations:
            organisations.setdefault(organisation.key, []).append(organisation)
        return areas, organisations


class Resolver:
    """Finds where rows count for one question over one pair of trees."""

    def __init__(self, trees: Trees, areas: Asked, organisations: Asked, groups: Groups) -> None:
        self._trees = trees
        self._areas = Axis(trees.areas, areas, groups)
        self._organisations = Axis(trees.organisations, organisations, groups)

    def area_key(self, area: str | None, organisation: str | None, day: date) -> str | None:
        """The area a row stands in: its own, else its organisation's, merges up to `day` followed."""
        if area is not None:
            return self._trees.areas.family.current(area, day)
        return None if organisation is None else self._trees.area_of(self.org_key(organisation, day))[0]

    def org_key(self, organisation: str, day: date) -> str:
        """The organisation a row stands at, merges up to `day` followed."""
        return self._trees.organisations.family.current(organisation, day)

    def org_spot(self, organisation: str | None, day: date) -> Spot:
        """Where a row counts on the organisation axis."""
        return self._organisations.spot(None if organisation is None else self.org_key(organisation, day))

    def spot_of(self, family: str, key: str) -> Spot:
        """Where a node itself counts on its family's axis."""
        return (self._areas if family == AREA else self._organisations).spot(key)

    def places(self, day: date | None) -> Places:
        """All known keys. `day`: merges up to it are followed, whatever the row's own day; None: up to the row's own day."""
        forest = self._trees.forest
        days = list(forest.merge_days) if day is None else []
        areas = [
            AreaPlace(key, first, last, spot.group, spot.placed)
            for key, first, last, current in _by_era(forest.areas, days, day or BEGINNING)
            for spot in self._areas.spots(current)
        ]
        organisations = [
            OrgPlace(key, first, last, spot.group, spot.placed, area.group, area.placed)
            for key, first, last, current in _by_era(forest.organisations, days, day or BEGINNING)
            for spot in self._organisations.spots(current)
            for area in self._area_spots(current)
        ]
        return Places(areas, organisations, self._areas.nowhere.group, self._organisations.nowhere.group, days)

    def _area_spots(self, organisation: str) -> tuple[Spot, ...]:
        area, placed = self._trees.area_of(organisation)
        if area is None:
            return (self._areas.nowhere,)
        return self._areas.spots(area) if placed else (self._areas.below(area),)


def _by_era(family: Family, days: list[date], day: date) -> Iterator[tuple[str, int, int, str]]:
    """Each key with the eras in which it counts at the same current key; one without merges counts at itself throughout."""
    for key, node in family.nodes.items():
        if not node.merges:
            yield key, 0, _LAST_ERA, key
            continue
        first, at = 0, family.current(key, day)
        for era, start in enumerate(days, 1):
            current = family.current(key, start)
            if current != at:
                yield key, first, era - 1, at
                first, at = era, current
        yield key, first, _LAST_ERA, at
