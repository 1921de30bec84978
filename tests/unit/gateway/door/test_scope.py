"""Sources that may write in some areas only."""

import json
from datetime import date
from typing import Any

import pytest

from services.gateway.cloudevents import Told
from services.gateway.figures.forest import Forest, TreeRow
from services.gateway.figures.tree import Trees
from services.gateway.scope import AreaScope

DAY = date(2019, 1, 1)


def area(key: str, parent: str | None) -> TreeRow:
    return TreeRow(f"area/{key}", "area.community", parent, None, "{}", DAY, None)


def organisation(key: str, parent: str | None, place: str | None) -> TreeRow:
    return TreeRow(f"organisation/{key}", "organisation.party", place, parent, "{}", DAY, None)


FOREST = Forest(
    [
        area("d:zone", None),
        area("d:east", "d:zone"),
        area("d:west", "d:zone"),
        area("d:east-1", "d:east"),
        organisation("d:p-east", None, "d:east-1"),
        organisation("d:p-below", "d:p-east", None),
        organisation("d:p-west", None, "d:west"),
        organisation("d:p-nowhere", None, None),
    ]
)


async def trees() -> Trees:
    return Trees(FOREST, date(2019, 6, 1))


def told(type_: str, **data: Any) -> Told:
    return Told(json.dumps({"data": data}).encode(), "1", "s", f"org.wangge.{type_}.v1")


@pytest.mark.parametrize(
    ("event", "outside"),
    [
        (told("unit.registered", unit="u", area="east"), None),
        (told("unit.registered", unit="u", area="d:east-1"), None),
        (told("unit.registered", unit="u", area="west"), "area/d:west"),
        (told("unit.registered", unit="u", area="zone"), "area/d:zone"),
        (told("unit.registered", unit="u", area="e:east"), "area/e:east"),
        (told("unit.registered", unit="u", area="unheard-of"), "area/d:unheard-of"),
        (told("case.opened", case="c", organisation="p-below"), None),
        (told("case.opened", case="c", organisation="p-west"), "organisation/d:p-west"),
        (told("case.opened", case="c", organisation="p-nowhere"), "organisation/d:p-nowhere"),
        (told("case.opened", case="c", area="east", organisation="p-west"), "organisation/d:p-west"),
        (told("case.moved", case="c", to="closed"), None),
        (told("area.defined", area="new", kind="grid", parent="east"), None),
        (told("area.defined", area="new", kind="grid", parent="west"), "area/d:west"),
        (told("area.defined", area="west", kind="grid", parent="east"), None),
        (told("area.moved", area="west", parent="east"), "area/d:west"),
        (told("area.defined", area="new", kind="grid"), "area/(the top of the tree)"),
        (told("area.moved", area="east", parent=None), "area/(the top of the tree)"),
        (told("organisation.established", organisation="new", kind="x"), "organisation/(the top of the tree)"),
        (told("area.merged", area="east-1", into="west"), "area/d:west"),
        (told("area.ended", area="west"), "area/d:west"),
        (told("organisation.established", organisation="new", kind="x", area="east"), None),
        (told("organisation.established", organisation="new", kind="x", parent="p-west"), "organisation/d:p-west"),
        (told("organisation.moved", organisation="p-east", parent="p-west"), "organisation/d:p-west"),
        (told("organisation.moved", organisation="p-below", parent="p-east"), None),
        (told("organisation.changed", organisation="p-west", name="x"), "organisation/d:p-west"),
        (told("activity.held", activity="a", hosts=["organisation/p-east", "organisation/p-west"]), None),
        (told("activity.held", activity="a", hosts=["organisation/d:p-west", "organisation/p-east"]), "organisation/d:p-west"),
        (told("link.set", **{"link": "l", "from": "area/west", "to": "organisation/p-east"}), None),
        (told("link.set", **{"link": "l", "from": "member/m", "to": "area/west"}), "area/d:west"),
        (told("link.set", **{"link": "l", "from": "person/m", "to": "unit/u"}), None),
        (told("unit.registered", unit="u", area=7), None),
        (Told(b"17", "1", "s", None), None),
    ],
    ids=lambda value: value if isinstance(value, str) or value is None else bytes(value.raw).decode(),
)
async def test_every_place_an_event_names_must_lie_within_the_sources_areas(event: Told, outside: str | None) -> None:
    assert await AreaScope(trees).outside(event, ("d:east",), "d") == outside


async def test_one_of_several_areas_is_enough() -> None:
    assert await AreaScope(trees).outside(told("unit.registered", unit="u", area="west"), ("d:east", "d:west"), "d") is None
