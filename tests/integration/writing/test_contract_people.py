"""Contract, section 1, People, and section 5, unlinkable kinds: nobody can be found in what the rooms keep."""

import json
from typing import Any

import pytest

from tests.integration.writing.rooms import HERE, PEOPLE, Rooms

MOBILE, IDENTITY = "13800138000", "11010519491231002X"


async def test_member_and_person_of_one_register_are_one_human_in_every_room(rooms: Rooms) -> None:
    told = await rooms.tell_all(
        rooms.event("member.joined", "2026-02-01", member="ada-wu", organisation="o1", standing="full"),
        rooms.event("attendance.recorded", "2026-02-01", attendance="x", activity="a", person="member/ada-wu"),
        rooms.event("shift.logged", "2026-02-02", shift="x", kind="patrol", person="ada-wu", starts="2026-02-02T09:00:00+08:00", minutes=30),
        rooms.event("case.assigned", "2026-02-03", case="c", organisation="o1", person="person/ada-wu"),
        rooms.event("visit.logged", "2026-02-03", visit="x", kind="care", by="member/ada-wu", to="person/bo"),
    )
    assert set(told) == {"accepted"}
    pseudonym = PEOPLE.of("r", "ada-wu")

    kept = await rooms.everything_kept()

    assert "ada-wu" not in kept  # letters that no identifier in hexadecimal digits happens to have
    assert f"member/{pseudonym}" in kept
    rows = [row for fact in await rooms.facts() for row in fact["data"]["now"] if len(row) > 9]
    people = {role for row in rows for role in row[9].values() if role.startswith("person/")}
    assert people == {f"person/{pseudonym}", f"person/{PEOPLE.of('r', 'bo')}"}


@pytest.mark.parametrize("secret", [MOBILE, IDENTITY, IDENTITY.lower()])
async def test_a_number_of_a_person_is_refused_wherever_it_stands_and_nothing_keeps_it(rooms: Rooms, secret: str) -> None:
    told = await rooms.tell_all(
        rooms.event("unit.registered", "2026-02-01", unit=secret, kind="shop"),
        rooms.event("unit.registered", "2026-02-01", unit="v", kind="shop", attributes={"note": secret}),
        rooms.event("unit.changed", "2026-02-01", unit="u", name=secret),
        rooms.event("entry.registered", "2026-02-01", entry="e", kind="honour", of=f"person/{secret}"),
        rooms.event("case.moved", "2026-02-02", case="c", to="accepted", reason=secret),
        rooms.event("unit.ended", "2026-02-02", unit="u", unknown=[{"deep": secret}]),
        rooms.event("shift.logged", "2026-02-02", shift="x", kind="patrol", person=f"other:{secret}", starts="2026-02-02T09:00:00+08:00", minutes=30),
        {**rooms.event("unit.ended", "2026-02-02", unit="u"), "subject": f"unit/{secret}"},
        {**rooms.event("unit.ended", "2026-02-02", unit="u"), "operator": secret},
    )

    assert set(told) == {"personal-data"}
    assert secret not in await rooms.everything_kept()
    for refusal in await rooms.refusals():
        assert set(refusal["event"]) == {"id", "source", "type", "time", "paths", "hash"}


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("entry.changed", {"entry": "nobody-told", "name": "某某"}),  # of what kind nobody knows
        ("entry.changed", {"entry": "volunteer", "name": "某某"}),
        ("entry.changed", {"entry": "volunteer", "attributes": {"name": "某某"}}),
        ("entry.registered", {"entry": "v", "kind": "volunteer", "name": "某某"}),
        ("case.moved", {"case": "c", "to": "nowhere", "reason": "某某说"}),
        ("case.moved", {"case": "c", "to": "nowhere", "by": "person/某某"}),
        ("entry.registered", {"entry": "e", "kind": "honour", "of": "person/mou-mou", "area": "nowhere"}),
    ],
)
async def test_what_is_kept_of_a_refused_event_says_nobodys_name(rooms: Rooms, what: str, data: dict[str, Any]) -> None:
    assert await rooms.tell("entry.registered", "2026-02-01", entry="volunteer", kind="volunteer") == "accepted"

    assert await rooms.tell(what, "2026-02-02", **data) not in ("accepted", "duplicate")

    kept = await rooms.everything_kept()
    assert "某某" not in kept
    assert "mou-mou" not in kept
    assert "\\u67d0" not in kept


async def test_what_is_kept_of_a_contradiction_says_nobodys_name(rooms: Rooms) -> None:
    await rooms.tell_all(
        rooms.event("entry.registered", "2026-02-01", id_="same", entry="volunteer", kind="volunteer"),
        rooms.event("entry.changed", "2026-02-02", id_="same", entry="volunteer", name="某某"),
    )

    assert [refusal["code"] for refusal in await rooms.refusals()] == ["conflict"]
    assert "某某" not in await rooms.everything_kept()


async def test_unlinkable_kinds_drop_person_and_by_before_anything_is_logged(rooms: Rooms) -> None:
    told = await rooms.tell_all(
        rooms.event("case.opened", "2026-02-01", case="secret", kind="abuse", organisation="o1"),
        rooms.event("case.assigned", "2026-02-02", case="secret", organisation="o2", person="ada"),
        rooms.event("case.moved", "2026-02-03", case="secret", to="accepted", by="member/ada"),
        rooms.event("case.moved", "2026-02-03", case="secret", to="nowhere", by="member/ada"),
        rooms.event("amount.recorded", "2026-02-03", amount="m", kind="relief", value=5, unit="fen", by="person/ada"),
        rooms.event("amount.corrected", "2026-02-04", amount="m", value=6, by="person/ada"),
        rooms.event("shift.logged", "2026-02-02", shift="x", kind="shelter", person="ada", starts="2026-02-02T09:00:00+08:00", minutes=30),
        rooms.event("shift.corrected", "2026-02-02", shift="x", person="ada", minutes=31),
        rooms.event("visit.logged", "2026-02-02", visit="x", kind="shelter", by="person/ada", to="area/s"),
        rooms.event("visit.corrected", "2026-02-02", visit="x", by="person/ada", to="area/g"),
        rooms.event("activity.held", "2026-02-02", activity="v", kind="vote", organisation="o1", starts="2026-02-02T09:00:00+08:00"),
        rooms.event("attendance.recorded", "2026-02-02", attendance="x", activity="v", person="ada"),
        rooms.event("attendance.corrected", "2026-02-03", attendance="x", person="ada", role="voter"),
    )

    assert told.count("accepted") == 12
    assert told.count("illegal-transition") == 1
    kept = await rooms.everything_kept()
    assert PEOPLE.of("r", "ada") not in kept
    assert PEOPLE.mark(f"person/{PEOPLE.of('r', 'ada')}") not in kept
    assert PEOPLE.mark(f"member/{PEOPLE.of('r', 'ada')}") not in kept
    attendances = [row for fact in await rooms.facts("attendance/t:x") for row in fact["data"]["now"]]
    assert [(row[0], row[7] if len(row) > 7 else None) for row in attendances] == [("attendance", None)] * 2  # one head


async def test_what_becomes_of_an_unlinkable_kind_names_nobody_any_more(rooms: Rooms) -> None:
    told = await rooms.tell_all(
        rooms.event("attendance.recorded", "2026-02-01", attendance="x", activity="a", person="ada"),
        rooms.event("attendance.recorded", "2026-02-01", attendance="y", activity="a", person="ada"),
        rooms.event("activity.held", "2026-02-02", activity="v", kind="vote", organisation="o1", starts="2026-02-02T09:00:00+08:00"),
        rooms.event("shift.logged", "2026-02-02", shift="x", kind="patrol", person="ada", starts="2026-02-02T09:00:00+08:00", minutes=30),
        rooms.event("amount.recorded", "2026-02-03", amount="m", kind="money", value=5, unit="fen", by="person/ada"),
        rooms.event("case.assigned", "2026-02-02", case="c", organisation="o2", person="ada"),
    )
    assert set(told) == {"accepted"}
    before = {fact["id"] for fact in await rooms.facts()}

    told = await rooms.tell_all(
        rooms.event("attendance.corrected", "2026-02-03", attendance="x", activity="v"),
        rooms.event("activity.changed", "2026-02-03", activity="a", kind="vote"),
        rooms.event("shift.corrected", "2026-02-03", shift="x", kind="shelter"),
        rooms.event("amount.corrected", "2026-02-03", amount="m", kind="relief"),
        rooms.event("case.changed", "2026-02-03", case="c", kind="abuse"),
    )

    assert set(told) == {"accepted"}
    pseudonym = PEOPLE.of("r", "ada")
    new = [fact for fact in await rooms.facts() if fact["id"] not in before]
    assert {fact["subject"] for fact in new} == {"attendance/t:x", "attendance/t:y", "activity/t:a", "shift/t:x", "amount/t:m", "case/t:c"}
    for fact in new:
        assert pseudonym not in json.dumps({**fact["data"], "was": []}) or fact["subject"] == "case/t:c", fact["subject"]
    case = (await rooms.facts("case/t:c"))[-1]["data"]
    assert "person" not in case
    assert all(row[6] is not None for row in case["now"] if len(row) > 9)  # the days before the change keep what was so then
    assert [row[1] for row in await rooms.rows("attendance")] == ["x", "y"]


async def test_a_pseudonym_does_not_depend_on_the_namespace_but_on_the_register(rooms: Rooms) -> None:
    elsewhere = {"namespace": "other", "register": "r"}
    enrolled = type(HERE)(**elsewhere)

    await rooms.tell("member.joined", "2026-02-01", member="ada", organisation="o1", standing="full")

    assert await rooms.tell("member.changed", "2026-02-02", member="ada", standing="probationary", enrolled=enrolled) == "accepted"
