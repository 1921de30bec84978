"""What is refused, under which code, and where it says so."""

from typing import Any

import pytest

from services.kernel.contracts.commands import Enrolled
from tests.unit.contracts.conftest import Read, Refuse

UNIT = {"unit": "u-1", "kind": "enterprise"}
SHOP = {"unit": "u-1", "kind": "shop"}
AMOUNT = {"amount": "f", "kind": "money", "value": 1, "unit": "fen"}


@pytest.mark.parametrize(
    ("verb", "data", "pointer"),
    [
        ("unit.registered", [1], "/data"),
        ("unit.registered", "text", "/data"),
        ("unit.registered", {"kind": "enterprise"}, "/data"),
        ("unit.registered", {**UNIT, "unit": "u-1\n"}, "/data/unit"),
        ("unit.registered", {**UNIT, "unit": ""}, "/data/unit"),
        ("unit.registered", {**UNIT, "unit": "u" * 65}, "/data/unit"),
        ("unit.registered", {**UNIT, "unit": "east:"}, "/data/unit"),
        ("unit.registered", {**UNIT, "area": ":a"}, "/data/area"),
        ("unit.registered", {**UNIT, "area": "区"}, "/data/area"),
        ("unit.registered", {**UNIT, "area": "a\n"}, "/data/area"),
        ("visit.logged", {"visit": "w", "kind": "care", "by": "member/m\n", "to": "entry/h"}, "/data/by"),
        ("case.assigned", {"case": "c", "organisation": "o", "person": "p\n"}, "/data/person"),
        ("unit.registered", {**UNIT, "name": ""}, "/data/name"),
        ("unit.registered", {**UNIT, "name": "a\0b"}, "/data"),
        ("unit.registered", {**UNIT, "programmes": ["a"] * 9}, "/data/programmes"),
        ("unit.registered", {**UNIT, "opening": "yes"}, "/data/opening"),
        ("unit.registered", {**UNIT, "attributes": {"colour": "red"}}, "/data/attributes/colour"),
        ("unit.changed", {"unit": "u-1", "kind": None}, "/data/kind"),
        ("unit.changed", {"unit": "u-1", "until": "2026-01-01"}, "/data"),
        ("area.changed", {"area": "a", "parent": "b"}, "/data"),
        ("link.changed", {"link": "l", "to": "unit/u"}, "/data"),
        ("link.set", {"link": "l", "kind": "covers", "from": "o-1", "to": "unit/u"}, "/data/from"),
        ("link.set", {"link": "l", "kind": "covers", "from": "organisation/o", "to": "street/s"}, "/data/to"),
        ("link.set", {"link": "l", "kind": "covers", "from": "unit/u", "to": "unit/u"}, "/data/from"),
        ("link.set", {"link": "l", "kind": "covers", "from": "organisation/o", "to": "unit/u", "until": "9999-12-31"}, "/data/until"),
        ("link.set", {"link": "l", "kind": "covers", "from": "organisation/o", "to": "unit/u", "until": "2026-02-29"}, "/data/until"),
        ("amount.recorded", {**AMOUNT, "value": 1.5}, "/data/value"),
        ("amount.recorded", {**AMOUNT, "value": 2**53}, "/data/value"),
        ("amount.recorded", {**AMOUNT, "value": -(2**53)}, "/data/value"),
        ("amount.recorded", {**AMOUNT, "value": 10**30}, "/data/value"),
        ("amount.recorded", {**AMOUNT, "period": "2018-13"}, "/data/period"),
        ("amount.recorded", {**AMOUNT, "period": "2018-Q5"}, "/data/period"),
        ("amount.recorded", {**AMOUNT, "period": "2018-02-30"}, "/data/period"),
        ("case.opened", {"case": "c", "kind": "window", "due": "2026-02-30"}, "/data/due"),
        ("case.opened", {"case": "c", "kind": "window", "due": "2026-02-03T08:00:00"}, "/data/due"),
        ("shift.logged", {"shift": "s", "kind": "duty", "person": "p", "starts": "2026-02-03T25:00:00Z", "minutes": 1}, "/data/starts"),
        ("member.joined", {"member": "m", "organisation": "o", "standing": "honorary"}, "/data/standing"),
        ("unit.registered", SHOP, "/data/attributes/size"),
        ("unit.registered", {**SHOP, "attributes": {"size": -1}}, "/data/attributes/size"),
        ("unit.registered", {**SHOP, "attributes": {"size": True}}, "/data/attributes/size"),
        ("unit.registered", {**SHOP, "attributes": {"size": 1, "open": 1}}, "/data/attributes/open"),
        ("unit.registered", {**SHOP, "attributes": {"size": 1, "since": "2026-02-30"}}, "/data/attributes/since"),
        ("unit.registered", {**SHOP, "attributes": {"size": 1, "keeper": "unit/u-9"}}, "/data/attributes/keeper"),
        ("unit.registered", {**SHOP, "attributes": {"size": 1, "sells": ["food", "food"]}}, "/data/attributes/sells"),
        ("unit.registered", {**SHOP, "attributes": {"size": 1, "sells": "food"}}, "/data/attributes/sells"),
        ("unit.registered", {**SHOP, "attributes": {"size": 1, "note": "x" * 501}}, "/data/attributes/note"),
    ],
)
def test_an_event_that_breaks_its_contract_is_invalid_and_says_where(refuse: Refuse, verb: str, data: Any, pointer: str) -> None:
    problem = refuse(verb, data)

    assert problem.code == "invalid"
    assert problem.errors[0].pointer == pointer, problem


@pytest.mark.parametrize("time", ["2026-03-02", "2026-03-02T09:00:00", "yesterday", "", "0001-01-01T00:00:00+08:00", "9999-12-31T23:59:59-08:00", None])
def test_a_time_without_offset_or_out_of_reason_is_invalid(refuse: Refuse, time: str | None) -> None:
    assert refuse("unit.registered", UNIT, time=time).errors[0].pointer == "/time"


def test_more_than_ten_minutes_ahead_is_too_early(refuse: Refuse) -> None:
    assert refuse("unit.registered", UNIT, time="2026-03-31T12:10:01Z").code == "too-early"


@pytest.mark.parametrize(("attribute", "value"), [("specversion", "0.3"), ("datacontenttype", "application/xml"), ("mood", "a\0b")])
def test_what_is_no_json_cloudevent_of_version_one_is_invalid(refuse: Refuse, attribute: str, value: str) -> None:
    assert refuse("unit.registered", UNIT, **{attribute: value}).code == "invalid"


def test_an_unknown_type_is_told_apart_from_one_that_is_only_published(refuse: Refuse) -> None:
    assert refuse("unit.exploded", UNIT).code == "unknown-type"
    assert refuse("case.marked", {"case": "c"}).code == "not-allowed"


@pytest.mark.parametrize("kind", ["spaceport", "unit.spaceport", "entry.centre"])
def test_a_kind_the_catalogue_does_not_declare_below_its_family_is_unknown(refuse: Refuse, kind: str) -> None:
    assert refuse("unit.registered", {"unit": "u", "kind": kind}).code == "unknown-kind"


@pytest.mark.parametrize("prefixes", [(), ("case.",), ("unit.social",), ("unit.enter",)])
def test_a_kind_the_source_is_not_enrolled_for_is_not_allowed(refuse: Refuse, prefixes: tuple[str, ...]) -> None:
    assert refuse("unit.registered", UNIT, Enrolled("east", "east", prefixes)).code == "not-allowed"


@pytest.mark.parametrize(
    ("verb", "data"), [("unit.changed", {"unit": "u"}), ("member.left", {"member": "m", "reason": "moved"}), ("case.moved", {"case": "c", "to": "x"})]
)
def test_events_without_a_kind_need_some_kind_of_their_family(refuse: Refuse, verb: str, data: Any) -> None:
    assert refuse(verb, data, Enrolled("east", "east", ("entry.",))).code == "not-allowed"


@pytest.mark.parametrize(("verb", "data"), [("unit.registered", {"unit": "harbour:u", "kind": "enterprise"}), ("member.changed", {"member": "harbour:m"})])
def test_anothers_namespace_or_register_needs_the_right_to(refuse: Refuse, verb: str, data: Any) -> None:
    assert refuse(verb, data).code == "not-allowed"


@pytest.mark.parametrize("subject", ["unit/u-2", "entry/u-1", "u-1", "unit/harbour:u-1", "", "unit/"])
def test_a_subject_that_is_not_the_entity_is_invalid(refuse: Refuse, subject: str) -> None:
    assert refuse("unit.registered", UNIT, subject=subject).errors[0].pointer == "/subject"


def test_deep_nesting_is_invalid_and_stops_nobody(refuse: Refuse) -> None:
    deep: Any = "x"
    for _ in range(400):
        deep = [deep]

    assert refuse("unit.registered", {**UNIT, "attributes": {"staff": deep}}).code == "invalid"


@pytest.mark.parametrize(("time", "code"), [("2019-12-31T15:59:59Z", "unknown-kind"), ("2019-12-31T16:00:00Z", None), ("2021-01-01T00:00:00+08:00", "unknown-kind")])
def test_a_kind_is_known_on_the_business_days_it_is_valid_on(read: Read, refuse: Refuse, time: str, code: str | None) -> None:
    stall = {"unit": "u", "kind": "unit.stall"}

    if code is None:
        assert read("unit.registered", stall, time=time).kind == "unit.stall"
    else:
        problem = refuse("unit.registered", stall, time=time)
        assert problem.code == code
        assert "valid from 2020-01-01 until 2020-12-31" in problem.detail


def test_a_kind_that_names_its_writers_is_theirs_and_that_of_sources_without_roles(read: Read, refuse: Refuse) -> None:
    def enrolled(*roles: str) -> Enrolled:
        return Enrolled("east", "people-east", roles=roles)

    stall, time = {"unit": "u", "kind": "unit.stall"}, "2020-06-01T12:00:00+08:00"

    assert refuse("unit.registered", stall, enrolled("police", "hotline"), time=time).code == "not-allowed"
    assert read("unit.registered", stall, enrolled("police", "market"), time=time).kind == "unit.stall"
    assert read("unit.registered", stall, enrolled(), time=time).kind == "unit.stall"
    assert read("unit.registered", UNIT, enrolled("police")).kind == "unit.enterprise", "a kind that names nobody is everybody's"
