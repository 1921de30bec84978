"""What values and units are called: each of the shipped catalogue has a name in both languages, and each name is some value's or unit's."""

import re
from collections.abc import Callable
from pathlib import Path

from services.kernel.catalogue import Catalogue, Flaw, load
from services.kernel.catalogue.kinds import Names

Build = Callable[..., Catalogue]
Flaws = Callable[..., list[Flaw]]
Write = Callable[..., Path]
CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue"

COLOURS = """
kinds:
  unit.shop:
    names: {zh: 门店, en: Shop}
    attributes: {front: {type: enum, values: [red, blue], dimension: true}}
"""
RED = "values:\n  red: {zh: 红, en: Red}\n"
FREE = ("field", "formation", "channel", "role")
"""Fields of the contract that any word may stand in: their usual words have names too."""


def declared() -> set[tuple[str, str]]:
    kinds = load(CATALOGUE).kinds.values()
    return {(name, value) for kind in kinds for name, one in {**kind.fields, **kind.attributes}.items() for value in one.values}


def units() -> set[str]:
    catalogue = load(CATALOGUE)
    return {metric.unit for metric in (*catalogue.metrics.values(), *(one for versions in catalogue.definitions.values() for one in versions))}


def test_every_value_that_is_a_word_has_a_name() -> None:
    catalogue = load(CATALOGUE)

    assert [(name, value) for name, value in sorted(declared()) if re.search("[a-z]", value) and catalogue.value_names(name, value) is None] == []


def test_every_unit_of_a_figure_has_a_name() -> None:
    catalogue = load(CATALOGUE)

    assert [unit for unit in sorted(units()) if f"unit.{unit}" not in catalogue.values] == []


def test_every_name_is_some_values_or_units() -> None:
    known = {value for _, value in declared()} | {f"{name}.{value}" for name, value in declared()} | {f"unit.{unit}" for unit in units()}

    assert [one for one in load(CATALOGUE).values if one not in known and one.partition(".")[0] not in FREE] == []


def test_the_attributes_own_word_goes_before_the_common_one(build: Build) -> None:
    catalogue = build(common=[COLOURS, RED, "values:\n  front.red: {zh: 朱红, en: Vermilion}\n"])

    assert catalogue.value_names("front", "red") == Names("朱红", "Vermilion")
    assert catalogue.value_names("back", "red") == Names("红", "Red")
    assert catalogue.value_names("front", "blue") is None


def test_names_of_values_change_no_version(build: Build) -> None:
    assert build(common=COLOURS).version == build(common=[COLOURS, RED]).version


def test_a_later_folder_says_it_otherwise_and_one_folder_says_it_once(write: Write, flaws: Flaws) -> None:
    ours, theirs = write(common=[COLOURS, RED]), write(common="values:\n  red: {zh: 赤, en: Crimson}\n")

    assert load(f"{ours}:{theirs}").values["red"] == Names("赤", "Crimson")
    assert "red is named already, at common/1.yaml:2" in flaws(common=[COLOURS, RED, RED])[0].text()
