from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from services.kernel.lifecycle import standing
from services.kernel.lifecycle.stamps import day_begins, day_ends, day_of, moment_of, stamp
from services.kernel.lifecycle.standing import Standing, Told
from services.kernel.lifecycle.stretches import data_at, day_stretches, is_live, spells

SHANGHAI = timezone(timedelta(hours=8))
FIRST, LAST = datetime(1900, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  the strategy wants naive bounds
moments = st.datetimes(FIRST, LAST, timezones=st.sampled_from([SHANGHAI, UTC, timezone(timedelta(hours=-5))]))


def on(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 1, day, hour, tzinfo=SHANGHAI)


def told(outcome: Told | None) -> Standing:
    assert outcome is not None
    return outcome.state


def days(state: Standing) -> list[tuple[int, int | None, str]]:
    pieces = [(part.start, part.end, str(part.data["name"])) for life in spells(state) for part in life.segments]
    return [(first.day, after and after.day, name) for first, after, name in day_stretches(pieces)]


def made(**fields: object) -> Standing:
    return standing.make(on(5), "registered", {"name": "a"} | fields)


@given(moments, moments)
@settings(deadline=None)
def test_stamps_compare_as_the_moments_they_stand_for(one: datetime, other: datetime):
    assert (stamp(one) < stamp(other)) == (one < other)
    assert moment_of(stamp(one)) == one


@given(moments)
@settings(deadline=None)
def test_a_stamp_falls_on_the_date_that_a_calendar_in_shanghai_shows(moment: datetime):
    shown = moment.astimezone(SHANGHAI).strftime("%Y-%m-%d")

    assert day_of(stamp(moment)).isoformat() == shown
    assert day_begins(shown) <= stamp(moment) < day_ends(shown)


def test_a_thing_stands_from_the_day_it_is_made_to_the_day_before_it_ends():
    state = told(standing.end(made(), on(9)))

    assert days(state) == [(5, 9, "a")]


def test_of_several_changes_on_one_day_the_last_one_counts():
    state = told(standing.change(made(), on(7, 9), {"name": "b"}))
    state = told(standing.change(state, on(7, 10), {"name": "c"}))

    assert days(state) == [(5, 7, "a"), (7, None, "c")]


def test_a_change_that_is_changed_back_on_the_same_day_cuts_no_stretch():
    state = told(standing.change(made(), on(7, 9), {"name": "b"}))
    state = told(standing.change(state, on(7, 10), {"name": "a"}))

    assert days(state) == [(5, None, "a")]


def test_what_is_made_and_ended_on_one_day_has_a_life_and_no_stretch():
    state = told(standing.end(made(), on(5, 20)))

    assert len(spells(state)) == 1
    assert days(state) == []


def test_the_last_live_day_is_lived_to_its_end():
    state = made(until="2026-01-08")

    assert days(state) == [(5, 9, "a")]
    assert is_live(state, stamp(on(8, 23)))
    assert not is_live(state, stamp(on(9, 0)))


def test_a_later_last_day_told_in_time_makes_one_life_of_it():
    state = told(standing.change(made(until="2026-01-08"), on(8), {"until": "2026-01-12"}))

    assert len(spells(state)) == 1
    assert days(state) == [(5, 13, "a")]


def test_a_later_last_day_told_afterwards_raises_the_thing_again_from_then_on():
    state = told(standing.change(made(until="2026-01-08"), on(10), {"until": "2026-01-12"}))

    assert [(life.start[:10], life.end and life.end[:10]) for life in spells(state)] == [("2026-01-05", "2026-01-08"), ("2026-01-10", "2026-01-12")]
    assert days(state) == [(5, 9, "a"), (10, 13, "a")]


def test_another_change_after_the_last_day_raises_nothing():
    state = told(standing.change(made(until="2026-01-08"), on(10), {"name": "b"}))

    assert len(spells(state)) == 1
    assert days(state) == [(5, 9, "a")]


def test_a_change_after_the_last_day_is_no_part_of_the_life_that_is_raised_at_its_moment():
    state = told(standing.change(made(until="2026-01-08"), on(10), {"name": "b"}))
    state = told(standing.change(state, on(9), {"until": "2026-01-12", "note": "late"}))

    assert [part.data["note"] for part in spells(state)[1].segments] == ["late"]
    assert days(state) == [(5, 9, "a"), (10, 13, "b")]


def test_what_was_raised_and_ended_by_an_event_at_one_moment_was_set_and_ended():
    state = told(standing.change(made(until="2026-01-08"), on(10), {"until": "2026-01-12"}))
    ended, lapsed = told(standing.end(state, on(10))), told(standing.change(state, on(10), {"until": "2026-01-09"}))

    assert [life.start == life.end for life in spells(ended)] == [False, True]
    assert len(spells(lapsed)) == 1
    assert days(ended) == days(lapsed) == [(5, 9, "a")]


def test_leaving_and_joining_again_are_two_lives_even_at_one_moment():
    state = told(standing.end(made(), on(9), "left"))
    state = told(standing.rejoin(state, on(9), "registered", {"name": "b"}))

    assert len(spells(state)) == 2
    assert days(state) == [(5, 9, "a"), (9, None, "b")]


def test_a_withdrawn_thing_never_lived():
    state = standing.withdraw(told(standing.end(made(), on(9))))

    assert state is not None
    assert spells(state) == []


def test_the_fields_of_a_moment_are_those_last_told_for_it_or_before():
    state = told(standing.end(told(standing.change(made(), on(7), {"name": "b"})), on(9)))

    assert [data_at(state, stamp(on(day)))["name"] for day in (1, 5, 6, 7, 8, 20)] == ["a", "a", "a", "b", "b", "b"]


@given(st.lists(st.tuples(st.integers(0, 60), st.sampled_from("xy")), max_size=8))
@settings(deadline=None)
def test_day_stretches_hold_the_value_of_each_day_s_last_hour(steps: list[tuple[int, str]]):
    """Pieces of hours, one after the other; each day's value is read off its last hour."""
    hours, pieces, start = [], [], datetime(2026, 1, 1, tzinfo=SHANGHAI)
    for length, value in steps:
        after = start + timedelta(hours=length)
        pieces.append((stamp(start), stamp(after), value))
        hours += [value] * length
        start = after

    found = day_stretches(pieces)

    by_day = {date(2026, 1, 1) + timedelta(days=n): hours[24 * n + 23] for n in range(len(hours) // 24)}
    expanded = {}
    for first, until, value in found:
        assert until is not None
        for n in range((until - first).days):
            expanded[first + timedelta(days=n)] = value
    assert expanded == by_day
    assert all(one[1] != other[0] or one[2] != other[2] for one, other in pairwise(found))
