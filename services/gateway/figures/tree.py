"""The two trees as they stand on one day, and the way up from every node that was ever known."""

from collections.abc import Mapping
from datetime import date

import msgspec

from services.gateway.figures.forest import AREA, ORGANISATION, Family, Forest
from services.gateway.figures.second_trees import SecondTrees


class Standing(msgspec.Struct, frozen=True, gc=False):
    """A node on the tree's day. One that has ended keeps its last parent: its things are unplaced below the last live ancestor.

    There are many for as many days as are asked about, and in no ring: the collector of rings does not look at them.
    """

    key: str
    kind: str
    live: bool
    parent: str | None  # as it stands today: merges of the parent are followed
    area: str | None
    attributes: Mapping[str, str]

    def attribute(self, name: str) -> str | None:
        """An attribute of the place by name; `kind` is one."""
        return self.kind if name == "kind" else self.attributes.get(name)


class Tree:
    """One family's tree on a day."""

    def __init__(self, family: Family, day: date, seconds: SecondTrees | None = None) -> None:
        self.family = family
        self.day = day
        self.nodes: dict[str, Standing] = {}
        for key, node in family.nodes.items():
            stretch, live = node.stretch_on(day)
            if stretch is None:
                continue
            parent = None if stretch.parent is None else family.current(stretch.parent, day)
            self.nodes[key] = Standing(key, stretch.kind, live, parent, stretch.area, stretch.attributes)
        if seconds is not None:
            above = {key: standing.parent for key, standing in self.nodes.items()}
            for key, standing in self.nodes.items():
                if also := seconds.attributes(key, above):
                    self.nodes[key] = msgspec.structs.replace(standing, attributes={**standing.attributes, **also})
        self._paths: dict[str, tuple[Standing, ...]] = {}
        self.children: dict[str | None, list[str]] = {}
        for key in sorted(self.nodes):
            if self.nodes[key].live:
                self.children.setdefault(self.nodes[key].parent, []).append(key)

    def path(self, key: str) -> tuple[Standing, ...]:
        """From a node up to its root, itself first; empty for a key that is not known on this day. Looked up once: every question goes over all nodes."""
        known = self._paths.get(key)
        if known is not None:
            return known
        found: list[Standing] = []
        seen: set[str] = set()
        at: str | None = key
        while at is not None and at not in seen and (standing := self.nodes.get(at)) is not None:
            seen.add(at)
            found.append(standing)
            at = standing.parent
        way = tuple(found)
        if way:
            self._paths[key] = way
        return way

    def live(self, key: str) -> Standing | None:
        """The node, if it is live on this day."""
        standing = self.nodes.get(key)
        return standing if standing is not None and standing.live else None

    def subtree(self, key: str) -> list[str]:
        """The live nodes from this one down, itself first, each level by key."""
        found = [key]
        for at in found:
            found.extend(self.children.get(at, ()))
        return found


class Trees:
    """Areas and organisations on one day."""

    def __init__(self, forest: Forest, day: date) -> None:
        self.forest = forest
        self.day = day
        self.areas = Tree(forest.areas, day, self._seconds(AREA, forest.areas))
        self.organisations = Tree(forest.organisations, day, self._seconds(ORGANISATION, forest.organisations))

    def _seconds(self, name: str, family: Family) -> SecondTrees | None:
        return SecondTrees(self.forest.links, self.forest.seconds, name, family, self.day) if self.forest.links else None

    def area_of(self, organisation: str) -> tuple[str | None, bool]:
        """The area an organisation's things stand in: its own or that of the nearest live ancestor that has one, and whether no ended node lay on the way.

        Merges of the area up to the tree's day are followed.
        """
        placed = True
        for standing in self.organisations.path(organisation):
            if not standing.live:
                placed = False
            elif standing.area is not None:
                return self.areas.family.current(standing.area, self.day), placed
        return None, placed
