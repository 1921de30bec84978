from tests.unit.members.told import Room, at


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
