"""Contract, section 2, Where a thing counts and Order: merges, links and their ends, dependants, references."""

import pytest

from tests.integration.writing.rooms import Rooms


@pytest.mark.parametrize("family", ["area", "organisation"])
async def test_a_merge_into_itself_or_a_descendant_is_invalid_also_through_what_was_merged(rooms: Rooms, family: str) -> None:
    makes, kind = ("defined", "grid") if family == "area" else ("established", "department")
    for key, parent in (("top", None), ("mid", "top"), ("low", "mid"), ("side", None)):
        assert await rooms.tell(f"{family}.{makes}", "2026-02-01", **{family: key}, kind=kind, parent=parent) == "accepted"

    for into in ("top", "mid", "low"):
        assert await rooms.tell(f"{family}.merged", "2026-03-01", **{family: "top"}, into=into) == "invalid"
    assert await rooms.tell(f"{family}.merged", "2026-03-01", **{family: "mid"}, into="side") == "accepted"
    assert await rooms.tell(f"{family}.merged", "2026-03-02", **{family: "side"}, into="low") == "invalid"  # low went on at side
    assert await rooms.tell(f"{family}.moved", "2026-03-02", **{family: "side"}, parent="low") == "invalid"
    assert await rooms.tell(f"{family}.merged", "2026-03-02", **{family: "side"}, into="top") == "accepted"
    assert await rooms.tell(f"{family}.merged", "2026-03-03", **{family: "top"}, into="mid") == "invalid"  # mid went into side, and that into top
    assert await rooms.tell(f"{family}.merged", "2026-03-04", **{family: "mid"}, into="side") == "duplicate"
    assert await rooms.tell(f"{family}.merged", "2026-03-04", **{family: "mid"}, into="top") == "conflict"


async def test_a_circle_closed_within_one_request_is_seen(rooms: Rooms) -> None:
    told = await rooms.tell_all(
        rooms.event("area.defined", "2026-02-01", area="x", kind="grid"),
        rooms.event("area.defined", "2026-02-01", area="y", kind="grid", parent="x"),
        rooms.event("area.moved", "2026-02-02", area="x", parent="y"),
        rooms.event("area.merged", "2026-02-02", area="x", into="y"),
        rooms.event("area.merged", "2026-02-02", area="y", into="x"),
        rooms.event("area.moved", "2026-02-03", area="x", parent="y"),
    )

    assert told == ["accepted", "accepted", "invalid", "invalid", "accepted", "invalid"]


async def test_a_merge_ends_the_node_only_and_is_in_no_flow_of_what_goes_on(rooms: Rooms) -> None:
    await rooms.tell("member.joined", "2026-02-01", member="m", organisation="o1", standing="full")
    before = {fact["id"] for fact in await rooms.facts()}

    assert await rooms.tell("organisation.merged", "2026-05-01", organisation="o1", into="o2") == "accepted"

    new = [fact for fact in await rooms.facts() if fact["id"] not in before]
    assert [fact["subject"] for fact in new] == ["organisation/t:o1"]  # the link, the member, the case: as they were
    assert sorted(row[0] for row in new[0]["data"]["now"]) == ["_tree", "_tree", "organisations", "organisations.ended"]
    merged = [row for row in new[0]["data"]["now"] if row[0] == "_tree" and row[4] and "into" in row[4]]
    assert [(row[4], row[5], row[6:]) for row in merged] == [({"into": "t:o2"}, "2026-05-01", [])]
    assert await rooms.tell("unit.ended", "2026-06-01", unit="u") == "accepted"
    assert [row[4:] for row in await rooms.rows("links")] == [("2026-01-02", "2026-06-01")]


async def test_through_a_chain_of_merges_a_link_lives_as_long_as_the_last_heir(rooms: Rooms) -> None:
    await rooms.tell("organisation.merged", "2026-03-01", organisation="o1", into="o2")
    await rooms.tell("organisation.merged", "2026-04-01", organisation="o2", into="o3")
    assert [row[4:] for row in await rooms.rows("links")] == [("2026-01-02", None)]

    await rooms.tell("organisation.ended", "2026-05-01", organisation="o3")

    assert [row[4:] for row in await rooms.rows("links")] == [("2026-01-02", "2026-05-01")]
    last = (await rooms.facts("link/t:l"))[-1]
    assert (last["type"], last["causedby"]) == ("org.wangge.link.ended.v1", "dependant")


@pytest.mark.parametrize("order", [("merge", "end"), ("end", "merge")])
async def test_a_merge_and_the_end_of_the_heir_in_one_request_end_the_link(rooms: Rooms, order: tuple[str, str]) -> None:
    events = {
        "merge": rooms.event("organisation.merged", "2026-03-01", organisation="o1", into="o2"),
        "end": rooms.event("organisation.ended", "2026-05-01", organisation="o2"),
    }

    assert await rooms.tell_all(*(events[name] for name in order)) == ["accepted", "accepted"]

    assert [row[4:] for row in await rooms.rows("links")] == [("2026-01-02", "2026-05-01")]


async def test_what_follows_from_an_end_is_taken_back_and_not_raised(rooms: Rooms) -> None:
    await rooms.tell("member.joined", "2026-02-01", member="m", organisation="o1", standing="full")
    await rooms.tell("link.set", "2026-02-02", link="k", kind="post", from_="member/m", to="organisation/o1")
    await rooms.tell("member.left", "2026-05-01", member="m", reason="x")
    assert [row[4:] for row in await rooms.rows("links") if row[1] == "k"] == [("2026-02-02", "2026-05-01")]

    await rooms.tell("member.joined", "2026-05-10", member="m", organisation="o2", standing="full")

    assert [row[4:] for row in await rooms.rows("links") if row[1] == "k"] == [("2026-02-02", "2026-05-01")]
    assert await rooms.tell("link.changed", "2026-05-01T08:00:00+08:00", link="k", until="2026-04-30") == "accepted"
    assert [row[4:] for row in await rooms.rows("links") if row[1] == "k"] == [("2026-02-02", "2026-05-01")]
    await rooms.tell("member.withdrawn", "2026-06-01", member="m")
    assert [row for row in await rooms.rows("links", "links.set", "links.ended") if row[1] == "k"] == []


async def test_a_link_stands_at_the_first_end_that_is_an_organisation_else_at_the_organisation_of_an_end(rooms: Rooms) -> None:
    await rooms.tell("member.joined", "2026-02-01", member="m", organisation="o2", standing="full")
    for key, start, end in (("a", "unit/u", "organisation/o3"), ("b", "person/p", "unit/u"), ("c", "member/m", "unit/u"), ("d", "member/m", "area/s")):
        assert await rooms.tell("link.set", "2026-02-02", link=key, kind="serves", from_=start, to=end) == "accepted"

    places = {row[1]: row[2:4] for row in await rooms.rows("links")}
    assert places == {"l": ("t:g", "t:o1"), "a": ("t:g", "t:o3"), "b": ("t:g", None), "c": ("t:g", "t:o2"), "d": ("t:s", "t:o2")}

    await rooms.tell("member.transferred", "2026-03-01", member="m", organisation="o1")
    moved = [row[3:] for row in await rooms.rows("links") if row[1] == "d"]
    assert moved == [("t:o1", "2026-03-01", None), ("t:o2", "2026-02-02", "2026-03-01")]


async def test_an_end_whose_first_life_was_over_at_once_ends_its_links_also_when_it_is_raised_later(rooms: Rooms) -> None:
    await rooms.tell("entry.registered", "2026-03-18", entry="e", kind="honour", until="2026-03-08")
    assert await rooms.tell("link.set", "2026-03-01", link="k", kind="pairs", from_="organisation/o1", to="entry/e") == "accepted"

    await rooms.tell("entry.changed", "2026-04-25", entry="e", until=None)

    assert [(row[0], row[4]) for row in await rooms.rows("links", "links.ended") if row[1] == "k"] == [("links.ended", "2026-03-18")]


async def test_what_was_over_and_changed_later_gives_its_links_the_place_it_then_had(rooms: Rooms) -> None:
    await rooms.tell("organisation.established", "2026-03-14", organisation="x", kind="department", until="2026-03-13")
    await rooms.tell("organisation.changed", "2026-03-20", organisation="x", area="s")

    await rooms.tell("link.set", "2026-03-21", link="k", kind="pairs", from_="organisation/x", to="organisation/o3")

    assert [row[2:5] for row in await rooms.rows("links.set") if row[1] == "k"] == [("t:s", "t:x", "2026-03-21")]


@pytest.mark.parametrize("end", ["amount/m", "activity/a", "case/c"])
async def test_only_areas_organisations_members_units_entries_and_persons_are_ends_of_links(rooms: Rooms, end: str) -> None:
    await rooms.tell("amount.recorded", "2026-02-01", amount="m", kind="money", value=1, unit="fen")

    assert await rooms.tell("link.set", "2026-02-02", link="x", kind="link", from_=end, to="unit/u") == "invalid"


UNKNOWN = [
    ("area.defined", {"area": "x", "kind": "grid", "parent": "nowhere"}),
    ("area.moved", {"area": "g", "parent": "nowhere"}),
    ("area.merged", {"area": "g", "into": "nowhere"}),
    ("organisation.established", {"organisation": "x", "kind": "department", "area": "nowhere"}),
    ("member.joined", {"member": "x", "organisation": "nowhere", "standing": "full"}),
    ("unit.changed", {"unit": "u", "area": "nowhere"}),
    ("entry.registered", {"entry": "x", "kind": "post", "of": "unit/nowhere"}),
    ("entry.registered", {"entry": "x", "kind": "post", "programmes": ["nowhere"]}),
    ("link.set", {"link": "x", "kind": "serves", "from": "member/nobody", "to": "unit/u"}),
    ("amount.recorded", {"amount": "x", "kind": "money", "value": 1, "unit": "fen", "of": "entry/nowhere"}),
    ("unit.ended", {"unit": "nowhere"}),
    ("attendance.recorded", {"attendance": "x", "activity": "nowhere", "head_count": 1}),
    ("shift.logged", {"shift": "x", "kind": "patrol", "person": "p", "starts": "2026-05-01T09:00:00+08:00", "minutes": 5, "activity": "nowhere"}),
    ("case.opened", {"case": "x", "kind": "grid", "parent": "nowhere"}),
    ("case.moved", {"case": "c", "to": "merged", "into": "nowhere"}),
    ("case.opened", {"case": "x", "kind": "appeal", "attributes": {"against": "case/nowhere"}}),
    ("visit.logged", {"visit": "x", "kind": "second", "by": "person/p", "to": "area/g", "attributes": {"after": "activity/nowhere"}}),
]


@pytest.mark.parametrize(("what", "data"), UNKNOWN)
async def test_what_nobody_told_of_in_the_same_room_is_an_unknown_reference(rooms: Rooms, what: str, data: dict[str, object]) -> None:
    assert await rooms.tell(what, "2026-06-01", **data) == "unknown-reference"


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("activity.held", {"activity": "x", "kind": "training", "organisation": "nowhere", "area": "nowhere", "starts": "2026-05-01T09:00:00+08:00"}),
        ("attendance.recorded", {"attendance": "x", "activity": "a", "who": "organisation/nowhere", "organisation": "nowhere"}),
        ("case.opened", {"case": "x", "kind": "grid", "organisation": "nowhere", "area": "nowhere", "of": "unit/nowhere"}),
        ("case.opened", {"case": "x", "kind": "appeal", "attributes": {"against": "case/c"}}),
        ("visit.logged", {"visit": "x", "kind": "second", "by": "person/p", "to": "area/g", "attributes": {"after": "activity/a"}}),
        ("entry.registered", {"entry": "x", "kind": "post", "of": "person/anybody"}),
        ("amount.recorded", {"amount": "x", "kind": "money", "value": 1, "unit": "fen", "of": "activity/nowhere", "by": "person/p"}),
    ],
)
async def test_another_rooms_things_and_persons_need_not_be_known(rooms: Rooms, what: str, data: dict[str, object]) -> None:
    assert await rooms.tell(what, "2026-06-01", **data) == "accepted"
