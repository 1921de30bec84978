"""No person's reference, number or name gets past the reader, nor into what is kept of a refused event."""

import hashlib
import hmac
import json
from base64 import b32encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.personal import is_identity_number, is_personal
from services.kernel.contracts.reading import Reader
from services.kernel.errors import Code, Fault, RefusedError, problem
from services.kernel.people import Pseudonyms
from tests.unit.contracts.conftest import HERE, Read, Refuse, event

MOBILE = "13800138000"
IDENTITY = "11010519491231002X"  # the example of the standard itself
DIGITS = "110105194912310011"  # one whose check digit is a digit


def _pseudonym(register: str, reference: str) -> str:
    digest = hmac.new(b"a key of tests only, 32 bytes ok", f"{register}\0{reference}".encode(), hashlib.sha256).digest()
    return f"{register}:{b32encode(digest).decode().lower()[:20]}"


def test_a_person_is_a_keyed_hash_of_register_and_reference(read: Read) -> None:
    command = read("member.joined", {"member": "m-1", "organisation": "o-1", "standing": "full"}, subject="member/m-1")

    assert command.subject == f"member/{_pseudonym('people-east', 'm-1')}"
    assert command.data["member"] == _pseudonym("people-east", "m-1")
    assert b"m-1" not in command.told


def test_a_colon_names_another_register(read: Read) -> None:
    command = read("member.changed", {"member": "city:m-1"}, Enrolled("east", "people-east", foreign=True))

    assert command.subject == f"member/{_pseudonym('city', 'm-1')}"


def test_member_and_person_of_one_register_are_one_human(read: Read) -> None:
    attendance = {"attendance": "t", "activity": "v"}
    spellings = ["member/p-1", "person/p-1", "p-1", "people-east:p-1", "person/people-east:p-1"]

    people = {read("attendance.recorded", {**attendance, "person": one}).data["person"] for one in spellings}

    assert people == {f"person/{_pseudonym('people-east', 'p-1')}"}


def test_a_members_family_is_kept_where_the_members_room_looks_it_up(read: Read) -> None:
    link = {"link": "l", "kind": "post", "to": "organisation/o"}

    assert read("link.set", {**link, "from": "member/m-1"}).data["from"] == f"member/{_pseudonym('people-east', 'm-1')}"
    assert read("link.set", {**link, "from": "person/m-1"}).data["from"] == f"person/{_pseudonym('people-east', 'm-1')}"


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("entry.registered", {"entry": "e", "kind": "honour", "of": "member/raw-ref"}),
        ("amount.recorded", {"amount": "f", "kind": "money", "value": 1, "unit": "fen", "by": "person/raw-ref"}),
        ("activity.held", {"activity": "v", "kind": "meeting", "hosts": ["person/raw-ref"], "starts": "2026-03-01T09:00:00+08:00"}),
        ("attendance.recorded", {"attendance": "t", "activity": "v", "who": "person/raw-ref"}),
        ("visit.logged", {"visit": "w", "kind": "care", "by": "member/raw-ref", "to": "person/raw-ref"}),
        ("visit.corrected", {"visit": "w", "to": "person/raw-ref"}),
        ("case.assigned", {"case": "c", "organisation": "o", "person": "raw-ref"}),
        ("case.moved", {"case": "c", "to": "accepted", "by": "person/raw-ref"}),
        ("unit.changed", {"unit": "u", "attributes": {"keeper": "member/raw-ref"}}),
        ("unit.registered", {"unit": "u", "kind": "shop", "attributes": {"size": 1, "keeper": "person/raw-ref"}}),
        ("unit.registered", {"unit": "u", "kind": "enterprise", "name": "person/raw-ref"}),
        ("case.moved", {"case": "c", "to": "accepted", "reason": "member/raw-ref"}),
        ("case.changed", {"case": "c", "channel": "person/raw-ref"}),
    ],
)
def test_a_person_is_hidden_wherever_one_stands(read: Read, verb: str, data: Any) -> None:
    command = read(verb, data, operator="person/raw-ref")

    assert b"raw-ref" not in command.told
    assert "raw-ref" not in str(command)


@pytest.mark.parametrize("number", [MOBILE, IDENTITY, IDENTITY.lower()])
@pytest.mark.parametrize(
    ("verb", "data", "pointer"),
    [
        ("unit.registered", {"unit": "u", "kind": "enterprise", "name": "?"}, "/data/name"),
        ("unit.registered", {"unit": "?", "kind": "enterprise"}, "/data/unit"),
        ("unit.registered", {"unit": "east:?", "kind": "enterprise"}, "/data/unit"),
        ("unit.registered", {"unit": "u", "kind": "enterprise", "nowhere": {"deep": ["?"]}}, "/data/nowhere/deep/0"),
        ("unit.changed", {"unit": "u", "attributes": {"note": "?"}}, "/data/attributes/note"),
        ("visit.logged", {"visit": "w", "kind": "care", "by": "member/?", "to": "entry/h"}, "/data/by"),
        ("attendance.recorded", {"attendance": "t", "activity": "v", "person": "city:?"}, "/data/person"),
        ("unit.registered", {"unit": "u", "kind": "enterprise", "attributes": {"?": 1}}, "/data/attributes/…"),
    ],
)
def test_an_identity_or_mobile_number_is_refused_and_not_kept(reader: Reader, number: str, verb: str, data: Any, pointer: str) -> None:
    told = event(verb, json.loads(json.dumps(data).replace("?", number)))

    with pytest.raises(RefusedError) as refused:
        reader.read(told, HERE)
    kept = reader.masked(told, refused.value.problem)

    assert refused.value.problem.code == "personal-data"
    assert refused.value.problem.errors[0].pointer == pointer
    assert number not in str(refused.value.problem)
    assert set(json.loads(kept)) == {"id", "source", "type", "time", "paths", "hash"}
    assert number.encode() not in kept


@pytest.mark.parametrize("attributes", [{"subject": f"unit/{MOBILE}"}, {"operator": MOBILE}, {MOBILE: 1}, {MOBILE: True}])
def test_a_number_in_the_subject_or_an_extension_is_refused(refuse: Refuse, attributes: dict[str, str]) -> None:
    assert refuse("unit.registered", {"unit": "u", "kind": "enterprise"}, **attributes).code == "personal-data"


@pytest.mark.parametrize("text", ["12800138000", "1380013800", "138001380001", "tel 13800138000", "110105194912310021", "11010519491331002X", "1１800138000"])
def test_what_only_looks_a_little_like_a_number_is_taken(read: Read, text: str) -> None:
    assert read("unit.registered", {"unit": "u", "kind": "enterprise", "name": text}).data["name"] == text


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("member.joined", {"member": "m", "organisation": "o", "standing": "full", "name": "某某"}),
        ("member.changed", {"member": "m", "attributes": {"name": "某某"}}),
        ("entry.registered", {"entry": "e", "kind": "entry.volunteer", "name": "某某"}),
        ("shift.logged", {"name": "某某"}),
    ],
)
def test_a_name_on_a_kind_about_a_person_is_refused(refuse: Refuse, verb: str, data: Any) -> None:
    assert refuse(verb, data).code == "personal-data"


def test_what_is_kept_of_a_refused_event_masks_people_and_what_nobody_can_vouch_for(reader: Reader) -> None:
    data = {
        "case": "c-1",
        "kind": "spaceport",
        "reason": "某某说",
        "by": "member/raw-ref",
        "contact": "某某",
        "phone": "0755-1234",
        "tier": "street",
        "x": ["某某"],
    }
    told = event("case.opened", data, subject="member/raw-ref", operator="person/raw-ref")

    kept = reader.masked(told, problem(Code.UNKNOWN_KIND, "no such kind", Fault("/data/kind", "unknown")))

    assert "某某" not in kept.decode()
    assert b"raw-ref" not in kept
    assert b"0755" not in kept
    assert json.loads(kept)["data"]["tier"] == "street"
    assert json.loads(kept)["data"]["case"] == "c-1"


@pytest.mark.parametrize("number", [int(MOBILE), float(MOBILE), int(DIGITS)])
@pytest.mark.parametrize("data", [{"unit": "u", "phone": "?"}, {"unit": "u", "attributes": {"id": ["?"]}}, "?"])
def test_a_number_told_as_one_is_not_kept_either(reader: Reader, number: float, data: Any) -> None:
    told = event("unit.registered", json.loads(json.dumps(data).replace('"?"', str(number))))

    with pytest.raises(RefusedError) as refused:
        reader.read(told, HERE)

    assert str(number).encode() not in reader.masked(told, refused.value.problem)


@pytest.mark.parametrize("type_", [MOBILE, f"person/{IDENTITY}"])
def test_a_type_that_is_none_of_ours_is_not_repeated(reader: Reader, type_: str) -> None:
    told = event("unit.registered", {"unit": "u"}, type=type_)

    with pytest.raises(RefusedError) as refused:
        reader.read(told, HERE)

    assert type_ not in str(refused.value.problem)
    assert type_.encode() not in reader.masked(told, refused.value.problem)


def test_a_word_that_is_a_reference_to_a_thing_stays_as_it_was_told(read: Read) -> None:
    assert read("unit.registered", {"unit": "u", "kind": "enterprise", "name": "unit/7"}, operator="unit/7").data["name"] == "unit/7"


def test_free_text_is_masked_even_where_the_contract_has_a_place_for_it(reader: Reader) -> None:
    told = event("case.moved", {"case": "c-1", "to": "nowhere", "reason": "某某说"})

    kept = json.loads(reader.masked(told, problem(Code.ILLEGAL_TRANSITION, "no such move")))

    assert kept["data"]["to"] == "nowhere"
    assert kept["data"]["reason"].startswith("masked:")


@pytest.mark.parametrize(("verb", "kept"), [("unit.registered", True), ("entry.registered", False), ("unit.exploded", False)])
def test_a_name_is_kept_only_where_it_is_surely_not_a_persons(reader: Reader, verb: str, kept: bool) -> None:
    told = event(verb, {"kind": "spaceport", "name": "某某"})

    masked = reader.masked(told, problem(Code.UNKNOWN_KIND, "no such kind"))

    assert ("某某" in masked.decode()) is kept


def test_what_is_kept_has_no_character_that_the_database_refuses_and_no_endless_length(reader: Reader) -> None:
    told = event("unit.registered", {"unit": "a\0b", "kind": "x" * 100_000})
    small = event("unit.registered", {"unit": "a\0b"})

    assert len(reader.masked(told, problem(Code.INVALID, "no"))) < 2000
    assert b"\\u0000" not in reader.masked(small, problem(Code.INVALID, "no"))


def test_unreadable_data_leaves_the_name_of_the_event(reader: Reader) -> None:
    told = decode_event(b'{"specversion":"1.0","id":"e","source":"s","type":"t","data":{"name":"\xff"}}')

    assert json.loads(reader.masked(told, problem(Code.INVALID, "no")))["id"] == "e"


def test_the_same_string_leaves_the_same_mark_and_another_key_another(reader: Reader) -> None:
    one, other = Pseudonyms(b"0123456789abcdef"), Pseudonyms(b"0123456789abcdeg")

    assert one.mark("x") == one.mark("x") != other.mark("x")
    assert one.of("r", "a") != one.of("r", "b")
    assert one.of("r", "ab") != one.of("ra", "b")


def test_a_key_too_short_to_hide_anything_is_refused() -> None:
    with pytest.raises(ValueError, match="needs at least 16"):
        Pseudonyms(b"short")


def _check_digit(digits: str) -> str:
    """ISO 7064 MOD 11-2 by its recursion, from the left."""
    remainder = 0
    for digit in digits:
        remainder = (remainder + int(digit)) * 2 % 11
    return "0123456789X"[(12 - remainder) % 11]


@given(st.integers(100000, 999999), st.dates(), st.integers(0, 999))
def test_a_number_with_a_date_and_its_check_digit_is_an_identity_number(place: int, born: Any, order: int) -> None:
    digits = f"{place}{born.year:04d}{born.month:02d}{born.day:02d}{order:03d}"

    assert is_identity_number(digits + _check_digit(digits))
    assert sum(is_identity_number(digits + last) for last in "0123456789X") == 1


@given(st.text(max_size=20))
def test_no_string_upsets_the_guard(text: str) -> None:
    assert is_personal(text) in (True, False)
