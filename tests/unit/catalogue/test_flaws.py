"""A flaw in the catalogue is told with file, line, what is wrong and how to mend it; all of them at once."""

from collections.abc import Callable

import pytest

from services.kernel.catalogue import Catalogue, Flaw
from tests.unit.catalogue.conftest import STATES

Flaws = Callable[..., list[Flaw]]
Build = Callable[..., Catalogue]

NAMES = "names: {zh: 名, en: Name}"
MEASURE = f"measures:\n  - {{id: units, nature: stock, families: [unit], unit: units, {NAMES}}}\n"


def _kind(kind_id: str, *lines: str) -> str:
    return "\n".join(["kinds:", f"  {kind_id}:", f"    {NAMES}", *(f"    {line}" for line in lines), ""])


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("kinds: [", 1, "not YAML"),
        ("kinds:\n  unit:\n    names: 1\n", 3, "Expected `object`"),
        ("kinds: 5\n", 1, "must be a mapping"),
        ("sorts: {}\n", 1, "no section sorts"),
        (_kind("unit.shop", "colour: red"), 2, "unknown field `colour`"),
        (_kind("unit.shop", "class: secret"), 4, "Invalid enum value"),
        (_kind("shop.unit"), 2, "of no family"),
        (_kind("unit.Shop"), 2, "no id of a kind"),
        (_kind("unit.shop") + "  unit.shop:\n    names: {zh: 名, en: N}\n", 4, "twice"),
        (_kind("unit.shop", "attributes:", "  a: {type: enum}"), 5, "what values"),
        (_kind("unit.shop", "attributes:", "  a: {type: string, values: [x]}"), 5, "values do not go"),
        (_kind("unit.shop", "attributes:", "  a: {type: string, dimension: true}"), 5, "too many values"),
        (_kind("unit.shop", "attributes:", "  a: {type: integer, dimension: true}"), 5, "only in bands"),
        (_kind("unit.shop", "attributes:", "  a: {type: integer, dimension: true, band: [5, 1]}"), 5, "rising"),
        (_kind("unit.shop", "attributes:", "  a: {type: boolean, dimension: true, tag: sensitive}"), 5, "sensitive"),
        (_kind("unit.shop", "attributes:", "  a: {type: set, values: ['x,y']}"), 5, "comma"),
        (_kind("unit.shop", "attributes:", "  a: {type: enum, values: [x, x]}"), 5, "twice"),
        (_kind("unit.shop", "attributes:", "  A: {type: string}"), 5, "no name of an attribute"),
        (_kind("unit.shop", "attributes:", "  a: {type: colour}"), 5, "Invalid enum value"),
        (_kind("unit.shop", "to: [unit]"), 4, "only a link"),
        (_kind("link.holds", "to: [visit]"), 4, "cannot be the end"),
        (_kind("case"), 2, "no states"),
        (_kind("case", STATES.strip().replace("[initial]", "[]")), 4, "0 states are initial"),
        (_kind("case", STATES.strip().replace("[final]", "[]")), 4, "no state is final"),
        (_kind("case", STATES.strip().replace("to: [b]", "to: []")), 4, "no way leads to b"),
        (_kind("case", STATES.strip().replace("to: [b]", "to: [b, c]")), 4, "which is no state"),
        (_kind("case", STATES.strip().replace("to: [b]", "to: [a, b]")), 4, "which is itself"),
        (_kind("case", STATES.strip().replace("id: b", "id: a")), 4, "declared twice"),
        (MEASURE + MEASURE.removeprefix("measures:\n"), 3, "declared already"),
        (MEASURE + "metrics:\n  - {id: m, unit: x, text: {zh: 名, en: N}, sum: {measure: nothing}}\n", 4, "no measure or metric nothing"),
        (MEASURE + "metrics:\n  - {id: m, unit: x, text: {zh: 名, en: N}}\n", 4, "exactly one form; it has none"),
        (MEASURE + "metrics:\n  - {id: m, unit: x, text: {zh: 名, en: N}, sum: {measure: units}, mean: {measure: units}}\n", 4, "sum and mean"),
        (MEASURE + "metrics:\n  - {id: m, unit: x, text: {zh: 名, en: N}, sum: {of: units}}\n", 4, "field"),
        (MEASURE + "metrics:\n  - {id: m, unit: x, text: {zh: 名, en: N}, version: 0, sum: {measure: units}}\n", 4, "count from 1"),
    ],
)
def test_a_flaw_is_told_at_its_line(flaws: Flaws, text: str, line: int, said: str) -> None:
    found = flaws(common=text)

    assert any(said in flaw.what and flaw.line == line and flaw.file == "common/0.yaml" for flaw in found), found


def test_every_flaw_is_told_at_once(flaws: Flaws) -> None:
    text = _kind("unit.shop", "attributes:", "  a: {type: enum}", "  b: {type: integer, dimension: true}")

    assert [(flaw.line, flaw.mend) for flaw in flaws(common=text)] == [(5, "Add values: [...]"), (6, "Add band: [lower bounds]")]


def test_a_kind_declared_in_two_files_names_the_other_place(flaws: Flaws) -> None:
    (flaw,) = flaws(common=_kind("unit.shop"), east=_kind("unit.shop"))

    assert (flaw.file, flaw.line) == ("places/east/0.yaml", 2)
    assert "common/0.yaml:2" in flaw.what


def test_definitions_must_not_be_made_of_themselves(flaws: Flaws) -> None:
    metrics = "metrics:\n" + "".join(
        f"  - {{id: {one}, unit: x, text: {{zh: 名, en: N}}, ratio: {{num: {other}, den: units}}}}\n" for one, other in (("a", "b"), ("b", "c"), ("c", "a"))
    )

    assert [flaw.what for flaw in flaws(common=MEASURE + metrics)] == ["a is defined by itself", "b is defined by itself", "c is defined by itself"]


def test_a_later_version_holds_from_a_later_day(flaws: Flaws) -> None:
    metrics = "metrics:\n" + "".join(
        f"  - {{id: a, version: {version}, valid_from: {day}, unit: x, text: {{zh: 名, en: N}}, sum: {{measure: units}}}}\n"
        for version, day in ((1, "2026-02-01"), (2, "2026-01-01"))
    )

    (flaw,) = flaws(common=MEASURE + metrics)

    assert "holds from 2026-01-01, not after" in flaw.what


def test_a_places_file_without_a_section_of_the_catalogue_is_left_alone(build: Build, flaws: Flaws) -> None:
    assert build(common=_kind("unit"), east="figures:\n  - {id: F1}\n").kinds["unit"].names.zh == "名"
    assert "no section figures" in flaws(common=_kind("unit"), east=_kind("unit.shop") + "figures: []\n")[0].what


def test_an_empty_folder_is_no_catalogue(flaws: Flaws, write: Callable[..., object]) -> None:
    assert "no catalogue here" in flaws(common=[])[0].what
