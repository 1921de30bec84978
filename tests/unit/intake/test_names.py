"""What an event names, by the contract's fields."""

import json

import pytest

from services.gateway.cloudevents import Told
from services.gateway.intake.names import NOTHING, names_of
from services.kernel.contracts.registry import TYPES


def told(type_: str, data: object, **attributes: object) -> Told:
    name = f"org.wangge.{type_}.v1"
    return Told(json.dumps({"type": name, "data": data, **attributes}).encode(), "1", "s", name)


@pytest.mark.parametrize(
    ("type_", "data", "own", "others"),
    [
        ("member.joined", {"member": "m1", "organisation": "o1"}, "member/reg:m1", {"organisation/ns:o1"}),
        ("member.transferred", {"member": "other:m1", "organisation": "other:o1"}, "member/other:m1", {"organisation/other:o1"}),
        ("link.set", {"link": "l", "from": "organisation/o", "to": "unit/x:u"}, "link/ns:l", {"organisation/ns:o", "unit/x:u"}),
        ("entry.registered", {"entry": "e", "of": "person/p"}, "entry/ns:e", set()),
        ("entry.registered", {"entry": "e", "of": "member/p", "programmes": ["a", "b"]}, "entry/ns:e", {"member/reg:p", "entry/ns:a", "entry/ns:b"}),
        ("attendance.recorded", {"attendance": "t", "activity": "a", "organisation": "o"}, "attendance/ns:t", {"activity/ns:a"}),
        ("activity.held", {"activity": "a", "hosts": ["organisation/o"], "of": "activity/b"}, "activity/ns:a", {"activity/ns:b"}),
        ("case.moved", {"case": "c", "into": "d", "by": "organisation/o"}, "case/ns:c", {"case/ns:d"}),
        ("area.merged", {"area": "a", "into": "a"}, "area/ns:a", set()),
    ],
)
def test_the_names_of_an_event_are_its_entity_and_its_references_to_its_own_owner(type_, data, own, others):
    assert names_of(told(type_, data), "ns", "reg") == (own, frozenset(others))


def test_the_subject_names_the_entity_where_the_data_do_not():
    assert names_of(told("case.withdrawn", {}, subject="case/c"), "ns", "reg").own == "case/ns:c"


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b'{"data": 5}', b'{"data": {"case": "c", "of": 7, "programmes": [null, {}]}}'])
def test_what_cannot_be_read_names_nothing_and_harms_nobody(raw):
    names = names_of(Told(raw, "1", "s", "org.wangge.case.opened.v1"), "ns", "reg")

    assert names in {NOTHING, ("case/ns:c", frozenset())}


def test_every_type_of_the_contract_has_an_entity():
    for known in TYPES.values():
        name = known.name.removeprefix("org.wangge.").removesuffix(".v1")
        assert names_of(told(name, {known.family: "k"}), "ns", "ns").own == f"{known.family}/ns:k"
