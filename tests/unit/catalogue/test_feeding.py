"""Which figures a kind feeds: those that name it, and those that take whatever its family has."""

from collections.abc import Callable

import pytest

from services.kernel.catalogue import Catalogue
from services.kernel.catalogue.feeding import Feeding

N = "names: {zh: 名, en: Name}"
T = "text: {zh: 名, en: Name}"
TEXT = f"""
kinds:
  unit.shop:
    {N}
    marks: [busy]
    attributes:
      size: {{type: integer, sum: true}}
      trade: {{type: enum, values: [food], dimension: true}}
  unit.shop.corner: {{{N}}}
  unit.school: {{{N}}}
  case.noise:
    {N}
    states: [{{id: a, {N}, marks: [initial], to: [b]}}, {{id: b, {N}, marks: [final]}}]
measures:
  - {{id: units, nature: stock, families: [unit], unit: units, roles: [of], sums_as: units, {N}}}
  - {{id: cases.opened, nature: flow, families: [case], unit: cases, dimensions: [tier], {N}}}
metrics:
  - {{id: units, unit: units, {T}, sum: {{measure: units}}}}
  - {{id: shops, unit: units, {T}, sum: {{measure: units}}, where: [{{dimension: kind, values: [unit.shop]}}]}}
  - {{id: busy, unit: ratio, {T}, ratio: {{num: {{measure: units, marks: [busy]}}, den: units}}}}
  - {{id: space, unit: metres, {T}, sum: {{measure: "units:size"}}}}
  - {{id: trades, unit: trades, {T}, distinct: {{measure: units, of: trade}}}}
  - {{id: owners, unit: owners, {T}, distinct: {{measure: units, of: of}}}}
  - {{id: opened, unit: cases, {T}, sum: {{measure: cases.opened}}, where: [{{dimension: tier, values: [x]}}]}}
  - {{id: per_shop, unit: ratio, {T}, ratio: {{num: opened, den: shops}}}}
"""


@pytest.fixture
def catalogue(build: Callable[..., Catalogue]) -> Catalogue:
    return build(common=TEXT)


@pytest.mark.parametrize(
    ("kind", "own", "general"),
    [
        ("unit.shop", {"shops", "busy", "space", "trades", "per_shop"}, {"units", "owners"}),
        ("unit.shop.corner", {"shops", "busy", "space", "trades", "per_shop"}, {"units", "owners"}),
        ("unit.school", set(), {"units", "busy", "owners"}),
        ("case.noise", set(), {"opened", "per_shop"}),
        ("visit", set(), set()),
    ],
)
def test_a_kind_feeds_what_names_it_and_what_its_family_feeds(catalogue: Catalogue, kind: str, own: set[str], general: set[str]) -> None:
    fed = Feeding(catalogue).of(catalogue.kind(kind))

    assert (set(fed.own), set(fed.general)) == (own, general)


def test_a_figure_is_made_of_itself_and_of_those_it_names(catalogue: Catalogue) -> None:
    assert Feeding(catalogue).made_of("per_shop") == {"per_shop", "opened", "shops", "units"}
