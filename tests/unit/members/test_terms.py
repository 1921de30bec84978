import pytest

from tests.unit.members.told import Room, at


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
