from tests.unit.members.told import Room, at, join


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


def test_a_withdrawn_thing_leaves_no_row(room: Room):
    before = room.rows()
    join(room)
    room.tell("member.transferred", "r:m", at("2026-01-05"), organisation="t:o2")
    room.tell("member.withdrawn", "r:m", at("2026-01-09"))

    assert room.rows() == before
