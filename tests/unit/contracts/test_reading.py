"""An event becomes a command: short forms written out, namespaces added, content compared after that."""

import json

import msgspec
import pytest

from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.reading import Reader
from tests.unit.contracts.conftest import HERE, Read, event

UNIT = {"unit": "u-1", "kind": "enterprise"}


def test_keys_get_the_sources_namespace_and_keep_anothers(read: Read) -> None:
    command = read("unit.registered", {**UNIT, "area": "harbour:a-1", "programmes": ["p-1", "city:p-2"]})

    assert command.subject == "unit/east:u-1"
    assert command.data == {"unit": "east:u-1", "kind": "unit.enterprise", "area": "harbour:a-1", "programmes": ["east:p-1", "city:p-2"]}


def test_a_bare_kind_is_short_for_one_below_its_family(read: Read) -> None:
    bare, full = read("area.defined", {"area": "a", "kind": "grid"}), read("area.defined", {"area": "a", "kind": "area.grid"})

    assert bare.kind == full.kind == "area.grid"
    assert bare.content == full.content


def test_one_organisation_is_short_for_one_host(read: Read) -> None:
    held = {"activity": "v", "kind": "meeting", "starts": "2026-03-01T09:00:00+08:00"}

    short = read("activity.held", {**held, "organisation": "o-1"})
    full = read("activity.held", {**held, "hosts": ["organisation/east:o-1"]})

    assert short.data["hosts"] == ["organisation/east:o-1"]
    assert "organisation" not in short.data
    assert short.content == full.content


def test_content_is_the_same_instant_whatever_its_offset_and_never_the_extensions(read: Read) -> None:
    told = read("unit.registered", UNIT, time="2026-03-02T09:00:00+08:00")
    elsewhere = read("unit.registered", UNIT, time="2026-03-02T01:00:00Z", id="e-2", traceparent="00-abc", mood="good")

    assert told.content == elsewhere.content
    assert told.time == elsewhere.time
    assert told.day.isoformat() == "2026-03-02"


@pytest.mark.parametrize("other", [{"unit": "u-2"}, {"kind": "social"}, {"area": "a-1"}, {"opening": True}])
def test_content_differs_where_anything_told_differs(read: Read, other: dict[str, object]) -> None:
    assert read("unit.registered", UNIT).content != read("unit.registered", {**UNIT, **other}).content


def test_content_differs_between_types_and_times(read: Read) -> None:
    withdrawn, ended = read("unit.withdrawn", {"unit": "u-1"}), read("unit.ended", {"unit": "u-1"})

    assert withdrawn.content != ended.content
    assert ended.content != read("unit.ended", {"unit": "u-1"}, time="2026-03-02T09:00:01+08:00").content


def test_null_in_a_making_event_says_nothing_and_in_a_patch_removes(read: Read) -> None:
    made = read("unit.registered", {**UNIT, "area": None, "name": None, "opening": False})
    changed = read("unit.changed", {"unit": "u-1", "area": None, "attributes": {"staff": None}})

    assert made.content == read("unit.registered", UNIT).content
    assert changed.data == {"unit": "east:u-1", "area": None, "attributes": {"staff": None}}
    assert changed.kind is None


def test_a_move_to_the_top_keeps_its_null(read: Read) -> None:
    assert read("area.moved", {"area": "a", "parent": None}).data == {"area": "east:a", "parent": None}
    assert read("area.defined", {"area": "a", "kind": "grid", "parent": None}).data == {"area": "east:a", "kind": "area.grid"}


def test_what_is_told_is_the_normalised_event_with_all_its_extensions(read: Read) -> None:
    command = read("unit.registered", UNIT, traceparent="00-abc", sequence="7", flag=True, number=5)

    told = json.loads(command.told)

    assert told == {
        "specversion": "1.0",
        "id": "e-1",
        "source": command.source,
        "type": command.type,
        "time": "2026-03-02T09:00:00+08:00",
        "subject": "unit/east:u-1",
        "datacontenttype": "application/json",
        "data": command.data,
        "traceparent": "00-abc",
        "sequence": "7",
        "flag": True,
        "number": 5,
    }
    assert command.extensions == {"traceparent": "00-abc", "flag": True, "number": 5}, "sequence is an attribute of our own facts"


def test_a_subject_may_repeat_the_key_in_short_or_in_full(read: Read) -> None:
    assert read("unit.registered", UNIT, subject="unit/u-1").subject == read("unit.registered", UNIT, subject="unit/east:u-1").subject


def test_a_source_with_the_right_writes_in_anothers_namespace(read: Read) -> None:
    foreign = msgspec.structs.replace(HERE, foreign=True)

    assert read("unit.changed", {"unit": "harbour:u-1"}, foreign).subject == "unit/harbour:u-1"


@pytest.mark.parametrize("prefix", ["", "unit", "unit.", "unit.enterprise"])
def test_a_source_writes_the_kinds_below_its_prefixes(read: Read, prefix: str) -> None:
    assert read("unit.registered", UNIT, Enrolled("east", "east", (prefix,))).kind == "unit.enterprise"


def test_an_attendance_may_be_written_by_who_may_write_activities(read: Read) -> None:
    command = read("attendance.recorded", {"attendance": "t", "activity": "v", "head_count": 3}, Enrolled("east", "east", ("activity.meeting",)))

    assert command.data["activity"] == "east:v"
    assert command.kinds == ("activity.meeting",)


def test_a_told_time_up_to_ten_minutes_ahead_is_taken(read: Read) -> None:
    assert read("unit.registered", UNIT, time="2026-03-31T12:10:00Z").time.minute == 10


@pytest.mark.parametrize("period", ["2018", "2018-Q3", "2018-05", "2018-05-04"])
def test_a_period_is_a_year_a_quarter_a_month_or_a_day(read: Read, period: str) -> None:
    assert read("amount.recorded", {"amount": "f", "kind": "money", "value": -5, "unit": "fen", "period": period}).data["period"] == period


def test_what_is_left_of_an_unlinkable_kind_names_nobody(reader: Reader, read: Read) -> None:
    shift = {"shift": "s", "kind": "shelter", "person": "p-1", "starts": "2026-03-01T09:00:00+08:00", "minutes": 60}
    moved = reader.unlinked(read("case.moved", {"case": "c", "to": "accepted", "by": "person/p-1"}), "case.abuse")
    came = reader.unlinked(read("attendance.recorded", {"attendance": "t", "activity": "v", "person": "p-1"}), "case.abuse")

    assert "person" not in read("shift.logged", shift).data
    assert b"person" not in read("shift.logged", shift).told
    assert moved.data == {"case": "east:c", "to": "accepted"}
    assert b"person/" not in moved.told
    assert came.data == {"attendance": "east:t", "activity": "east:v", "head_count": 1}


def test_nothing_is_dropped_where_the_kind_is_linkable(reader: Reader, read: Read) -> None:
    moved = read("case.moved", {"case": "c", "to": "accepted", "by": "person/p-1"})

    assert reader.unlinked(moved, "case.livelihood") is moved


def test_an_event_is_read_twice_alike(reader: Reader) -> None:
    told = event("member.joined", {"member": "m-1", "organisation": "o-1", "standing": "full"})

    assert reader.read(told, HERE) == reader.read(told, HERE)
