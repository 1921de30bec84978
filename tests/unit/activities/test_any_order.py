"""Whatever is told in whatever order, the facts add up to what one finds by looking at what was accepted, day by day."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.activities.told import Room, at

DAYS = [f"2026-05-0{number}" for number in range(1, 6)]
HOSTS = ["organisation/t:a", "organisation/t:b", "area/t:g", "unit/t:u"]
Event = tuple[str, str, dict[str, Any]]

days = st.sampled_from(DAYS)
starts = days.map(lambda day: at(day, "09:00"))
ends = days.map(lambda day: at(day, "17:00"))
activity_fields = st.fixed_dictionaries(
    {"kind": st.sampled_from(["activity.lesson", "activity.visit"]), "hosts": st.lists(st.sampled_from(HOSTS), min_size=1, max_size=2), "starts": starts},
    optional={"ends": ends, "area": st.sampled_from(["t:g", "t:h"])},
)
came = st.one_of(st.fixed_dictionaries({"head_count": st.integers(0, 9)}), st.just({"person": "person/t:p"}), st.just({"who": "unit/t:u"}))
activities, attendances, shifts = st.sampled_from(["t:1", "t:2"]), st.sampled_from(["t:x", "t:y"]), st.sampled_from(["t:s"])


def _events(what: str, keys: st.SearchStrategy[str], data: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[Event]:
    return st.tuples(st.just(what), keys, data)


shift_fields = st.fixed_dictionaries(
    {"kind": st.just("shift.window"), "person": st.just("person/t:p"), "starts": starts, "minutes": st.integers(0, 60)}, optional={"items": st.integers(0, 3)}
)
attendance_fields = st.tuples(came, activities).map(lambda two: two[0] | {"activity": two[1]})
event = st.one_of(
    _events("activity.planned", activities, activity_fields),
    _events("activity.held", activities, activity_fields),
    _events("activity.held", activities, activity_fields),
    _events(
        "activity.changed",
        activities,
        st.one_of(starts.map(lambda one: {"starts": one}), ends.map(lambda one: {"ends": one}), st.just({"ends": None}), st.just({"hosts": HOSTS[:1]})),
    ),
    _events("activity.cancelled", activities, st.just({})),
    _events("activity.withdrawn", activities, st.just({})),
    _events("attendance.recorded", attendances, attendance_fields),
    _events(
        "attendance.corrected",
        attendances,
        st.one_of(came, activities.map(lambda key: {"activity": key}), st.just({"person": None, "head_count": 2, "who": None})),
    ),
    _events("attendance.withdrawn", attendances, st.just({})),
    _events("shift.logged", shifts, shift_fields),
    _events("shift.corrected", shifts, st.one_of(st.just({"items": None}), st.integers(0, 60).map(lambda number: {"minutes": number}))),
)

stories = st.tuples(
    st.lists(st.tuples(st.sampled_from(["activity.planned", "activity.held"]), activities, activity_fields), min_size=1, max_size=3),
    st.lists(_events("attendance.recorded", attendances, attendance_fields), max_size=3),
    st.lists(event, max_size=10),
).map(lambda parts: parts[0] + parts[1] + parts[2])
"""First activities, then who came, then anything: so that most of what is told has something to be about."""


class Ledger:
    """What was accepted, kept as plainly as can be: one flat dictionary a thing, laid out over a calendar only when asked."""

    def __init__(self) -> None:
        self.things: dict[str, dict[str, Any]] = {}

    def note(self, what: str, key: str, data: dict[str, Any]) -> None:
        family, verb = what.split(".")
        thing = self.things.setdefault(f"{family}/{key}", {"marks": set()})
        thing["marks"].add(verb)
        for name, value in data.items():
            thing[name] = value

    def calendar(self) -> Counter[tuple[str, date, str | None, str | None]]:
        """(measure, day, area, organisation) → sum, found by walking over every day there is."""
        found: Counter[tuple[str, date, str | None, str | None]] = Counter()
        day = date(2026, 4, 25)
        while day < date(2026, 5, 15):
            for name, thing in self.things.items():
                for measure, area, organisation, value in self._on(day, name, thing):
                    found[measure, day, area, organisation] += value
            day += timedelta(days=1)
        return +found

    def _on(self, day: date, name: str, thing: dict[str, Any]) -> list[tuple[str, str | None, str | None, int]]:
        if "withdrawn" in thing["marks"]:
            return []
        if name.startswith("shift/"):
            first = thing["starts"].startswith(day.isoformat())
            return [("volunteer.minutes", None, None, thing["minutes"]), ("volunteer.items", None, None, thing.get("items") or 0)] if first else []
        about = self.things["activity/" + thing["activity"]] if name.startswith("attendance/") else thing
        if "held" not in about["marks"] or {"cancelled", "withdrawn"} & about["marks"]:
            return []
        family, lead = about["hosts"][0].split("/")
        area = about.get("area") or (lead if family == "area" else None)
        organisation = lead if family == "organisation" else None
        first, last = about["starts"][:10], (about.get("ends") or about["starts"])[:10]
        if about is not thing:
            heads = 1 if thing.get("person") else thing.get("head_count") or 0
            return [("attendance", area, organisation, heads)] if day.isoformat() == first else []
        on_first = [("activities", area, organisation, 1)] if day.isoformat() == first else []
        return on_first + ([("activities.days", area, organisation, 1)] if first <= day.isoformat() <= last else [])


@settings(max_examples=150, deadline=None)
@given(stories)
def test_facts_add_up_to_what_was_accepted_day_by_day(events: list[Event]) -> None:
    room, ledger = Room(), Ledger()

    for what, key, data in events:
        if room.tell(what, key, **data).status == "accepted":
            ledger.note(what, key, data)

    found: Counter[tuple[str, date, str | None, str | None]] = Counter()
    for row in room.rows():
        found[row.measure, row.day, row.area, row.organisation] += row.value
    assert +found == ledger.calendar()


@settings(max_examples=50, deadline=None)
@given(stories)
def test_telling_everything_that_makes_a_second_time_changes_no_figure(events: list[Event]) -> None:
    room = Room()
    accepted = [one for one in events if room.tell(one[0], one[1], **one[2]).status == "accepted"]
    before, published = room.rows(), len(room.facts)

    again = [room.tell(what, key, **data).status for what, key, data in accepted if what.split(".")[1] in ("planned", "held", "recorded", "logged")]

    assert set(again) <= {"duplicate"}
    assert room.rows() == before
    assert len(room.facts) == published
