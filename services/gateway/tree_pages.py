"""The trees, page by page."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from services.gateway.figures.answer import Json, Names
from services.gateway.figures.guard import is_restricted
from services.gateway.figures.question import invalid
from services.gateway.figures.tree import Standing, Tree, Trees
from services.gateway.grants import RESTRICTED, Grant, places_reached
from services.kernel.catalogue.catalogue import Catalogue, is_below


class TreeAsked(NamedTuple):
    """Which part of a tree: below a node (itself included), so many levels, of a kind."""

    under: str | None = None
    depth: int | None = None
    kind: str | None = None
    cursor: str | None = None
    limit: int = 500


Visible = Callable[[Standing], bool]
"""Whether a node may be shown."""


def list_nodes(tree: Tree, family: str, asked: TreeAsked, names: Names, day: date, visible: Visible = lambda _: True) -> Json:
    """A page of live nodes, each before those below it. The cursor is the last key of the page before."""
    found = walk_nodes(tree, family, asked, day, visible)
    start = 0
    if asked.cursor is not None:
        start = next((number for number, (standing, _) in enumerate(found, 1) if standing.key == asked.cursor), -1)
        if start < 0:
            raise invalid("cursor", "the tree has changed; leave the cursor out to begin anew")
    page = found[start : start + asked.limit]
    following = page[-1][0].key if start + asked.limit < len(found) else None
    items = [_node(tree, family, standing, depth, names) for standing, depth in page]
    return {"as_of": day.isoformat(), "total": len(found), "items": items, "next": following}


def walk_nodes(tree: Tree, family: str, asked: TreeAsked, day: date, visible: Visible) -> list[tuple[Standing, int]]:
    """The live nodes asked for with their depth below the top, each before those below it; RefusedError if the top is not there."""
    if asked.under is not None and tree.live(asked.under) is None:
        raise invalid("under", f"{asked.under} is not in the tree of {day.isoformat()}")
    kind = None if asked.kind is None else asked.kind if asked.kind.partition(".")[0] == family else f"{family}.{asked.kind}"
    return [(standing, depth) for standing, depth in _walk(tree, asked) if (kind is None or is_below(standing.kind, kind)) and visible(standing)]


def visible_nodes(grants: Sequence[Grant], trees: Trees, family: str, catalogue: Catalogue) -> Visible:
    """Which nodes a reader is shown: those within a grant's subtrees, and of restricted kinds only with the class. What an area is called is no secret."""

    def is_visible(standing: Standing) -> bool:
        fitting = [grant for grant in grants if RESTRICTED in grant.classes or not is_restricted(catalogue, standing.kind)]
        return places_reached(fitting, trees, family, standing.key)

    return is_visible


def _walk(tree: Tree, asked: TreeAsked) -> Iterator[tuple[Standing, int]]:
    tops = [asked.under] if asked.under is not None else tree.children.get(None, [])
    pending = [(key, 0) for key in reversed(tops)]
    while pending:
        key, depth = pending.pop()
        yield tree.nodes[key], depth
        if asked.depth is None or depth < asked.depth:
            pending += [(child, depth + 1) for child in reversed(tree.children.get(key, []))]


def _node(tree: Tree, family: str, standing: Standing, depth: int, names: Names) -> Json:
    node: Json = {
        "key": standing.key,
        "kind": standing.kind,
        "name": names.get(f"{family}/{standing.key}"),
        "parent": standing.parent,
        "depth": depth,
        "children": len(tree.children.get(standing.key, ())),
        "attributes": dict(standing.attributes),
    }
    return {**node, "area": standing.area} if family == "organisation" else node
