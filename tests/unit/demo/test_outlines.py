"""Made-up outlines fill their parents, whatever the tree."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.demo.geometry import geometry_of
from deploy.demo.outlines import Area, Point, Ring, draw, size


@st.composite
def trees(draw_: st.DrawFn) -> list[Area]:
    count = draw_(st.integers(1, 30))
    parents = [None, *(draw_(st.one_of(st.none(), st.integers(0, number - 1))) for number in range(1, count))]
    return [Area(f"z:{number}", None if parent is None else f"z:{parent}") for number, parent in enumerate(parents)]


def is_inside(point: Point, ring: Ring) -> bool:
    """Whether a point lies in a convex polygon, by the side of each edge; a millimetre beside it is inside."""
    closed = [*ring, ring[0]]
    return all((u - x) * (point[1] - y) - (v - y) * (point[0] - x) >= -1e-6 for (x, y), (u, v) in pairwise(closed))


def centre(ring: Ring) -> Point:
    return sum(x for x, _ in ring) / len(ring), sum(y for _, y in ring) / len(ring)


@given(trees())
def test_children_lie_in_their_parent_fill_it_and_do_not_overlap(areas: list[Area]) -> None:
    outlines = draw(areas)

    assert outlines.keys() == {area.key for area in areas}
    for parent in outlines:
        below = [area.key for area in areas if area.parent == parent]
        assert all(is_inside(point, outlines[parent]) for child in below for point in outlines[child])
        if below:
            assert sum(size(outlines[child]) for child in below) == pytest.approx(size(outlines[parent]), rel=1e-6)
        assert not any(is_inside(centre(outlines[one]), outlines[other]) for one, other in combinations(below, 2))


@given(trees())
def test_an_area_is_as_large_as_what_lies_below_it(areas: list[Area]) -> None:
    outlines = draw(areas, leaf_km2=2)

    leaves = {area.key for area in areas} - {area.parent for area in areas}
    ellipse = 2 * 1.2 * 0.85  # a root's outline is cut from an ellipse of this size for each leaf
    assert all(0.6 * ellipse < size(outlines[key]) <= ellipse for key in leaves)


def test_the_same_tree_gives_the_same_file() -> None:
    areas = [Area("z:d", None), Area("z:s", "z:d"), Area("z:t", "z:d")]

    collection = geometry_of(areas, (115, 30))

    assert collection == geometry_of(areas, (115, 30))
    assert collection["synthetic"] is True
    ring = collection["features"][0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]
    assert all(114 < longitude < 116 and 29 < latitude < 31 for longitude, latitude in ring)
