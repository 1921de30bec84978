"""What a reader may see: grants. All that one grant says must hold of a question; any one of a reader's grants suffices."""

from collections.abc import Iterable

import msgspec

from services.gateway.figures.tree import Tree, Trees
from services.kernel.catalogue.catalogue import covered_by

CLASSES = ("public", "internal", "restricted")
RESTRICTED = "restricted"


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One grant. Roots are whole keys (namespace:key); no roots: anywhere. Kinds are dotted prefixes, the empty one has all."""

    areas: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ("",)
    classes: tuple[str, ...] = ("public", "internal")

    @property
    def is_everywhere(self) -> bool:
        """Whether no subtree bounds it."""
        return not self.areas and not self.organisations

    @property
    def names_persons(self) -> bool:
        """Whether keys of people, pseudonyms though they are, may be shown under it."""
        return RESTRICTED in self.classes

    def has_kind(self, kind: str) -> bool:
        """Whether a kind lies below one of its prefixes."""
        return covered_by(kind, self.kinds)

    def reaches(self, trees: Trees, area: str | None, organisation: str | None) -> bool:
        """Whether something that stands there lies in its subtrees; without an area of its own it lies in its organisation's."""
        if area is None and organisation is not None:
            area = trees.area_of(trees.organisations.family.current(organisation, trees.day))[0]
        return (not self.areas or is_within(trees.areas, area, self.areas)) and (
            not self.organisations or is_within(trees.organisations, organisation, self.organisations)
        )


EVERYTHING = Grant(classes=CLASSES)


def is_within(tree: Tree, key: str | None, roots: Iterable[str]) -> bool:
    """Whether a node lies in one of the subtrees; merges up to the tree's day are followed, on both sides."""
    if key is None:
        return False
    tops = {tree.family.current(root, tree.day) for root in roots}
    return any(standing.key in tops for standing in tree.path(tree.family.current(key, tree.day)))


def places_reached(grants: Iterable[Grant], trees: Trees, family: str, key: str) -> bool:
    """Whether an area or an organisation may be shown: of an area only the areas of a grant decide, an organisation must lie within both."""
    if family == "area":
        return any(not grant.areas or is_within(trees.areas, key, grant.areas) for grant in grants)
    return any(grant.is_everywhere or grant.reaches(trees, None, key) for grant in grants)
