"""Contract, section 2, Time: late changes, ends, `until`, openings, closed days."""

from datetime import date

import pytest

from services.kernel.catalogue import Catalogue
from services.kernel.postgres.database import Database
from tests.integration.writing.rooms import Rooms

DAY = date.fromisoformat


async def test_a_late_change_takes_only_the_fields_nothing_newer_has_set_and_holds_from_the_newest_time(rooms: Rooms) -> None:
    await rooms.tell("unit.changed", "2026-05-10", unit="u", name="May", attributes={"size": 5})

    assert await rooms.tell("unit.changed", "2026-05-05", unit="u", name="April", area="s") == "accepted"

    fact = (await rooms.facts("unit/t:u"))[-1]
    assert fact["data"]["name"] == "May"
    assert fact["data"]["area"] == "t:s"
    assert (fact["time"][:10], fact["statedtime"][:10]) == ("2026-05-10", "2026-05-05")
    assert [row[2:] for row in await rooms.rows("units")] == [("t:g", None, "2026-01-01", "2026-05-10"), ("t:s", None, "2026-05-10", None)]
    assert await rooms.tell("unit.changed", "2026-05-05", unit="u", name="March", attributes={"size": 4}) == "duplicate"


@pytest.mark.parametrize(
    ("newer", "late"),
    [
        (("organisation.moved", {"organisation": "o1", "parent": "o2"}), ("organisation.moved", {"organisation": "o1", "parent": "o3"})),
        (("area.moved", {"area": "g", "parent": None}), ("area.moved", {"area": "g", "parent": "s"})),
        (("case.assigned", {"case": "c", "organisation": "o2"}), ("case.assigned", {"case": "c", "organisation": "o3"})),
        (("case.moved", {"case": "c", "to": "resolved"}), ("case.moved", {"case": "c", "to": "accepted"})),
        (("member.transferred", {"member": "m", "organisation": "o2"}), ("member.transferred", {"member": "m", "organisation": "o3"})),
    ],
)
async def test_a_late_move_gives_way_to_a_newer_one(rooms: Rooms, newer: tuple[str, dict[str, str]], late: tuple[str, dict[str, str]]) -> None:
    await rooms.tell("member.joined", "2026-02-01", member="m", organisation="o1", standing="full")
    assert await rooms.tell(newer[0], "2026-05-10", **newer[1]) == "accepted"

    assert await rooms.tell(late[0], "2026-05-09", **late[1]) == "duplicate"


async def test_a_late_move_that_has_no_effect_is_no_circle(rooms: Rooms) -> None:
    await rooms.tell("organisation.moved", "2026-05-10", organisation="o1", parent=None, reason="x")
    await rooms.tell("organisation.moved", "2026-05-10", organisation="o1", parent="o3")
    await rooms.tell("organisation.moved", "2026-05-11", organisation="o2", parent="o1")

    assert await rooms.tell("organisation.moved", "2026-05-01", organisation="o1", parent="o2") == "duplicate"
    assert await rooms.tell("organisation.moved", "2026-05-12", organisation="o1", parent="o2") == "invalid"


async def test_late_assignments_and_moves_of_a_case_hold_from_its_newest_time(rooms: Rooms) -> None:
    await rooms.tell("case.moved", "2026-05-10", case="c", to="accepted")
    assert await rooms.tell("case.assigned", "2026-05-05", case="c", organisation="o2") == "accepted"

    assert [row[3:] for row in await rooms.rows("cases.open")] == [("t:o1", "2026-02-01", "2026-05-10"), ("t:o2", "2026-05-10", None)]
    fact = (await rooms.facts("case/t:c"))[-1]
    assert (fact["time"][:10], fact["statedtime"][:10]) == ("2026-05-10", "2026-05-05")


async def test_until_is_the_last_live_day_and_a_told_end_before_it_restates_it(rooms: Rooms) -> None:
    await rooms.tell("entry.registered", "2026-02-01", entry="e", kind="post", until="2026-05-31")
    assert [row[4:] for row in await rooms.rows("entries", "entries.ended")] == [("2026-02-01", "2026-06-01"), ("2026-06-01", "2026-06-01")]

    assert await rooms.tell("entry.ended", "2026-06-15", entry="e") == "duplicate"  # it was over, and stays so
    assert await rooms.tell("entry.ended", "2026-05-10", entry="e") == "accepted"
    assert [row[4:] for row in await rooms.rows("entries", "entries.ended")] == [("2026-02-01", "2026-05-10"), ("2026-05-10", "2026-05-10")]


async def test_a_later_until_told_after_the_first_has_passed_raises_the_thing_again(rooms: Rooms) -> None:
    await rooms.tell("entry.registered", "2026-02-01", entry="e", kind="post", until="2026-05-31")

    assert await rooms.tell("entry.changed", "2026-06-10", entry="e", until="2026-12-31") == "accepted"

    assert [row[4:] for row in await rooms.rows("entries")] == [("2026-02-01", "2026-06-01"), ("2026-06-10", "2027-01-01")]


async def test_a_change_after_the_last_day_is_in_no_flow_and_no_part_of_what_is_raised_later(rooms: Rooms) -> None:
    await rooms.tell("entry.registered", "2026-02-01", entry="e", kind="post", until="2026-05-31", opening=True)
    await rooms.tell("organisation.established", "2026-02-01", organisation="x", kind="department", until="2026-05-31")
    assert await rooms.tell("organisation.moved", "2026-06-05", organisation="x", parent="o2") == "accepted"
    assert await rooms.tell("entry.changed", "2026-06-10", entry="e", organisation="o1") == "accepted"
    assert len([row for row in await rooms.rows("organisations.established", "organisations.ended") if row[1] == "x"]) == 2

    assert await rooms.tell("entry.changed", "2026-06-07", entry="e", area="s", until="2026-12-31") == "accepted"

    assert [row[2:5] for row in await rooms.rows("entries.registered")] == [("t:s", "t:o1", "2026-06-10")]
    assert await rooms.tell("entry.ended", "2026-06-02", entry="e") == "accepted"
    assert [row[4:] for row in await rooms.rows("entries")] == [("2026-02-01", "2026-06-01")]
    assert [row[4] for row in await rooms.rows("entries.registered")] == ["2026-06-10"]


async def test_an_end_told_late_of_what_existed_before_we_began_is_in_the_flow_of_ends(rooms: Rooms) -> None:
    await rooms.tell("link.set", "2026-05-01", link="k", kind="serves", from_="organisation/o2", to="unit/u", opening=True)
    await rooms.tell("organisation.established", "2026-05-01", organisation="x", kind="department", opening=True)

    for what, data in (("link.ended", {"link": "k"}), ("organisation.ended", {"organisation": "x"})):
        assert await rooms.tell(what, "2026-04-01", **data) == "accepted"

    flows = await rooms.rows("links.set", "links.ended", "organisations.established", "organisations.ended")
    assert [(row[0], row[4]) for row in flows if row[1] in ("k", "x")] == [("links.ended", "2026-05-01"), ("organisations.ended", "2026-05-01")]


async def test_set_and_ended_on_one_day_is_in_the_flows_and_in_no_stock(rooms: Rooms) -> None:
    await rooms.tell("unit.registered", "2026-05-05T08:00:00+08:00", unit="x", kind="shop")
    await rooms.tell("unit.ended", "2026-05-05T20:00:00+08:00", unit="x")

    assert [row[0] for row in await rooms.rows("units", "units.registered", "units.ended") if row[1] == "x"] == ["units.ended", "units.registered"]


async def test_business_dates_are_those_of_shanghai(rooms: Rooms) -> None:
    await rooms.tell("unit.registered", "2026-05-05T15:59:59Z", unit="x", kind="shop")
    await rooms.tell("unit.registered", "2026-05-05T16:00:00Z", unit="y", kind="shop")

    assert [row[4] for row in await rooms.rows("units") if row[1] != "u"] == ["2026-05-05", "2026-05-06"]


async def test_only_a_member_joins_again_after_leaving_as_a_new_stretch_of_the_same_key(rooms: Rooms) -> None:
    await rooms.tell("member.joined", "2026-02-01", member="m", organisation="o1", standing="full")
    await rooms.tell("member.left", "2026-03-01", member="m", reason="moved away")
    assert await rooms.tell("member.joined", "2026-04-01", member="m", organisation="o2", standing="full") == "accepted"
    await rooms.tell("unit.ended", "2026-03-01", unit="u")
    assert await rooms.tell("unit.registered", "2026-04-01", unit="u", kind="shop", area="s") == "conflict"

    assert [row[3:] for row in await rooms.rows("members")] == [("t:o1", "2026-02-01", "2026-03-01"), ("t:o2", "2026-04-01", None)]
    assert [row[4] for row in await rooms.rows("members.joined", "members.left")] == ["2026-02-01", "2026-04-01", "2026-03-01"]


async def test_what_existed_before_we_began_is_in_stocks_and_in_no_flow_or_cohort(rooms: Rooms) -> None:
    story = [
        ("organisation.established", {"organisation": "x", "kind": "department"}),
        ("member.joined", {"member": "x", "organisation": "o1", "standing": "full"}),
        ("unit.registered", {"unit": "x", "kind": "shop"}),
        ("entry.registered", {"entry": "x", "kind": "post"}),
        ("link.set", {"link": "x", "kind": "serves", "from": "organisation/o1", "to": "unit/u"}),
        ("case.opened", {"case": "x", "kind": "grid", "state": "handling", "amount_fen": 5}),
    ]
    before = {fact["id"] for fact in await rooms.facts()}
    for what, data in story:
        assert await rooms.tell(what, "2026-05-01", **data, opening=True) == "accepted"

    new = [row[0] for fact in await rooms.facts() if fact["id"] not in before for row in fact["data"]["now"]]
    assert sorted(new) == ["_tree", "cases.open", "entries", "links", "members", "organisations", "units"]
    assert await rooms.tell("case.moved", "2026-06-01", case="x", to="resolved") == "accepted"
    assert {row["type"] for row in await rooms.facts("case/t:x")} == {"org.wangge.case.opened.v1", "org.wangge.case.moved.v1"}
    assert [row for row in await rooms.rows("cases.cohort", "cases.time_to_resolve", "cases.time_to_reach") if row[1] == "x"] == []
    assert [row[1] for row in await rooms.rows("cases.resolved")] == ["x"]
    assert await rooms.tell("case.opened", "2026-05-01", case="y", kind="grid", state="handling") == "invalid"


@pytest.mark.parametrize(("minutes", "result"), [(9, "accepted"), (11, "too-early")])
async def test_more_than_ten_minutes_ahead_is_too_early(rooms: Rooms, minutes: int, result: str) -> None:
    assert await rooms.tell("unit.ended", f"2026-06-30T12:{minutes:02d}:00+08:00", unit="u") == result


TOO_LATE = [
    ("unit.registered", "2026-03-31", {"unit": "x", "kind": "shop"}, "too-late"),
    ("unit.registered", "2026-04-01", {"unit": "x", "kind": "shop"}, "accepted"),
    ("unit.registered", "2026-03-31", {"unit": "x", "kind": "shop", "opening": True}, "too-late"),
    ("unit.ended", "2026-03-31", {"unit": "u"}, "too-late"),
    ("unit.ended", "2026-04-01", {"unit": "u"}, "accepted"),
    ("unit.withdrawn", "2026-06-01", {"unit": "u"}, "too-late"),
    ("unit.changed", "2026-03-01", {"unit": "u", "name": "moves no figure"}, "accepted"),
    ("activity.changed", "2026-06-01", {"activity": "a", "kind": "meeting"}, "too-late"),
    ("activity.changed", "2026-06-01", {"activity": "a", "starts": "2026-05-02T09:00:00+08:00"}, "too-late"),
    ("attendance.recorded", "2026-06-01", {"attendance": "x", "activity": "a", "head_count": 1}, "too-late"),
    ("shift.logged", "2026-06-01", {"shift": "x", "kind": "patrol", "person": "p", "starts": "2026-03-31T09:00:00+08:00", "minutes": 5}, "too-late"),
    ("amount.recorded", "2026-06-01", {"amount": "x", "kind": "money", "value": 1, "unit": "fen", "period": "2026-Q1"}, "too-late"),
    ("amount.recorded", "2026-06-01", {"amount": "x", "kind": "money", "value": 1, "unit": "fen", "period": "2026-Q2"}, "accepted"),
    ("case.moved", "2026-03-31", {"case": "c", "to": "accepted"}, "too-late"),
    ("case.moved", "2026-04-01", {"case": "c", "to": "closed"}, "illegal-transition"),
    ("case.moved", "2026-04-01", {"case": "c", "to": "resolved"}, "accepted"),
    ("case.changed", "2026-06-01", {"case": "c", "due": "2026-03-01"}, "accepted"),
]


@pytest.mark.parametrize(("what", "time", "data", "result"), TOO_LATE)
async def test_what_would_change_a_figure_of_a_closed_day_is_too_late(
    rooms: Rooms, database: Database, place_catalogue: Catalogue, what: str, time: str, data: dict[str, object], result: str
) -> None:
    closed = Rooms(database, place_catalogue, DAY("2026-03-31"))
    closed.start()
    before = len(await rooms.facts())

    told = await closed.tell(what, time, id_="closing", **data)
    await closed.stop()

    assert told == result
    assert len(await rooms.facts()) == before + (result == "accepted") + (what == "unit.ended" and result == "accepted")
