from tests.unit.members.told import Room, at


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
