"""Contract, section 2, Repeats, and section 3: what is told again, what is refused, and what is kept of both."""

import json
from typing import Any

import pytest

from services.kernel.contracts.commands import Enrolled
from services.kernel.writing.batch_api import _Batch, _decide, _decode
from tests.integration.writing.rooms import HERE, Rooms


async def test_an_id_is_remembered_across_all_rooms(rooms: Rooms) -> None:
    told = rooms.event("unit.registered", "2026-02-01", id_="same", unit="x", kind="shop")

    assert await rooms.tell_all(told) == ["accepted"]
    assert await rooms.tell_all(told) == ["duplicate"]
    for other in (
        rooms.event("case.opened", "2026-02-01", id_="same", case="x", kind="grid"),
        rooms.event("visit.logged", "2026-02-01", id_="same", visit="x", kind="care", by="area/s", to="area/g"),
        rooms.event("unit.registered", "2026-02-02", id_="same", unit="x", kind="shop"),
        rooms.event("unit.changed", "2026-02-01", id_="same", unit="x"),
    ):
        assert await rooms.tell_all(other) == ["conflict"]
    assert await rooms.tell_all({**told, "source": "urn:other"}) == ["duplicate"]  # of another source's it is another event, and the unit is known


async def test_the_same_content_is_the_same_however_it_is_spelt(rooms: Rooms) -> None:
    told = rooms.event("unit.registered", "2026-02-01", id_="same", unit="x", kind="shop", area="g")
    await rooms.tell_all(told)

    full = {"unit": "t:x", "kind": "unit.shop", "area": "t:g", "name": None, "opening": False}
    spelt = {**told, "time": "2026-02-01T04:00:00Z", "subject": "unit/x", "data": full, "traceparent": "00-1-2-03"}

    assert await rooms.tell_all(spelt) == ["duplicate"]


async def test_a_duplicate_is_remembered_too(rooms: Rooms) -> None:
    again = rooms.event("unit.registered", "2026-03-03", id_="again", unit="u", kind="shop", area="g")

    assert await rooms.tell_all(again) == ["duplicate"]
    assert await rooms.tell_all({**again, "data": {"unit": "u2", "kind": "shop"}}) == ["conflict"]


@pytest.mark.parametrize(
    "enrolled",
    [Enrolled(namespace="t", register="r", kinds=("case.",)), Enrolled(namespace="moved", register="r")],
    ids=["kinds were taken away", "namespace was taken away"],
)
async def test_what_was_accepted_is_not_judged_again_by_what_the_source_may_do_today(rooms: Rooms, enrolled: Enrolled) -> None:
    told = rooms.event("unit.registered", "2026-02-01", id_="same", unit="t:x", kind="shop")
    await rooms.tell_all(told)

    assert await rooms.tell_all(told, enrolled=enrolled) == ["duplicate"]
    assert await rooms.tell_all({**told, "id": "new"}, enrolled=enrolled) == ["not-allowed"]


async def test_what_was_accepted_is_not_judged_again_by_the_clock(rooms: Rooms) -> None:
    told = rooms.event("unit.ended", "2026-06-30T12:09:00+08:00", unit="u")
    assert await rooms.tell_all(told) == ["accepted"]
    rooms.later(minutes=-5)

    assert await rooms.tell_all(told) == ["duplicate"]


@pytest.mark.parametrize(
    "data",
    [{"unit": "x", "kind": "spaceport"}, {"unit": "x"}, {"unit": "x", "kind": "shop", "name": "13800138000"}, {"unit": "x", "kind": "shop", "area": "nowhere"}],
)
async def test_something_else_under_an_accepted_id_is_a_conflict_whatever_it_is(rooms: Rooms, data: dict[str, Any]) -> None:
    await rooms.tell("unit.registered", "2026-02-01", id_="same", unit="x", kind="shop")

    assert await rooms.tell("unit.registered", "2026-02-01", id_="same", **data) == "conflict"

    assert [refusal["accepted_later"] for refusal in await rooms.refusals()] == [False]
    assert "13800138000" not in await rooms.everything_kept()


async def test_a_refused_event_may_be_sent_again_and_is_judged_anew(rooms: Rooms) -> None:
    told = rooms.event("unit.registered", "2026-02-01", id_="same", unit="x", kind="shop", area="later")

    assert await rooms.tell_all(told) == ["unknown-reference"]
    assert await rooms.tell_all({**told, "data": {"unit": "y", "kind": "shop", "area": "later"}}) == ["unknown-reference"]
    await rooms.tell("area.defined", "2026-01-01", area="later", kind="grid")
    assert await rooms.tell_all(told) == ["accepted"]

    assert [(one["code"], one["count"], one["accepted_later"]) for one in await rooms.refusals()] == [("unknown-reference", 2, True)]


async def test_refused_and_accepted_and_contradicted_in_one_request(rooms: Rooms) -> None:
    late = rooms.event("unit.registered", "2026-02-01", id_="late", unit="x", kind="shop", area="later")
    area = rooms.event("area.defined", "2026-01-01", area="later", kind="grid")
    other = {**late, "data": {"unit": "x", "kind": "shop"}}

    assert await rooms.tell_all(late, late, area, late, late) == ["unknown-reference", "unknown-reference", "accepted", "accepted", "duplicate"]
    assert [(one["count"], one["accepted_later"]) for one in await rooms.refusals()] == [(2, True)]
    assert await rooms.tell_all(rooms.event("unit.ended", "2026-03-01", id_="end", unit="x"), {**other, "id": "end"}) == ["accepted", "conflict"]
    assert [(one["id"], one["code"], one["accepted_later"]) for one in await rooms.refusals()][1:] == [("end", "conflict", False)]


MAKING: list[tuple[str, dict[str, Any], tuple[str, Any]]] = [
    ("area.defined", {"area": "new", "kind": "grid", "parent": "s", "name": "N"}, ("area.ended", {"area": "new"})),
    (
        "organisation.established",
        {"organisation": "new", "kind": "department", "parent": "o1", "until": "2027-01-01"},
        ("organisation.ended", {"organisation": "new"}),
    ),
    ("member.joined", {"member": "new", "organisation": "o1", "standing": "full"}, ("member.left", {"member": "new", "reason": "moved"})),
    ("unit.registered", {"unit": "new", "kind": "shop", "attributes": {"size": 3}, "programmes": []}, ("unit.ended", {"unit": "new"})),
    ("entry.registered", {"entry": "new", "kind": "post", "of": "person/p"}, ("entry.withdrawn", {"entry": "new"})),
    ("link.set", {"link": "new", "kind": "serves", "from": "organisation/o2", "to": "unit/u"}, ("link.ended", {"link": "new"})),
    ("amount.recorded", {"amount": "new", "kind": "money", "value": -3, "unit": "fen", "period": "2026-Q1"}, ("amount.withdrawn", {"amount": "new"})),
    (
        "activity.planned",
        {"activity": "new", "kind": "training", "organisation": "o1", "starts": "2026-05-01T09:00:00+08:00"},
        ("activity.cancelled", {"activity": "new"}),
    ),
    (
        "activity.held",
        {"activity": "new", "kind": "training", "organisation": "o1", "starts": "2026-05-01T09:00:00+08:00"},
        ("activity.withdrawn", {"activity": "new"}),
    ),
    ("attendance.recorded", {"attendance": "new", "activity": "a", "head_count": 3}, ("attendance.withdrawn", {"attendance": "new"})),
    (
        "shift.logged",
        {"shift": "new", "kind": "patrol", "person": "p", "starts": "2026-05-01T09:00:00+08:00", "minutes": 3},
        ("shift.withdrawn", {"shift": "new"}),
    ),
    ("visit.logged", {"visit": "new", "kind": "care", "by": "person/p", "to": "area/g"}, ("visit.withdrawn", {"visit": "new"})),
    ("case.opened", {"case": "new", "kind": "grid", "organisation": "o1", "due": "2026-07-01"}, ("case.withdrawn", {"case": "new"})),
    ("case.opened", {"case": "new", "kind": "grid", "opening": True, "state": "accepted"}, ("case.moved", {"case": "new", "to": "handling"})),
]


@pytest.mark.parametrize(("what", "data", "over"), MAKING, ids=[f"{what}-{number}" for number, (what, _, _) in enumerate(MAKING)])
async def test_a_nightly_dump_is_safe_also_of_what_ended_or_was_withdrawn(rooms: Rooms, what: str, data: dict[str, Any], over: tuple[str, Any]) -> None:
    assert await rooms.tell(what, "2026-05-01", **data) == "accepted"
    assert await rooms.tell(what, "2026-05-02", **data) == "duplicate"
    assert await rooms.tell(over[0], "2026-05-03", **over[1]) == "accepted"
    before = len(await rooms.facts())

    assert await rooms.tell(what, "2026-05-01", **data) == "duplicate"
    record, ours = what.split(".", maxsplit=1)[0], what.split(".", maxsplit=1)[0] in ("activity", "visit", "shift", "attendance", "case")
    different = {**data, "programmes": ["p1"]} if ours else {**data, "value": 4} if record == "amount" else {**data, "opening": True}
    assert await rooms.tell(what, "2026-05-01", **different) == "conflict"

    assert len(await rooms.facts()) == before


async def test_a_dump_may_repeat_the_present_data(rooms: Rooms) -> None:
    await rooms.tell("unit.changed", "2026-05-01", unit="u", name="Corner", attributes={"size": 5})
    await rooms.tell("organisation.moved", "2026-05-01", organisation="o1", parent="o2")
    await rooms.tell("case.assigned", "2026-05-01", case="c", organisation="o2", person="p")
    await rooms.tell("case.moved", "2026-05-02", case="c", to="accepted", by="person/p", reason="so")

    told = await rooms.tell_all(
        rooms.event("unit.registered", "2026-05-02", unit="u", kind="shop", area="g", name="Corner", attributes={"size": 5}),
        rooms.event("organisation.established", "2026-05-02", organisation="o1", kind="party.branch", area="g", parent="o2"),
        rooms.event("case.opened", "2026-05-02", case="c", kind="grid", organisation="o2"),
    )

    assert set(told) == {"duplicate"}


NO_NEWS = [
    ("unit.changed", {"unit": "u"}),
    ("unit.changed", {"unit": "u", "area": "g", "name": None, "attributes": {}}),
    ("unit.changed", {"unit": "u", "attributes": {"size": None}}),
    ("area.moved", {"area": "g", "parent": "s", "reason": "again"}),
    ("area.moved", {"area": "s", "parent": None}),
    ("case.assigned", {"case": "c", "organisation": "o1"}),
    ("case.moved", {"case": "c", "to": "opened"}),
    ("activity.changed", {"activity": "a", "organisation": "o1"}),
]


@pytest.mark.parametrize(("what", "data"), NO_NEWS)
async def test_what_would_change_nothing_is_a_duplicate_and_publishes_nothing(rooms: Rooms, what: str, data: dict[str, Any]) -> None:
    before = len(await rooms.facts())

    assert await rooms.tell(what, "2026-05-01", **data) == "duplicate"
    assert len(await rooms.facts()) == before


async def test_each_accepted_event_publishes_one_fact_of_its_own_and_others_say_what_caused_them(rooms: Rooms) -> None:
    accepted = 9
    story = [
        ("attendance.recorded", {"attendance": "x", "activity": "a", "head_count": 2}),
        ("unit.changed", {"unit": "u", "name": "no figure moves"}),
        ("unit.ended", {"unit": "u"}),
        ("unit.ended", {"unit": "u", "reason": "once more"}),
        ("activity.changed", {"activity": "a", "kind": "meeting"}),
        ("activity.cancelled", {"activity": "a"}),
        ("case.moved", {"case": "c", "to": "accepted"}),
        ("case.moved", {"case": "c", "to": "accepted", "reason": "again"}),
    ]
    for what, data in story:
        accepted += await rooms.tell(what, "2026-05-01", **data) == "accepted"
    facts = await rooms.facts()

    own = [fact for fact in facts if "causedby" not in fact]
    assert len(own) == len({fact["causationid"] for fact in own}) == accepted == 15
    caused = [(fact["type"], fact["subject"], fact["causedby"]) for fact in facts if "causedby" in fact]
    assert sorted(caused) == [
        ("org.wangge.attendance.corrected.v1", "attendance/t:x", "dependant"),
        ("org.wangge.attendance.corrected.v1", "attendance/t:x", "dependant"),
        ("org.wangge.link.ended.v1", "link/t:l", "dependant"),
    ]
    assert {fact["causationid"] for fact in facts if "causedby" in fact} <= {fact["causationid"] for fact in own}


async def test_after_an_event_that_could_not_be_read_nothing_of_its_source_overtakes_it(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    read = rooms.reader.read

    def stumbles(event: Any, enrolled: Enrolled) -> Any:
        if event.id == "bad":
            raise ZeroDivisionError
        return read(event, enrolled)

    monkeypatch.setattr(rooms.reader, "read", stumbles)
    events = [rooms.event("unit.registered", "2026-05-01", unit=f"n{number}", kind="shop") for number in range(4)]
    events[1]["id"] = "bad"
    events[2]["source"] = "urn:other"

    assert await rooms.tell_all(*events) == ["accepted", "unavailable", "accepted", "unavailable"]


async def test_after_an_event_that_could_not_be_decided_nothing_of_its_source_overtakes_it(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    model = rooms.writers["members"]._model
    decide = model.decide

    def stumbles(command: Any, *others: Any) -> Any:
        if command.subject == "unit/t:n1":
            raise ZeroDivisionError
        return decide(command, *others)

    monkeypatch.setattr(model, "decide", stumbles)
    events = [rooms.event("unit.registered", "2026-05-01", unit=f"n{number}", kind="shop") for number in range(6)]
    events[2]["source"] = events[5]["source"] = "urn:other"

    assert await rooms.tell_all(*events) == ["accepted", "unavailable", "accepted", "unavailable", "unavailable", "accepted"]


async def test_what_the_database_cannot_hold_is_refused_and_remembered_and_harms_no_other(rooms: Rooms, monkeypatch: pytest.MonkeyPatch) -> None:
    model = rooms.writers["members"]._model
    decide = model.decide

    def spoils(command: Any, *others: Any) -> Any:
        decision = decide(command, *others)
        if command.subject == "unit/t:n1":
            decision.changes[0].after.state.first["name"] = "a\0b"
        return decision

    monkeypatch.setattr(model, "decide", spoils)
    events = [rooms.event("unit.registered", "2026-05-01", unit=f"n{number}", kind="shop") for number in range(3)]

    assert await rooms.tell_all(*events) == ["accepted", "invalid", "accepted"]
    assert [(one["id"], one["code"]) for one in await rooms.refusals()] == [(events[1]["id"], "invalid")]


async def test_every_refused_event_with_a_name_is_kept_and_those_without_are_answered(rooms: Rooms) -> None:
    name = {"id": "b1", "source": "urn:t"}
    bodies: list[object] = [name, name | {"id": "b\0"}, 17, name | {"id": "b2", "specversion": "0.3", "type": "x\0", "data": {}}]
    enrolled = {"namespace": HERE.namespace, "register": HERE.register}
    batch: _Batch = _decode(json.dumps({"commands": [{"event": body, "enrolled": enrolled} for body in bodies]}).encode())

    results = await _decide(batch.commands, rooms.reader, rooms.writers["members"])

    assert [(result.status, result.problem and result.problem.code) for result in results] == [("rejected", "invalid")] * 4
    assert [one["id"] for one in await rooms.refusals()] == ["b1", "b2"]
