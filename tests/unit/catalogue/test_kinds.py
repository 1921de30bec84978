"""Kinds inherit by dotted prefix; their dimensions are banded, joined and never sensitive."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.catalogue import Catalogue, covered_by, is_below
from services.kernel.catalogue.kinds import Attribute, band_of, dimension_value

Build = Callable[..., Catalogue]

SHOP = """
kinds:
  unit:
    names: {zh: 单位, en: Unit}
    class: public
    attributes:
      staff: {type: integer, dimension: true, band: [1, 10]}
    marks: [counted]
  unit.shop:
    names: {zh: 门店, en: Shop}
    class: restricted
    unlinkable: true
    attributes:
      sells: {type: set, values: [food, books], dimension: true, required: true}
      staff: {type: integer, dimension: true, band: [5]}
    marks: [small]
  unit.shop.corner.old:
    names: {zh: 老店, en: Old shop}
    attributes:
      listed: {type: boolean, dimension: true}
"""


def test_a_kind_has_what_its_nearest_declared_ancestor_has(build: Build) -> None:
    kind = build(common=SHOP).kind("unit.shop.corner.old")

    assert kind.family == "unit"
    assert kind.access == "restricted"
    assert kind.unlinkable
    assert kind.marks == {"counted", "small"}
    assert kind.required == ("sells",)
    assert kind.dimensions == ("listed", "sells", "staff")
    assert kind.attributes["staff"].band == (5,)


def test_an_ancestor_knows_nothing_of_its_descendants(build: Build) -> None:
    kind = build(common=SHOP).kind("unit")

    assert (kind.access, kind.marks, kind.required, kind.unlinkable) == ("public", {"counted"}, (), False)


def test_a_family_is_a_kind_even_where_no_file_declares_it(build: Build) -> None:
    catalogue = build(common=SHOP)

    assert catalogue.kind("visit").family == "visit"
    assert "unit.shop.corner" not in catalogue.kinds, "only what is declared is a kind"


def test_the_dimensions_of_an_entity_are_those_its_kind_declares_and_it_has(build: Build) -> None:
    catalogue = build(common=SHOP)

    assert catalogue.counted("unit.shop", {"attributes": {"staff": 4, "sells": ["food", "books"], "colour": "red"}}).dims == {
        "sells": "books,food",
        "staff": "<5",
    }
    assert catalogue.counted("unit.shop.corner.old", {"attributes": {"listed": True, "staff": None}}).dims == {"listed": "true"}
    assert catalogue.counted("unit.gone", {"attributes": {"staff": 4}}).dims == {}
    assert catalogue.dimensions_of("unit.shop") == ("sells", "staff")


def test_kinds_are_found_by_prefix_and_by_mark(build: Build) -> None:
    catalogue = build(common=SHOP)

    assert [kind.id for kind in catalogue.below("unit.shop")] == ["unit.shop", "unit.shop.corner.old"]
    assert [kind.id for kind in catalogue.marked("small")] == ["unit.shop", "unit.shop.corner.old"]


@pytest.mark.parametrize(
    ("kind", "prefix", "below"),
    [
        ("case", "case", True),
        ("case.a", "case", True),
        ("case.a", "case.", True),
        ("case", "case.", True),
        ("case.ab", "case.a", False),
        ("casework", "case", False),
        ("x", "", True),
    ],
)
def test_a_prefix_ends_at_a_dot(kind: str, prefix: str, below: bool) -> None:
    assert is_below(kind, prefix) is below
    assert covered_by(kind, ("nothing", prefix)) is below
    assert not covered_by(kind, ())


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=5, unique=True), st.integers(-60, 60))
def test_each_integer_falls_into_exactly_the_band_that_holds_it(bounds: list[int], value: int) -> None:
    bands = {band_of(one, tuple(sorted(bounds))) for one in range(-60, 61)}
    mine = band_of(value, tuple(sorted(bounds)))
    companions = [one for one in range(-60, 61) if band_of(one, tuple(sorted(bounds))) == mine]

    assert companions == list(range(companions[0], companions[-1] + 1)), "a band has no hole"
    assert len(bands) == len(bounds) + 1
    assert sum(low <= value for low in bounds) == sum(low <= companions[0] for low in bounds)


def test_bands_are_called_by_their_bounds() -> None:
    assert [band_of(value, (1, 2, 10)) for value in (0, 1, 2, 9, 10, 99)] == ["<1", "1", "2-9", "2-9", "10+", "10+"]


def test_a_boolean_is_no_integer_of_its_band() -> None:
    assert dimension_value(Attribute(type="boolean", dimension=True), False) == "false"


def test_the_folder_of_the_files_is_not_part_of_what_they_mean(build: Build, tmp_path: Path) -> None:
    assert (tmp_path / "common").exists() is False
    assert build(common=SHOP).version == build(common="# another comment\n" + SHOP).version
