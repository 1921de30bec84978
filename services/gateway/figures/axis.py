"""One family's way from a key to the row of the breakdown it falls into, as one question asks it."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from services.gateway.figures.conditions import passes, values_of
from services.gateway.figures.groups import ALL, EXCLUDED, Groups
from services.gateway.figures.tree import Standing, Tree
from services.kernel.catalogue.catalogue import is_below
from services.kernel.catalogue.metrics import Condition


class Asked(NamedTuple):
    """What a question asks of one family: a subtree, a breakdown, conditions on attributes of the place.

    `breaks_down` with `level`: by the nodes of that kind, without: by the next level below the asked node. `attribute`: by an attribute.
    """

    node: str | None = None
    breaks_down: bool = False
    level: str = ""
    attribute: str = ""
    conditions: tuple[Condition, ...] = ()


class Spot(msgspec.Struct, frozen=True, gc=False):
    """Where a key counts: its group (or EXCLUDED), and whether it stands at a live node."""

    group: int
    placed: bool


_ENDED = Standing("", "", False, None, None, {})


class Axis:
    """Spots of keys; merges are followed before."""

    def __init__(self, tree: Tree, asked: Asked, groups: Groups) -> None:
        self._tree = tree
        self._asked = asked
        self._groups = groups
        if asked.breaks_down:
            self._list_rows()
        self.nowhere = self._spot_of_nowhere()
        self._spots: dict[str | None, Spot] = {None: self.nowhere}

    def spot(self, key: str | None) -> Spot:
        """Where the things at a key count; None: at no place."""
        found = self._spots.get(key)
        if found is None:
            assert key is not None
            way = self._tree.path(key)
            found = self._spots[key] = self._spot_of(way) if way else self.nowhere
        return found

    def spots(self, key: str) -> tuple[Spot, ...]:
        """The same, in every row of a breakdown by an attribute that is a set."""
        spot = self.spot(key)
        value = self._attribute(self._tree.live(key)) if self._asked.attribute and spot.group != EXCLUDED else None
        return (spot,) if value is None else tuple(Spot(self._groups.number(one), spot.placed) for one in values_of(value))

    def below(self, key: str) -> Spot:
        """Where what stands under something ended below a key counts."""
        way = self._tree.path(key)
        return self._spot_of([_ENDED, *way]) if way else self.nowhere

    def _list_rows(self) -> None:
        tree, asked = self._tree, self._asked
        if not asked.level:
            keys: Sequence[str] = tree.children.get(asked.node, ())
        else:
            tops = [asked.node] if asked.node is not None else tree.children.get(None, [])
            keys = [key for top in tops for key in tree.subtree(top) if key in tree.nodes and is_below(tree.nodes[key].kind, asked.level)]
        for key in keys:
            self._groups.number(key, tree.nodes[key].kind, listed=True)

    def _spot_of_nowhere(self) -> Spot:
        if self._asked.node is not None or not self._passes(None):
            return Spot(EXCLUDED, False)
        return Spot(self._groups.number(None) if self._asked.breaks_down or self._asked.attribute else ALL, False)

    def _spot_of(self, way: Sequence[Standing]) -> Spot:
        asked = self._asked.node
        rooted = way[-1].parent is None
        if asked is not None:
            at = next((number for number, standing in enumerate(way) if standing.key == asked), None)
            if at is None:
                return Spot(EXCLUDED, False)
            way, rooted = way[: at + 1], True
        here = way[0] if way[0].live else None
        if not self._passes(here):
            return Spot(EXCLUDED, False)
        placed = rooted and all(standing.live for standing in way)
        if self._asked.attribute:
            value = self._attribute(here)
            return Spot(self._groups.number(None if value is None else values_of(value)[0]), placed)
        if not self._asked.breaks_down:
            return Spot(ALL, placed)
        row = self._row_of_level(way, placed=placed) if self._asked.level else self._row_below(way, rooted=rooted)
        return Spot(self._groups.number(None) if row is None else self._groups.number(row.key, row.kind), placed)

    def _attribute(self, here: Standing | None) -> str | None:
        return here.attribute(self._asked.attribute) if here else None

    def _row_below(self, way: Sequence[Standing], *, rooted: bool) -> Standing | None:
        """The node just below the asked one, or the asked one itself for its own part; none if the way there has ended."""
        if not rooted:
            return None
        row = way[-1] if self._asked.node is None or len(way) == 1 else way[-2]
        return row if row.live else None

    def _row_of_level(self, way: Sequence[Standing], *, placed: bool) -> Standing | None:
        """The nearest live node of the level; what stands above the level is the own part of the topmost node."""
        nearest = next((standing for standing in way if standing.live and is_below(standing.kind, self._asked.level)), None)
        return nearest or (way[-1] if placed else None)

    def _passes(self, standing: Standing | None) -> bool:
        return all(passes(one, standing.attribute(one.dimension.partition(".")[2]) if standing else None) for one in self._asked.conditions)
