"""What a kind says of itself: where it comes from, who may write it, on which days, and an example of it."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.kernel.catalogue import Catalogue, Flaw
from services.kernel.catalogue.__main__ import main

Build = Callable[..., Catalogue]
Flaws = Callable[..., list[Flaw]]
Write = Callable[..., Path]

SHOP = """
kinds:
  unit.shop:
    names: {zh: 门店, en: Shop}
    rows: [R98, R99]
    source: "XX1-07"
    note: {zh: 按门牌计, en: Counted by door}
    writers: [market]
    valid_from: 2020-01-01
    valid_until: 2020-12-31
    example: {type: unit.registered, time: 2020-05-01T08:00:00+08:00, data: {unit: s-1, name: Corner}}
  unit.shop.corner:
    names: {zh: 小店, en: Corner shop}
"""


def test_a_kind_below_takes_over_who_writes_it_and_when_but_not_what_is_told_to_readers(build: Build) -> None:
    shop, corner = (build(common=SHOP).kind(name) for name in ("unit.shop", "unit.shop.corner"))

    assert (shop.rows, shop.source, shop.writers) == (("R98", "R99"), "XX1-07", ("market",))
    assert (corner.writers, corner.valid_from, corner.valid_until) == (("market",), date(2020, 1, 1), date(2020, 12, 31))
    assert (corner.rows, corner.source, corner.note, corner.example) == ((), "", None, None)


def test_a_kind_is_valid_from_its_first_to_its_last_day(build: Build) -> None:
    shop = build(common=SHOP).kind("unit.shop")

    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 12, 31), date(2021, 1, 1)]
    assert [shop.valid_on(day) for day in days] == [False, True, True, False]


def test_words_for_readers_do_not_change_the_version_and_words_for_processes_do(build: Build) -> None:
    told = build(common=SHOP).version

    assert build(common=SHOP.replace("XX1-07", "XX1-08").replace("R98, ", "").replace("Corner}", "Edge}")).version == told
    assert build(common=SHOP.replace("[market]", "[market, police]")).version != told
    assert build(common=SHOP.replace("2020-12-31", "2020-12-30")).version != told


@pytest.mark.parametrize(
    ("before", "after", "line", "said"),
    [
        ("R98, R99", "R0", 5, "no line of a list"),
        ("[market]", "['the market']", 8, "no name of a role"),
        ("2020-12-31", "2019-12-31", 10, "before it begins"),
        ("valid_from: 2020-01-01", "valid_from: soon", 9, "Invalid RFC3339 encoded date"),
        ("{type: unit.registered, ", "{", 11, "missing required field"),
        ("data: {unit: s-1, name: Corner}", "data: 5", 11, "Expected `object`"),
        ("T08:00:00+08:00", "T08:00:00", 11, "timezone"),
    ],
)
def test_a_wrong_word_is_told_at_its_line(flaws: Flaws, before: str, after: str, line: int, said: str) -> None:
    (flaw,) = flaws(common=SHOP.replace(before, after))

    assert flaw.line == line
    assert said in flaw.what


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("example: {type: unit.registered, time: 2020-05-01T08:00:00+08:00, data: {unit: s-1, name: Corner}}", "", "carries R98, R99 and has no example"),
        ("unit.registered", "entry.registered", "makes no unit"),
        ("unit.registered", "unit.changed", "makes no unit"),
        ("name: Corner", "kind: unit.school", "is of the kind unit.school"),
        ("name: Corner", "attributes: {staff: 5}", "staff is not an attribute of unit.shop"),
        ("time: 2020", "time: 2021", "valid from 2020-01-01 until 2020-12-31"),
        ("unit: s-1", "unit: '13800138000'", "personal-data"),
    ],
)
def test_a_check_reads_the_examples_by_the_contract(write: Write, capsys: pytest.CaptureFixture[str], before: str, after: str, said: str) -> None:
    assert before in SHOP
    folder = write(common=SHOP.replace(before, after))

    assert main(["check", "--json", "--folder", str(folder)]) == 1

    (flaw,) = json.loads(capsys.readouterr().out)["flaws"]
    assert (flaw["file"], flaw["line"]) == ("common/0.yaml", 3)
    assert said in flaw["what"]
    assert flaw["mend"]


def test_an_example_may_be_of_a_kind_below(write: Write) -> None:
    assert main(["check", "--folder", str(write(common=SHOP.replace("name: Corner", "kind: unit.shop.corner")))]) == 0
