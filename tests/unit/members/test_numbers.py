"""Numbers that figures add up stand in rows of their own: a change of one splits its stretches and leaves all others whole."""

from tests.unit.members.told import Room, at


def _rows(room: Room, measure: str) -> list[tuple[str, str | None, int]]:
    found = [row for (_, row), count in room.counted.items() for _ in range(count) if row.measure == measure]
    return sorted((row.day.isoformat(), None if row.until is None else row.until.isoformat(), row.value) for row in found)


def test_a_number_that_changes_splits_its_own_stretches_only() -> None:
    room = Room()
    room.tell("unit.registered", "u", at("2026-05-01"), kind="unit.shop", attributes={"seats": 10, "staff": 3})
    room.tell("unit.changed", "u", at("2026-05-10"), attributes={"seats": 12})

    assert _rows(room, "units") == [("2026-05-01", None, 1)]
    assert _rows(room, "units:seats") == [("2026-05-01", "2026-05-10", 10), ("2026-05-10", None, 12)]
    assert _rows(room, "units:staff") == [("2026-05-01", None, 3)]
    assert _rows(room, "units.registered:seats") == [("2026-05-01", "2026-05-01", 10)]


def test_a_number_that_is_taken_away_counts_until_then() -> None:
    room = Room()
    room.tell("unit.registered", "u", at("2026-05-01"), kind="unit.shop", attributes={"seats": 0})
    room.tell("unit.changed", "u", at("2026-05-10"), attributes={"seats": None})

    assert _rows(room, "units") == [("2026-05-01", None, 1)]
    assert _rows(room, "units:seats") == [("2026-05-01", "2026-05-10", 0)]


def test_what_ends_takes_its_numbers_with_it_and_leaves_them_in_the_flow() -> None:
    room = Room()
    room.tell("unit.registered", "u", at("2026-05-01"), kind="unit.shop", attributes={"seats": 10})
    room.tell("unit.ended", "u", at("2026-05-20"))

    assert _rows(room, "units:seats") == [("2026-05-01", "2026-05-20", 10)]
    assert _rows(room, "units.ended:seats") == [("2026-05-20", "2026-05-20", 10)]
    room.tell("unit.withdrawn", "u", at("2026-05-21"))
    assert _rows(room, "units:seats") == _rows(room, "units.ended:seats") == []
