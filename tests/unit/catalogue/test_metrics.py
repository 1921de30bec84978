"""Definitions take from their measures what they do not say, and have versions that hold from a day on."""

from collections.abc import Callable
from datetime import date

import pytest

from services.kernel.catalogue import Catalogue
from services.kernel.catalogue.metrics import FORMS, Constant, Distinct, Fulfilment, Growth, Mean, Operand, Quantile, Ratio, Sum, Term, Total

Build = Callable[..., Catalogue]

TEXT = "text: {zh: 名, en: Name}"
MEASURES = """
kinds:
  unit.shop: {names: {zh: 名, en: N}, attributes: {seats: {type: integer, sum: true}}}
measures:
  - {id: units, nature: stock, families: [unit], unit: units, dimensions: [size, area], names: {zh: 名, en: N}}
  - {id: visits, nature: flow, families: [visit], unit: visits, dimensions: [size], roles: [by, to], names: {zh: 名, en: N}}
  - {id: times, nature: flow, families: [case], unit: seconds, names: {zh: 名, en: N}}
"""


def _metric(*lines: str) -> str:
    return MEASURES + "metrics:\n" + "".join(f"  - {{id: m{number}, unit: x, {TEXT}, {line}}}\n" for number, line in enumerate(lines))


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("sum: {measure: units, count: true}", Sum(measure="units", count=True)),
        ("distinct: {measure: visits, of: by}", Distinct(measure="visits", of="by")),
        ("ratio: {num: {measure: units, kinds: [unit.shop]}, den: units}", Ratio(num=Operand(measure="units", kinds=("unit.shop",)), den="units")),
        ("total: {terms: [[1, units], [-1, visits]]}", Total(terms=(Term(factor=1, measure="units"), Term(factor=-1, measure="visits")))),
        ("growth: {of: visits, against: year_ago}", Growth(of="visits", against="year_ago")),
        ("mean: {measure: visits}", Mean(measure="visits")),
        ("quantile: {measure: times, q: 0.9}", Quantile(measure="times", q=0.9)),
        ("constant: {value: 7}", Constant(value=7)),
    ],
)
def test_each_form_is_read(build: Build, line: str, form: object) -> None:
    metric = build(common=_metric(line)).metrics["m0"]

    assert metric.form == form
    assert FORMS[metric.form_name] is type(form)


def test_a_fulfilment_is_read_with_its_tests(build: Build) -> None:
    line = "fulfilment: {each: {measure: units}, role: to, per: quarter, all: [{measure: visits, at_least: 1}]}"

    form = build(common=_metric(line)).metrics["m0"].form

    assert isinstance(form, Fulfilment)
    assert (form.per, form.all[0].at_least) == ("quarter", 1)


def test_what_a_metric_does_not_say_is_that_of_its_measures(build: Build) -> None:
    metric = build(common=_metric("ratio: {num: visits, den: units}")).metrics["m0"]

    assert (metric.nature, metric.families, metric.dimensions, metric.axes) == ("flow", ("visit", "unit"), ("size",), ("area", "org", "kind"))
    assert metric.measures == ("visits", "units")


def test_a_definition_may_stand_on_one_declared_after_it(build: Build) -> None:
    metric = build(common=_metric("ratio: {num: m1, den: units}", "sum: {measure: visits}")).metrics["m0"]

    assert metric.families == ("visit", "unit")


def test_a_question_uses_the_definition_of_its_day_unless_it_names_another(build: Build) -> None:
    versions = "".join(f"  - {{id: m, version: {n}, valid_from: 202{n}-01-01, unit: x{n}, {TEXT}, sum: {{measure: units}}}}\n" for n in (2, 1, 4))
    catalogue = build(common=MEASURES + "metrics:\n" + versions)

    def unit(**asked: object) -> str | None:
        found = catalogue.definition("m", **asked)  # type: ignore[arg-type]
        return found and found.unit

    assert [metric.version for metric in catalogue.definitions["m"]] == [1, 2, 4]
    assert [unit(on=date(year, 6, 1)) for year in (2019, 2021, 2023, 2024, 2030)] == ["x1", "x1", "x2", "x4", "x4"]
    assert [unit(on=date(2021, 12, 31)), unit(on=date(2022, 1, 1))] == ["x1", "x2"]
    assert (unit(), unit(version=1), unit(version=3), catalogue.definition("nothing")) == ("x4", "x1", None, None)


def test_the_version_changes_with_the_meaning_and_not_with_its_place(build: Build) -> None:
    one, two = "sum: {measure: units}", "sum: {measure: visits}"

    same = build(common=[MEASURES, _metric(one).removeprefix(MEASURES)])
    assert build(common=_metric(one)).version == same.version
    assert build(common=_metric(one)).version != build(common=_metric(two)).version
    assert len(same.version) >= 8
    assert int(same.version, 16) >= 0
