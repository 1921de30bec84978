import pytest

from tests.unit.members.told import Room, at


@pytest.fixture
def room() -> Room:
    room = Room()
    room.tell("area.defined", "t:d", at("2026-01-01"), kind="area.district")
    room.tell("area.defined", "t:s1", at("2026-01-01"), kind="area.street", parent="t:d")
    room.tell("area.defined", "t:s2", at("2026-01-01"), kind="area.street", parent="t:d")
    room.tell("organisation.established", "t:o1", at("2026-01-01"), kind="organisation.branch", area="t:s1")
    room.tell("organisation.established", "t:o2", at("2026-01-01"), kind="organisation.branch", area="t:s2")
    room.tell("unit.registered", "t:u", at("2026-01-01"), kind="unit.enterprise", area="t:s1")
    return room


def join(room: Room, day: str = "2026-01-02", organisation: str = "t:o1", standing: str = "full", **more: object) -> str:
    return room.tell("member.joined", "r:m", at(day), organisation=organisation, standing=standing, **more).status


def cover(room: Room, day: str = "2026-01-05", from_: str = "organisation/t:o1", to: str = "unit/t:u", **more: object) -> str:
    return room.tell("link.set", "t:l", at(day), kind="link.covers", from_=from_, to=to, **more).status


# references and repeats


def test_what_nobody_told_of_cannot_be_referred_to(room: Room):
    result = room.tell("unit.registered", "t:u2", at("2026-01-02"), kind="unit.enterprise", area="t:nowhere")

    assert result.problem is not None
    assert result.problem.code == "unknown-reference"
    assert result.problem.errors[0].pointer == "/data/area"


def test_what_was_withdrawn_cannot_be_referred_to(room: Room):
    room.tell("area.withdrawn", "t:s2", at("2026-01-02"))

    result = room.tell("unit.registered", "t:u2", at("2026-01-02"), kind="unit.enterprise", area="t:s2")

    assert result.problem is not None
    assert result.problem.code == "unknown-reference"


def test_a_person_and_a_thing_of_another_room_need_not_be_known(room: Room):
    assert room.tell("entry.registered", "t:e", at("2026-01-02"), kind="entry.seat", of="person/r:p").status == "accepted"
    assert room.tell("amount.recorded", "t:a", at("2026-01-02"), kind="amount.spent", value=1, unit="fen", of="activity/t:x").status == "accepted"


def test_a_thing_nobody_told_of_cannot_change(room: Room):
    result = room.tell("unit.changed", "t:u2", at("2026-01-02"), name="b")

    assert result.problem is not None
    assert result.problem.code == "unknown-reference"


def test_a_nightly_dump_is_safe_also_when_its_places_were_withdrawn(room: Room):
    room.tell("area.withdrawn", "t:s1", at("2026-01-03"))

    assert room.tell("unit.registered", "t:u", at("2026-02-01"), kind="unit.enterprise", area="t:s1").status == "duplicate"


def test_other_data_under_a_known_key_are_a_conflict_also_after_the_end(room: Room):
    room.tell("unit.ended", "t:u", at("2026-01-10"))

    result = room.tell("unit.registered", "t:u", at("2026-02-01"), kind="unit.enterprise", area="t:s2")

    assert result.problem is not None
    assert result.problem.code == "conflict"


# trees


def test_a_node_goes_neither_under_itself_nor_under_its_own_descendants(room: Room):
    for parent in ("t:s1", "t:g"):
        room.tell("area.defined", "t:g", at("2026-01-02"), kind="area.grid", parent="t:s1")
        result = room.tell("area.moved", "t:s1", at("2026-01-03"), parent=parent)
        assert result.problem is not None
        assert result.problem.code == "invalid"


def test_a_circle_through_a_merged_node_is_refused(room: Room):
    room.tell("area.defined", "t:g", at("2026-01-02"), kind="area.grid", parent="t:s1")
    room.tell("area.merged", "t:s2", at("2026-01-03"), into="t:g")

    moved = room.tell("area.moved", "t:s1", at("2026-01-04"), parent="t:s2")
    merged = room.tell("area.merged", "t:s1", at("2026-01-04"), into="t:s2")

    assert moved.problem is not None
    assert merged.problem is not None
    assert moved.problem.code == merged.problem.code == "invalid"


def test_an_area_does_not_stand_under_an_organisation(room: Room):
    result = room.tell("area.moved", "t:s1", at("2026-01-03"), parent="organisation/t:o1")

    assert result.problem is not None
    assert result.problem.code == "invalid"


def test_a_node_may_become_a_root_and_stand_somewhere_else_again(room: Room):
    room.tell("area.moved", "t:s1", at("2026-01-03"), parent=None)
    room.tell("area.moved", "t:s1", at("2026-01-05"), parent="t:s2")

    tree = [(row.area, row.day.isoformat(), row.until and row.until.isoformat()) for subject, row in room.rows("_tree") if subject == "area/t:s1"]

    assert sorted(tree, key=str) == sorted([("t:d", "2026-01-01", "2026-01-03"), (None, "2026-01-03", "2026-01-05"), ("t:s2", "2026-01-05", None)], key=str)


def test_a_move_to_where_it_stands_is_a_duplicate_whatever_its_reason(room: Room):
    assert room.tell("area.moved", "t:s1", at("2026-01-03"), parent="t:d", reason="tidied").status == "duplicate"


def test_a_merged_node_ends_and_says_in_the_tree_where_it_went(room: Room):
    room.tell("area.merged", "t:s2", at("2026-01-10"), into="t:s1")

    assert room.stock("areas", "2026-01-10") == ["area/t:d", "area/t:s1"]
    last = [row for subject, row in room.rows("_tree") if subject == "area/t:s2" and row.until is None]
    assert [(row.dims, row.day.isoformat()) for row in last] == [('{"into":"t:s1"}', "2026-01-10")]


def test_a_merge_told_twice_is_a_duplicate_and_into_another_a_conflict(room: Room):
    room.tell("area.merged", "t:s2", at("2026-01-10"), into="t:s1")

    assert room.tell("area.merged", "t:s2", at("2026-01-12"), into="t:s1").status == "duplicate"
    result = room.tell("area.merged", "t:s2", at("2026-01-12"), into="t:d")

    assert result.problem is not None
    assert result.problem.code == "conflict"


# members


def test_a_member_counts_from_the_day_of_joining_to_the_day_before_leaving(room: Room):
    join(room)
    room.tell("member.left", "r:m", at("2026-01-08"), reason="moved away")

    assert [room.stock("members", f"2026-01-0{day}") != [] for day in (1, 2, 7, 8)] == [False, True, True, False]
    assert room.flow("members.joined") == [("member/r:m", "2026-01-02")]
    assert room.flow("members.left") == [("member/r:m", "2026-01-08")]


def test_a_transfer_leaves_one_organisation_and_reaches_another(room: Room):
    join(room)
    room.tell("member.transferred", "r:m", at("2026-01-05"), organisation="t:o2")

    assert room.standing_at("members", "2026-01-04") == [(None, "t:o1")]
    assert room.standing_at("members", "2026-01-05") == [(None, "t:o2")]
    assert [row.organisation for _, row in room.rows("members.transferred_out")] == ["t:o1"]
    assert [row.organisation for _, row in room.rows("members.transferred_in")] == ["t:o2"]


def test_who_left_joins_again_as_a_new_stretch_of_the_same_key(room: Room):
    join(room)
    room.tell("member.left", "r:m", at("2026-01-08"), reason="x")

    assert join(room, "2026-01-12", "t:o2") == "accepted"
    assert [day for _, day in room.flow("members.joined")] == ["2026-01-02", "2026-01-12"]
    assert room.stock("members", "2026-01-10") == []


def test_joined_and_left_on_one_day_is_in_the_flows_and_in_no_stock(room: Room):
    join(room)
    room.tell("member.left", "r:m", at("2026-01-02", 18), reason="x")

    assert room.rows("members") == []
    assert room.flow("members.joined") == room.flow("members.left") == [("member/r:m", "2026-01-02")]


def test_an_opening_member_is_in_the_stock_and_in_no_flow(room: Room):
    join(room, opening=True)

    assert room.stock("members", "2026-01-02") == ["member/r:m"]
    assert room.rows("members.joined") == []


def test_a_standing_is_a_dimension_of_the_stock(room: Room):
    join(room, standing="probationary")
    room.tell("member.changed", "r:m", at("2026-01-06"), standing="full")

    assert [(row.dims, row.day.isoformat()) for _, row in room.rows("members")] == [
        ('{"standing":"full"}', "2026-01-06"),
        ('{"standing":"probationary"}', "2026-01-02"),
    ]


# until


def test_until_is_the_last_live_day_and_the_end_counts_on_the_next(room: Room):
    room.tell("entry.registered", "t:e", at("2026-01-02"), kind="entry.agreement", until="2026-01-10")

    assert room.stock("entries", "2026-01-10") == ["entry/t:e"]
    assert room.stock("entries", "2026-01-11") == []
    assert room.flow("entries.ended") == [("entry/t:e", "2026-01-11")]


def test_a_told_end_before_the_last_day_restates_it(room: Room):
    room.tell("entry.registered", "t:e", at("2026-01-02"), kind="entry.agreement", until="2026-01-10")
    room.tell("entry.ended", "t:e", at("2026-01-05"))

    assert room.stock("entries", "2026-01-05") == []
    assert room.flow("entries.ended") == [("entry/t:e", "2026-01-05")]


def test_a_longer_term_takes_the_end_back(room: Room):
    room.tell("entry.registered", "t:e", at("2026-01-02"), kind="entry.agreement", until="2026-01-10")
    room.tell("entry.changed", "t:e", at("2026-01-09"), until="2026-03-31")

    assert room.flow("entries.ended") == [("entry/t:e", "2026-04-01")]


def test_what_was_over_before_we_began_counts_nowhere(room: Room):
    room.tell("entry.registered", "t:e", at("2026-01-02"), kind="entry.agreement", until="2025-12-31", opening=True)

    assert [row for subject, row in room.rows() if subject == "entry/t:e"] == []


# withdrawal


def test_a_withdrawn_thing_leaves_no_row(room: Room):
    before = room.rows()
    join(room)
    room.tell("member.transferred", "r:m", at("2026-01-05"), organisation="t:o2")
    room.tell("member.withdrawn", "r:m", at("2026-01-09"))

    assert room.rows() == before


# links


def test_a_link_stands_at_the_organisation_among_its_ends_and_in_the_area_of_an_end(room: Room):
    cover(room, from_="unit/t:u", to="organisation/t:o2")

    assert room.standing_at("links", "2026-01-05") == [("t:s1", "t:o2")]


def test_a_link_of_persons_and_areas_stands_in_the_area(room: Room):
    cover(room, from_="person/r:p", to="area/t:s2")

    assert room.standing_at("links", "2026-01-05") == [("t:s2", None)]


def test_a_link_ends_when_an_end_of_it_ends(room: Room):
    cover(room)
    room.tell("unit.ended", "t:u", at("2026-01-20"))

    assert room.stock("links", "2026-01-19") == ["link/t:l"]
    assert room.stock("links", "2026-01-20") == []
    assert room.flow("links.ended") == [("link/t:l", "2026-01-20")]
    assert [(fact.type, fact.caused_by) for fact in room.facts[-2:]] == [("org.wangge.unit.ended.v1", None), ("org.wangge.link.ended.v1", "dependant")]


def test_an_end_that_begins_again_does_not_raise_its_links(room: Room):
    join(room)
    cover(room, from_="member/r:m")
    room.tell("member.left", "r:m", at("2026-01-10"), reason="x")
    join(room, "2026-01-15", "t:o2")

    assert room.stock("links", "2026-01-16") == []
    assert room.flow("links.ended") == [("link/t:l", "2026-01-10")]


def test_a_withdrawn_end_takes_its_links_rows_with_it(room: Room):
    before = [row for row in room.rows() if row[0] != "unit/t:u"]
    cover(room)
    room.tell("unit.withdrawn", "t:u", at("2026-01-09"))

    assert room.rows() == before


def test_a_link_follows_its_member_to_another_organisation(room: Room):
    join(room)
    cover(room, from_="member/r:m")
    room.tell("member.transferred", "r:m", at("2026-01-10"), organisation="t:o2")

    assert room.standing_at("links", "2026-01-09") == [("t:s1", "t:o1")]
    assert room.standing_at("links", "2026-01-10") == [("t:s1", "t:o2")]
    assert room.facts[-1].type == "org.wangge.link.changed.v1"


def test_a_link_follows_its_organisation_to_another_area(room: Room):
    cover(room)
    room.tell("organisation.changed", "t:o1", at("2026-01-10"), area="t:s2")

    assert room.standing_at("links", "2026-01-10") == [("t:s2", "t:o1")]


def test_a_change_that_no_link_counts_by_publishes_nothing_for_them(room: Room):
    cover(room)
    room.tell("unit.changed", "t:u", at("2026-01-10"), name="b")

    assert room.facts[-1].type == "org.wangge.unit.changed.v1"


def test_a_link_waits_for_an_end_that_begins_later(room: Room):
    room.tell("unit.registered", "t:v", at("2026-01-12"), kind="unit.enterprise", area="t:s1")
    cover(room, to="unit/t:v")

    assert room.stock("links", "2026-01-11") == []
    assert room.stock("links", "2026-01-12") == ["link/t:l"]
    assert room.flow("links.set") == [("link/t:l", "2026-01-05")]


def test_a_link_set_after_the_end_of_an_end_is_set_and_ended_at_once(room: Room):
    room.tell("unit.ended", "t:u", at("2026-01-03"))
    cover(room)

    assert room.rows("links") == []
    assert room.flow("links.set") == room.flow("links.ended") == [("link/t:l", "2026-01-05")]


def test_the_links_of_a_merged_organisation_go_on_until_its_heir_ends(room: Room):
    cover(room)
    room.tell("organisation.merged", "t:o1", at("2026-01-10"), into="t:o2")

    assert room.stock("links", "2026-01-11") == ["link/t:l"]
    room.tell("organisation.ended", "t:o2", at("2026-01-20"))

    assert room.stock("links", "2026-01-19") == ["link/t:l"]
    assert room.stock("links", "2026-01-20") == []
    assert room.flow("links.ended") == [("link/t:l", "2026-01-20")]


def test_a_link_follows_a_chain_of_merges_also_when_it_is_set_afterwards(room: Room):
    room.tell("organisation.established", "t:o3", at("2026-01-01"), kind="organisation.branch")
    room.tell("organisation.merged", "t:o1", at("2026-01-10"), into="t:o2")
    cover(room, "2026-01-12")
    room.tell("organisation.merged", "t:o2", at("2026-01-15"), into="t:o3")

    assert room.stock("links", "2026-01-18") == ["link/t:l"]
    room.tell("organisation.ended", "t:o3", at("2026-01-20"))

    assert room.stock("links", "2026-01-20") == []


def test_an_opening_link_is_in_no_flow_of_setting(room: Room):
    cover(room, opening=True)

    assert room.rows("links.set") == []
    assert room.stock("links", "2026-01-05") == ["link/t:l"]


# amounts


@pytest.mark.parametrize(
    ("period", "day"),
    [("2018", "2018-12-31"), ("2018-Q1", "2018-03-31"), ("2020-02", "2020-02-29"), ("2018-05-04", "2018-05-04"), (None, "2026-01-05")],
)
def test_an_amount_counts_on_the_last_day_of_its_period(room: Room, period: str | None, day: str):
    more = {} if period is None else {"period": period}
    room.tell("amount.recorded", "t:a", at("2026-01-05"), kind="amount.spent", value=-5, unit="fen", organisation="t:o1", by="organisation/t:o2", **more)

    [(_, row)] = room.rows("amounts")

    assert (row.day.isoformat(), row.until, row.value, row.organisation) == (day, row.day, -5, "t:o1")
    assert (row.dims, row.roles) == ('{"unit":"fen"}', '{"by":"organisation/t:o2"}')


def test_a_corrected_amount_counts_as_if_it_had_never_been_otherwise(room: Room):
    room.tell("amount.recorded", "t:a", at("2026-01-05"), kind="amount.spent", value=5, unit="fen")
    room.tell("amount.corrected", "t:a", at("2026-02-05"), value=7, period="2025")

    assert [(row.value, row.day.isoformat()) for _, row in room.rows("amounts")] == [(7, "2025-12-31")]
    room.tell("amount.withdrawn", "t:a", at("2026-02-06"))
    assert room.rows("amounts") == []


# late


def test_a_late_change_restates_no_day_before_the_newest_told_one(room: Room):
    room.tell("unit.changed", "t:u", at("2026-01-20"), name="b")
    room.tell("unit.changed", "t:u", at("2026-01-10"), area="t:s2")

    assert room.standing_at("units", "2026-01-19") == [("t:s1", None)]
    assert room.standing_at("units", "2026-01-20") == [("t:s2", None)]
    assert room.facts[-1].stated is not None


def test_of_several_changes_on_one_day_the_last_one_counts(room: Room):
    room.tell("unit.changed", "t:u", at("2026-01-10", 9), area="t:s2")
    room.tell("unit.changed", "t:u", at("2026-01-10", 15), area="t:d")

    assert room.standing_at("units", "2026-01-10") == [("t:d", None)]
    assert len(room.rows("units")) == 2
