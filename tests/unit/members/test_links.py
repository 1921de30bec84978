from tests.unit.members.told import Room, at, cover, join


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
