"""Trees beside the tree: links of a kind that is declared one lead from a node to what it also belongs under, as an industry's committee.

A node belongs under everything its links lead to and under what that belongs to; one without such a link, under what its parent in the tree does.
Several links, several rows: rows of a second tree may overlap.
"""

from collections.abc import Iterable, Mapping
from datetime import date

from services.gateway.figures.forest import AREA, ORGANISATION, Family, TreeLink
from services.kernel.catalogue.catalogue import Catalogue

PLACES = (AREA, ORGANISATION)


def trees_of(catalogue: Catalogue) -> dict[str, str]:
    """Which kinds of links are which second tree."""
    return {kind.id: kind.tree for kind in catalogue.kinds.values() if kind.tree is not None}


def dimensions_of(catalogue: Catalogue, family: str) -> set[str]:
    """The dimensions that second trees of a family make: `organisation.industry`."""
    return {
        f"{family}.{kind.tree}"
        for kind in catalogue.kinds.values()
        if kind.tree is not None and family in (kind.from_families or PLACES) and family in (kind.to_families or PLACES)
    }


def overlaps(catalogue: Catalogue, by: str) -> bool:
    """Whether a breakdown by a place's attribute may have one thing in several rows: by a second tree, or by an attribute that is a set."""
    family, dot, name = by.partition(".")
    if not dot or family not in PLACES:
        return False
    declared = (kind.attributes.get(name) for kind in catalogue.below(family))
    return by in dimensions_of(catalogue, family) or any(one is not None and one.type == "set" for one in declared)


class SecondTrees:
    """What every node of one family belongs under, in every second tree, on one day."""

    def __init__(self, links: Iterable[TreeLink], trees: Mapping[str, str], family_name: str, family: Family, day: date) -> None:
        self._parents: dict[str, dict[str, set[str]]] = {}
        for link in links:
            ends = [end.partition("/") for end in (link.child, link.parent)]
            if any(name != family_name for name, _, _ in ends) or link.day > day or (link.until is not None and link.until <= day):
                continue
            child, parent = (family.current(key, day) for _, _, key in ends)
            self._parents.setdefault(trees[link.kind], {}).setdefault(child, set()).add(parent)

    def attributes(self, key: str, above: Mapping[str, str | None]) -> dict[str, str]:
        """By tree, the keys it belongs under, joined as the values of a set; `above`: the parent of each node in the tree."""
        found: dict[str, str] = {}
        for tree, parents in self._parents.items():
            nodes: set[str] = set()
            _climb(key, parents, above, nodes)
            tops = {parent for of in parents.values() for parent in of}
            nodes |= {key} & tops
            if nodes:
                found[tree] = ",".join(sorted(nodes))
        return found


def _climb(key: str, parents: Mapping[str, set[str]], above: Mapping[str, str | None], nodes: set[str]) -> None:
    """Adds what a node belongs under, and what that does; rings and nodes seen before are not climbed again."""
    at: str | None = key
    seen: set[str] = set()
    while at is not None and at not in seen and at not in parents:
        seen.add(at)
        at = above.get(at)
    for parent in sorted(parents.get(at, ())) if at is not None and at not in seen else ():
        if parent not in nodes:
            nodes.add(parent)
            _climb(parent, parents, above, nodes)
