"""All that was ever told of the trees: each node's stretches and merges, from `_tree` rows."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import msgspec

AREA, ORGANISATION = "area", "organisation"
_NONE: Mapping[str, str] = {}
_decode_dims = msgspec.json.Decoder(dict[str, str]).decode


class TreeRow(NamedTuple):
    """A `_tree` row that stands; `thing` is family/key, `until` the first day it no longer stands (None: still)."""

    thing: str
    kind: str
    area: str | None
    organisation: str | None
    dims: str
    day: date
    until: date | None


class Stretch(NamedTuple):
    """What a node was on the days from first on; `area` is an organisation's own area, if it has one."""

    first: date
    until: date | None
    kind: str
    parent: str | None
    area: str | None
    attributes: Mapping[str, str]


class Merge(NamedTuple):
    """From this day on, what stands at the node counts at `into`."""

    day: date
    into: str


class Node(NamedTuple):
    """One area or organisation through time, by first day."""

    key: str
    stretches: tuple[Stretch, ...]
    merges: tuple[Merge, ...]

    def stretch_on(self, day: date) -> tuple[Stretch | None, bool]:
        """The stretch of a day and whether the node is live in it; after its end the last one, not live; before its beginning none."""
        at = bisect_right(self.stretches, day, key=lambda stretch: stretch.first) - 1
        if at < 0:
            return None, False
        stretch = self.stretches[at]
        return stretch, stretch.until is None or day < stretch.until


class TreeLink(NamedTuple):
    """A live stretch of a link of a second tree, from child to parent (both family/key)."""

    kind: str
    child: str
    parent: str
    day: date
    until: date | None


class Family:
    """All nodes of one tree."""

    def __init__(self, nodes: Mapping[str, Node]) -> None:
        self.nodes = nodes
        self.merge_days = tuple(sorted({merge.day for node in nodes.values() for merge in node.merges}))

    def current(self, key: str, day: date) -> str:
        """Where what stands at a key counts on a day: merges up to then are followed."""
        seen = {key}
        while True:
            node = self.nodes.get(key)
            into = next((merge.into for merge in reversed(node.merges) if merge.day <= day), None) if node and node.merges else None
            if into is None or into in seen:
                return key
            seen.add(into)
            key = into


class Forest:
    """Both trees through time, as of one commit. `n` is that of the last commit that changed them."""

    def __init__(self, rows: Iterable[TreeRow], generation: int = 1, n: int = 0, links: Iterable[TreeLink] = (), seconds: Mapping[str, str] = _NONE) -> None:
        self.generation = generation
        self.n = n
        self.links = tuple(links)  # of second trees, whose names `seconds` has by kind
        self.seconds = seconds
        stretches: dict[str, dict[str, list[Stretch]]] = {AREA: {}, ORGANISATION: {}}
        merges: dict[str, dict[str, list[Merge]]] = {AREA: {}, ORGANISATION: {}}
        for row in rows:
            family, _, key = row.thing.partition("/")
            dims = _decode_dims(row.dims)
            if "into" in dims:
                merges[family].setdefault(key, []).append(Merge(row.day, dims["into"]))
                continue
            parent, area = (row.area, None) if family == AREA else (row.organisation, row.area)
            stretches[family].setdefault(key, []).append(Stretch(row.day, row.until, row.kind, parent, area, dims))
        self.areas, self.organisations = (
            Family(
                {
                    key: Node(key, tuple(sorted(stretches[family].get(key, ()), key=lambda s: s.first)), tuple(sorted(merges[family].get(key, ()))))
                    for key in stretches[family].keys() | merges[family].keys()
                }
            )
            for family in (AREA, ORGANISATION)
        )
        self.merge_days = tuple(sorted({*self.areas.merge_days, *self.organisations.merge_days}))
