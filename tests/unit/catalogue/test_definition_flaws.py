"""A definition that cannot be evaluated is refused when the catalogue is read: at its line, with what is wrong and what there is instead."""

from collections.abc import Callable

import pytest

from services.kernel.catalogue import Catalogue, Flaw

Flaws = Callable[..., list[Flaw]]
Build = Callable[..., Catalogue]

NAMES = "names: {zh: 名, en: Name}"
BASE = f"""
kinds:
  unit.shop: {{{NAMES}, marks: [trade], attributes: {{seats: {{type: integer, sum: true, names: {{zh: 座位, en: Seats}}}}}}}}
  area.grid: {{{NAMES}}}
measures:
  - {{id: units, nature: stock, families: [unit], unit: units, sums_as: units, {NAMES}}}
  - {{id: units.registered, nature: flow, families: [unit], unit: units, sums_as: units.registered, {NAMES}}}
  - {{id: links, nature: stock, families: [link], unit: links, roles: [from, to], {NAMES}}}
  - {{id: visits, nature: flow, families: [visit], unit: visits, dimensions: [size], roles: [by, to], {NAMES}}}
  - {{id: times, nature: flow, families: [case], unit: seconds, {NAMES}}}
metrics:
  - {{id: m, unit: x, text: {{zh: 名, en: N}}, """
LINE = 12


@pytest.mark.parametrize(
    ("form", "said", "mend"),
    [
        ("kinds: [unit.shpo], sum: {measure: units}", "there is no kind unit.shpo", "Declare it"),
        ("marks: [trades], sum: {measure: units}", "no kind carries the mark trades", "marks: [...]"),
        ("total: {terms: [[1, {measure: units, kinds: [area.grid]}]]}", "area.grid is none", "a kind of these"),
        ("total: {terms: []}", "a total of nothing", "terms"),
        ("distinct: {measure: visits, of: who}", "nothing called who", "by, to, area, organisation, thing"),
        ("distinct: {measure: visits, of: 'area:gird'}", "no kind of area: gird", "area:community"),
        ("ratio: {num: {measure: visits, of: hosts}, den: units}", "nothing called hosts", "by, to"),
        ("ratio: {num: {measure: visits, covered: {measure: links, role: to}}, den: units}", "cannot be covered", "a stock"),
        ("ratio: {num: {measure: units, covered: {measure: links, role: host}}, den: units}", "nothing called host", "from, to"),
        ("ratio: {num: units, den: units, den_at: unit.shop}", "names no kind of place", "everywhere"),
        ("quantile: {measure: visits, q: 0.5}", "has no quantiles", "cases.time_to_resolve"),
        ("quantile: {measure: times, q: 1.5}", "no quantile", "between 0 and 1"),
        ("growth: {of: {measure: units, marks: [none]}, against: previous}", "no kind carries the mark none", "kinds"),
        ("ordinal: {of: {measure: units, kinds: [unit.none]}}", "no kind unit.none", "Declare it"),
        ("fulfilment: {each: {measure: visits}, role: by, all: [{measure: visits, at_least: 1}]}", "does not stand", "a stock"),
        ("fulfilment: {each: {measure: units}, role: by, all: []}", "tests nothing", "all:"),
        ("fulfilment: {each: {measure: units}, role: by, all: [{measure: visits}]}", "neither at_least", "a bound"),
        ("fulfilment: {each: {measure: units}, role: by, all: [{measure: visits, exactly: 1, at_most: 2}]}", "another bound too", "Keep one"),
        ("fulfilment: {each: {measure: units}, role: host, all: [{measure: visits, exactly: 1}]}", "nothing called host", "by, to"),
        ("fulfilment: {each: {measure: links}, holders: who, role: by, all: [{measure: visits, exactly: 1}]}", "nothing called who", "from, to"),
        ("sum: {measure: units:chairs}", "no measure or metric units:chairs", "Name one"),
        ("sum: {measure: visits:seats}", "no measure or metric visits:seats", "Name one"),
    ],
)
def test_what_cannot_be_evaluated_is_told_with_what_there_is(flaws: Flaws, form: str, said: str, mend: str) -> None:
    found = flaws(common=BASE + form + "}\n")

    assert any(said in flaw.what and mend in flaw.mend and flaw.line == LINE for flaw in found), found


@pytest.mark.parametrize(
    "form",
    [
        "marks: [trade], sum: {measure: units:seats}",
        "sum: {measure: units.registered:seats}",
        "mean: {measure: units:seats}",
        "distinct: {measure: visits, of: size}",
        "distinct: {measure: visits, of: area}",
        "distinct: {measure: visits, of: 'area:grid'}",
        "distinct: {measure: units, of: thing}",
        "ratio: {num: units, den: visits, den_at: area.street}",
        "ratio: {num: units, den: visits, den_at: everywhere}",
        "ordinal: {of: visits}",
        "fulfilment: {each: {measure: links}, holders: from, role: by, per: week, all: [{measure: visits, exactly: 1}]}",
    ],
)
def test_what_can_be_said_is_read(build: Build, form: str) -> None:
    assert build(common=BASE + form + "}\n").metrics["m"].unit == "x"


@pytest.mark.parametrize(
    ("attribute", "said"),
    [("{type: boolean, sum: true}", "cannot be added up"), ("{type: integer, sum: true, tag: sensitive}", "may not be added up")],
)
def test_only_numbers_that_are_nobodys_own_are_added_up(flaws: Flaws, attribute: str, said: str) -> None:
    (flaw,) = flaws(common=f"kinds:\n  unit.shop:\n    {NAMES}\n    attributes:\n      a: {attribute}\n")

    assert said in flaw.what
    assert flaw.line == 5


def test_a_number_makes_measures_of_the_same_nature_beside_those_of_its_family(build: Build) -> None:
    measures = build(common=BASE + "sum: {measure: units}}\n").measures

    assert {name for name in measures if ":" in name} == {"units:seats", "units.registered:seats"}
    assert (measures["units:seats"].nature, measures["units.registered:seats"].nature) == ("stock", "flow")
    assert measures["units:seats"].internal
    assert "座位" in measures["units:seats"].names.zh


def test_a_kind_is_counted_by_its_fields_and_attributes(build: Build) -> None:
    kind = """
kinds:
  member:
    names: {zh: 名, en: N}
    fields: {via: {type: enum, values: [admitted, transferred], dimension: true}, years: {type: integer, sum: true}}
    attributes: {shifts: {type: integer, sum: true, dimension: true, band: [1, 5]}, note: {type: string}}
"""
    catalogue = build(common=kind)
    told = {"via": "admitted", "years": 4, "attributes": {"shifts": 6, "note": "x"}, "standing": "full"}

    assert catalogue.counted("member", told) == ({"via": "admitted", "shifts": "5+"}, (("shifts", 6), ("years", 4)))
    assert catalogue.counted("member", {"attributes": None}) == ({}, ())
    assert catalogue.counted("nothing", told) == ({}, ())
    assert catalogue.kind("member").summed == ("shifts", "years")
    assert catalogue.kind("member").dimensions == ("shifts", "via")
