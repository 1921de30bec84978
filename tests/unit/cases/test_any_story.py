"""Whatever is told in whatever order, the facts add up to what a clerk finds who goes through the accepted events day by day."""

import json
from collections import Counter
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cases.told import DEBT, DEMAND, KINDS, Room

CHINA = timezone(timedelta(hours=8))
FIRST, LAST = date(2026, 4, 28), date(2026, 5, 12)
Event = tuple[str, str, datetime, dict[str, Any]]

moments = st.tuples(st.integers(1, 8), st.integers(0, 23), st.integers(0, 1)).map(lambda two: datetime(2026, 5, two[0], two[1], 30 * two[2], tzinfo=CHINA))
keys = st.sampled_from(["t:1", "t:2"])
dues = st.one_of(st.integers(1, 10).map(lambda day: f"2026-05-{day:02}"), moments.map(datetime.isoformat))
organisations = st.sampled_from(["t:a", "t:b"])
states = st.sampled_from(["accepted", "solving", "solved", "closed", "void", "duplicate", "part", "paid"])
taken_over = st.sampled_from([{}, {}, {"opening": True}, {"opening": True, "state": "solved"}])
opened = st.tuples(
    taken_over,
    st.fixed_dictionaries(
        {"kind": st.sampled_from([DEMAND, DEMAND, DEBT])},
        optional={"organisation": organisations, "due": dues, "tier": st.sampled_from("xy"), "amount_fen": st.integers(0, 9)},
    ),
).map(lambda two: two[0] | two[1])
settled = st.fixed_dictionaries({}, optional={"amount_fen": st.integers(0, 9)})
moved = st.tuples(states, settled).map(lambda two: {"to": two[0]} | two[1])
changed = st.fixed_dictionaries(
    {}, optional={"due": st.one_of(st.none(), dues), "tier": st.sampled_from(["x", "y", None]), "kind": st.sampled_from([DEMAND, DEBT])}
)
later = st.one_of(
    st.tuples(st.just("case.moved"), keys, moments, moved),
    st.tuples(st.just("case.moved"), keys, moments, moved),
    st.tuples(st.just("case.moved"), keys, moments, moved),
    st.tuples(st.just("case.assigned"), keys, moments, st.fixed_dictionaries({"organisation": organisations})),
    st.tuples(st.just("case.changed"), keys, moments, changed),
    st.tuples(st.just("case.withdrawn"), keys, moments, st.just({})),
)


@st.composite
def stories(draw: st.DrawFn) -> list[Event]:
    """Two cases and what befalls them: legal ways through the workflow, most in the order of their times, with strays among them."""
    told: list[Event] = draw(st.lists(st.tuples(st.just("case.opened"), keys, moments, opened), min_size=1, max_size=2, unique_by=lambda one: one[1]))
    walked: list[Event] = []
    for _, key, _, data in told:
        here = data.get("state", "reported")
        for _ in range(draw(st.integers(0, 6))):
            ways = [state.to for state in KINDS[data["kind"]].states if state.id == here]
            if not ways[0]:
                break
            here = draw(st.sampled_from(ways[0]))
            walked.append(("case.moved", key, draw(moments), {"to": here} | draw(settled)))
    times = sorted(draw(moments) for _ in walked)
    in_order = [(what, key, time, data) for (what, key, _, data), time in zip(walked, times, strict=True)]
    for stray in draw(st.lists(later, max_size=6)):
        in_order.insert(draw(st.integers(0, len(in_order))), stray)
    return told + in_order


class Clerk:
    """Keeps a flat page per case: the accepted events as (from when it holds, what held afterwards)."""

    def __init__(self) -> None:
        self.pages: dict[str, list[tuple[datetime, str, dict[str, Any], dict[str, Any]]]] = {}
        self.stated: dict[str, dict[str, datetime]] = {}
        self.gone: set[str] = set()

    def note(self, what: str, key: str, time: datetime, told: dict[str, Any]) -> None:
        verb = what.split(".")[1]
        if verb == "withdrawn":
            self.gone.add(key)
            return
        if verb == "opened":
            self.pages[key] = [(time, verb, {"state": "reported"} | told, told)]
            self.stated[key] = dict.fromkeys(told, time)
            return
        page, stated = self.pages[key], self.stated[key]
        fields = {"state": told["to"]} if verb == "moved" else told
        newest = page[-1][0]
        holds = dict(page[-1][2])
        for name, value in fields.items():
            if stated.get(name, time) <= time:
                holds[name] = value
                stated[name] = time
        page.append((max(time, newest), verb, holds, told))

    def live(self) -> list[list[tuple[datetime, str, dict[str, Any], dict[str, Any]]]]:
        return [page for key, page in self.pages.items() if key not in self.gone]


def is_marked(holds: dict[str, Any], mark: str) -> bool:
    return any(state.id == holds["state"] and mark in state.marks for state in KINDS[holds["kind"]].states)


def end_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)


def due_passed(due: str | None, day: date) -> bool:
    if due is None:
        return False
    return day > date.fromisoformat(due) if len(due) == 10 else datetime.fromisoformat(due) < end_of(day)


def stocks(clerk: Clerk, day: date) -> Counter[tuple[Any, ...]]:
    """What is open, overdue and in the cohort when a day ends."""
    found: Counter[tuple[Any, ...]] = Counter()
    for page in clerk.live():
        before = [entry for entry in page if entry[0] < end_of(day)]
        if not before:
            continue
        holds = before[-1][2]
        here = (holds["kind"], holds.get("organisation"))
        dims = (holds["state"], holds.get("tier"))
        if not is_marked(holds, "final"):
            found["cases.open", *here, *dims] += 1
            if due_passed(holds.get("due"), day):
                found["cases.overdue", *here, *dims] += 1
        if not page[0][3].get("opening") and not is_marked(holds, "merged"):
            found["cases.cohort", *here, is_marked(holds, "resolved"), page[0][0].astimezone(CHINA).date()] += 1
    return found


def flows(clerk: Clerk) -> Counter[tuple[Any, ...]]:
    """Every flow by the day it stands on."""
    found: Counter[tuple[Any, ...]] = Counter()
    for page in clerk.live():
        begun, _, holds, told = page[0]
        counted = not told.get("opening")
        if counted:
            found["cases.opened", begun.date(), holds.get("organisation")] += 1
            found["cases.amount", begun.date(), holds.get("organisation")] += told.get("amount_fen", 0)
        seen: list[str] = []
        for number in range(1, len(page)):
            when, verb, holds, told = page[number]
            earlier = page[number - 1][2]
            here = (when.date(), holds.get("organisation"))
            took = max(1, int((when - begun).total_seconds()))
            found["cases.closed", *here] += is_marked(holds, "final") > is_marked(earlier, "final")
            found["cases.reopened", *here] += is_marked(holds, "final") < is_marked(earlier, "final")
            if is_marked(holds, "resolved") and not is_marked(earlier, "resolved"):
                found["cases.resolved", *here] += 1
                found["cases.time_to_resolve", *here] += took if counted else 0
            if verb == "moved":
                found["cases.moved", *here, told["to"]] += 1
                found["cases.amount_settled", *here] += told.get("amount_fen", 0)
                found["cases.reached", *here] += told["to"] not in seen
                found["cases.time_to_reach", *here] += took if counted and told["to"] not in seen else 0
                seen.append(told["to"])
    return +found


def told_room(story: list[Event]) -> tuple[Room, Clerk]:
    room, clerk = Room(), Clerk()
    for what, key, time, data in story:
        if room.tell(what, key, time, **data).status == "accepted":
            clerk.note(what, key, time, data)
    return room, clerk


def days() -> list[date]:
    return [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


@settings(max_examples=200, deadline=None)
@given(stories())
def test_stocks_are_what_held_when_each_day_ended(story: list[Event]) -> None:
    room, clerk = told_room(story)

    for day in days():
        found: Counter[tuple[Any, ...]] = Counter()
        for measure in ("cases.open", "cases.overdue", "cases.cohort"):
            for row in room.standing(measure, day):
                dims = json.loads(row.dims)
                end = (dims["resolved"] == "true", row.since) if measure == "cases.cohort" else (dims["state"], dims.get("tier"))
                found[measure, row.kind, row.organisation, *end] += row.value
        assert found == stocks(clerk, day), day


@settings(max_examples=200, deadline=None)
@given(stories())
def test_flows_are_what_happened_each_time_it_happened(story: list[Event]) -> None:
    room, clerk = told_room(story)

    found: Counter[tuple[Any, ...]] = Counter()
    for row in room.rows():
        if row.until == row.day:
            state = [json.loads(row.dims)["state"]] if row.measure == "cases.moved" else []
            found[row.measure, row.day, row.organisation, *state] += row.value
    assert +found == flows(clerk)


@settings(max_examples=200, deadline=None)
@given(stories(), st.integers(0, 14), st.integers(0, 14))
def test_what_was_there_and_what_came_and_what_went_is_what_is_there(story: list[Event], one: int, other: int) -> None:
    room, clerk = told_room(story)
    first, last = days()[min(one, other)], days()[max(one, other)]

    def in_range(measure: str) -> int:
        return sum(row.value for row in room.rows(measure) if first <= row.day <= last)

    taken_over = sum(bool(page[0][3].get("opening")) and first <= page[0][0].date() <= last and not is_marked(page[0][2], "final") for page in clerk.live())
    opening = len(room.standing("cases.open", first - timedelta(days=1)))
    closing = len(room.standing("cases.open", last))
    assert opening + taken_over + in_range("cases.opened") + in_range("cases.reopened") - in_range("cases.closed") == closing


@settings(max_examples=100, deadline=None)
@given(stories())
def test_cohorts_hold_each_opened_case_once_until_it_is_merged_or_withdrawn(story: list[Event]) -> None:
    room, _ = told_room(story)

    for day in days():
        rows = room.standing("cases.cohort", day)
        assert len(rows) <= sum(row.value for row in room.rows("cases.opened") if row.day <= day)
        assert all(row.since is not None and row.since <= day for row in rows)


@settings(max_examples=100, deadline=None)
@given(stories())
def test_withdrawing_everything_leaves_nothing(story: list[Event]) -> None:
    room, clerk = told_room(story)

    for key in clerk.pages:
        room.tell("case.withdrawn", key, datetime(2026, 6, 1, tzinfo=CHINA))

    assert room.rows() == []
