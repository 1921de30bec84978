"""Where keys count: a small district, told by hand."""

from datetime import date

import pytest

from services.gateway.figures.axis import Asked
from services.gateway.figures.forest import Forest, TreeRow
from services.gateway.figures.groups import EXCLUDED, Groups
from services.gateway.figures.places import Resolver
from services.gateway.figures.tree import Trees

START, MERGED, ENDED, TODAY = date(2024, 1, 1), date(2024, 3, 1), date(2024, 4, 1), date(2024, 5, 10)


def area(key: str, kind: str, parent: str | None, until: date | None = None) -> TreeRow:
    return TreeRow(f"area/{key}", f"area.{kind}", parent, None, "{}", START, until)


FOREST = Forest(
    [
        area("d", "district", None),
        area("s1", "street", "d"),
        area("s2", "street", "d"),
        area("c1", "community", "s1"),
        area("c2", "community", "s1", ENDED),
        area("g1", "grid", "c1"),
        area("g2", "grid", "c2"),
        area("old", "grid", "c1", MERGED),
        TreeRow("area/old", "area.grid", None, None, '{"into":"g1"}', MERGED, None),
        TreeRow("organisation/o", "organisation.party", "s2", None, "{}", START, None),
        TreeRow("organisation/o1", "organisation.party.branch", None, "o", '{"field":"rural"}', START, None),
        TreeRow("organisation/o2", "organisation.party.branch", None, "o1", "{}", START, ENDED),
    ]
)


def rows(asked: Asked, *, day: date | None = TODAY, tree: date = TODAY) -> dict[str, tuple[str | None, bool]]:
    """Each area with the row it falls into, and whether it is placed; without those that are not asked."""
    groups = Groups()
    places = Resolver(Trees(FOREST, tree), asked, Asked(), groups).places(day)
    return {
        f"{place.key}@{place.first}" if place.first else place.key: (groups.of(place.group).key if place.group else "*", place.placed)
        for place in places.areas
        if place.group != EXCLUDED
    }


def test_the_next_level_has_the_asked_nodes_own_part_as_a_row() -> None:
    assert rows(Asked("s1", breaks_down=True)) == {
        "s1": ("s1", True),
        "c1": ("c1", True),
        "g1": ("c1", True),
        "old": ("c1", True),  # merged into g1
        "c2": (None, False),  # ended: unplaced below its last live ancestor
        "g2": (None, False),  # live, but under an ended one
    }


def test_what_is_unplaced_further_down_counts_in_the_row_it_lies_below() -> None:
    found = rows(Asked("d", breaks_down=True))

    assert (found["c2"], found["g2"]) == (("s1", False), ("s1", False))
    assert found["s2"] == ("s2", True)


def test_by_level_what_stands_above_it_is_the_top_nodes_own_part() -> None:
    found = rows(Asked("d", breaks_down=True, level="area.grid"))

    assert found["g1"] == ("g1", True)
    assert found["g2"] == ("g2", False)
    assert (found["c1"], found["s2"], found["d"]) == (("d", True), ("d", True), ("d", True))
    assert found["c2"] == (None, False)


def test_an_occurrence_before_a_merge_stays_where_it_was() -> None:
    found = rows(Asked("s1", breaks_down=True), day=None)

    # In the first era the merged grid counts at itself, which has ended by today; from the merge on at the other one.
    assert found["old"] == ("c1", False)
    assert found["old@1"] == ("c1", True)


def test_in_a_tree_of_the_past_the_ended_are_live() -> None:
    found = rows(Asked("s1", breaks_down=True), day=START, tree=START)

    assert (found["c2"], found["g2"], found["old"]) == (("c2", True), ("c2", True), ("c1", True))


def test_an_attribute_of_the_place_is_that_of_the_node_itself() -> None:
    found = rows(Asked("s1", attribute="kind"))

    assert (found["g1"], found["c1"], found["c2"]) == (("area.grid", True), ("area.community", True), (None, False))


@pytest.mark.parametrize(
    ("organisation", "expected"), [("o", ("s2", True)), ("o1", ("s2", True)), ("o2", ("s2", False)), ("nobody", (None, False)), (None, (None, False))]
)
def test_without_an_area_the_nearest_organisation_that_has_one_says_where(organisation: str | None, expected: tuple[str | None, bool]) -> None:
    trees, groups = Trees(FOREST, TODAY), Groups()
    places = Resolver(trees, Asked("d", breaks_down=True), Asked(), groups).places(TODAY)
    spots = {place.key: (place.area_group, place.area_placed) for place in places.organisations}
    unknown = Resolver(trees, Asked(None, breaks_down=True), Asked(), groups).places(TODAY).no_area

    group, placed = spots.get(organisation or "", (unknown, False))

    assert (groups.of(group).key, placed) == expected


def test_merges_of_merges_are_followed_and_rings_end() -> None:
    ring = [TreeRow(f"area/{one}", "area.grid", None, None, f'{{"into":"{other}"}}', day, None) for one, other, day in (("a", "b", START), ("b", "c", MERGED))]
    family = Forest([*ring, TreeRow("area/c", "area.grid", None, None, '{"into":"a"}', ENDED, None)]).areas

    assert family.current("a", START) == "b"
    assert family.current("a", MERGED) == "c"
    assert family.current("a", ENDED) in {"a", "b", "c"}
