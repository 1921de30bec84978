"""What changed between two catalogues, on which side it lies, and which figures it alters."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from services.kernel.catalogue import Catalogue
from services.kernel.catalogue.__main__ import main
from services.kernel.catalogue.comparing import compare
from tests.unit.catalogue.test_feeding import TEXT, N

Build = Callable[..., Catalogue]

SHOP = "unit.shop"
CASES = [
    ("size: {type: integer, sum: true}", "size: {type: integer, sum: true}\n      open: {type: boolean, dimension: true}", "writing"),
    ("size: {type: integer, sum: true}", "size: {type: integer, sum: true}\n      open: {type: boolean}", "door"),
    ("trade: {type: enum, values: [food]", "trade: {type: enum, values: [food, books]", "door"),
    ("size: {type: integer, sum: true}", "size: {type: integer, sum: true, required: true}", "door"),
    ("size: {type: integer, sum: true}", "size: {type: integer, sum: true, dimension: true, band: [5]}", "writing"),
    ("    marks: [busy]\n", "    marks: [busy, calm]\n", "reading"),
    ("    marks: [busy]\n", "    marks: [busy]\n    class: restricted\n", "reading"),
    ("    marks: [busy]\n", "    marks: [busy]\n    writers: [market]\n", "door"),
    ("    marks: [busy]\n", "    marks: [busy]\n    valid_until: 2030-01-01\n", "door"),
    ("    marks: [busy]\n", "    marks: [busy]\n    unlinkable: true\n", "writing"),
]


@pytest.mark.parametrize(("before", "after", "side"), CASES)
def test_a_change_of_a_kind_lies_on_the_side_it_touches(build: Build, before: str, after: str, side: str) -> None:
    assert TEXT.count(before) == 1
    comparison = compare(build(common=TEXT), build(common=TEXT.replace(before, after)))

    assert {one.id: one.side for one in comparison.changes if one.section == "kinds"} == {SHOP: side, "unit.shop.corner": side}
    assert comparison.rewritten == ((SHOP, "unit.shop.corner") if side == "writing" else ())


def test_a_state_that_means_something_else_is_written_otherwise_and_one_that_leads_elsewhere_is_not(build: Build) -> None:
    old = build(common=TEXT)

    assert compare(old, build(common=TEXT.replace("marks: [final]", "marks: [resolved, final]"))).rewritten == ("case.noise",)
    assert compare(old, build(common=TEXT.replace("marks: [final]}", "marks: [final], to: [a]}"))).rewritten == ()


def test_a_new_kind_takes_effect_at_once_and_one_that_goes_does_not(build: Build) -> None:
    old, new = build(common=TEXT), build(common=TEXT.replace("  unit.school:", "  unit.museum:"))

    changes = {one.id: (one.change, one.side) for one in compare(old, new).changes}

    assert changes == {"unit.museum": ("added", "door"), "unit.school": ("removed", "writing")}


def test_a_changed_definition_alters_itself_and_what_is_made_of_it(build: Build) -> None:
    comparison = compare(build(common=TEXT), build(common=TEXT.replace("values: [unit.shop]", "values: [unit.shop.corner]")))

    assert [(one.section, one.id, one.side) for one in comparison.changes] == [("metrics", "shops@1", "reading")]
    assert comparison.figures == ("per_shop", "shops")
    assert comparison.rewritten == ()


def test_a_dimension_alters_the_figures_its_kind_feeds(build: Build) -> None:
    size = "size: {type: integer, sum: true"
    comparison = compare(build(common=TEXT), build(common=TEXT.replace(size, f"{size}, dimension: true, band: [5]")))

    assert {"units", "shops", "busy", "trades"} <= set(comparison.figures)
    assert "opened" not in comparison.figures


def test_equal_catalogues_differ_in_nothing_whatever_is_told_to_readers(build: Build) -> None:
    assert (
        compare(build(common=TEXT), build(common=TEXT.replace("    marks: [busy]\n", "    marks: [busy]\n    source: XX1-01\n    rows: [R1]\n"))).changes == ()
    )


def test_diff_of_two_folders_is_one_json_document(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write(common=TEXT), write(common=TEXT + f"  - {{id: more, unit: units, text: {N.removeprefix('names: ')}, sum: {{measure: units}}}}\n")

    assert main(["diff", str(old), str(new), "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert [(one["section"], one["id"], one["change"], one["side"]) for one in told["changes"]] == [("metrics", "more@1", "added", "reading")]
    assert (told["figures"], told["needs_retelling"]) == (["more"], [])
    assert told["old"] != told["new"]


def test_diff_without_two_folders_and_without_a_database_says_what_to_do(
    write: Callable[..., Path], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("WANGGE_POSTGRES", raising=False)

    assert main(["diff", "--folder", str(write(common=TEXT))]) == 1
    assert "name two folders" in capsys.readouterr().err
