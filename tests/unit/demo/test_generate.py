"""From a replay to its events."""

from datetime import date, datetime
from typing import Any

import msgspec
import pytest

from deploy.demo.generate import generate
from deploy.demo.replay import Replay

DAY = date(2019, 3, 4)


def replay(*steps: dict[str, Any], seed: int = 1) -> Replay:
    return msgspec.convert({"source": "s", "seed": seed, "cut_off": date(2019, 7, 5), "steps": list(steps)}, Replay)


def step(name: str, type_: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "at": DAY, "key": "x{n}", "data": {}, **fields}


AREAS = step("areas", "area.defined", count=3, key="a{n}", data={"name": "N{n}"})


def test_an_event_is_whole() -> None:
    (event,) = generate(replay(step("zone", "area.defined", key="z", data={"kind": "area.district"})))

    assert event == {
        "specversion": "1.0",
        "id": "zone-1",
        "source": "s",
        "type": "org.wangge.area.defined.v1",
        "time": "2019-03-04T09:00:00+08:00",
        "datacontenttype": "application/json",
        "data": {"area": "z", "kind": "area.district"},
    }


def test_for_each_thing_of_an_earlier_step_so_many_times() -> None:
    events = generate(
        replay(AREAS, step("teams", "entry.registered", each="areas", first=2, times=2, key="t-{it}-{i}", data={"area": "{it}", "name": "{it.name}"}))
    )

    assert [event["data"] for event in events[3:]] == [
        {"entry": "t-a1-1", "area": "a1", "name": "N1"},
        {"entry": "t-a1-2", "area": "a1", "name": "N1"},
        {"entry": "t-a2-1", "area": "a2", "name": "N2"},
        {"entry": "t-a2-2", "area": "a2", "name": "N2"},
    ]


def test_so_many_go_on_and_the_others_stay() -> None:
    then = [
        {"type": "case.moved", "after": ["1h", "2d"], "data": {"to": "handling"}},
        {"type": "case.moved", "after": "1d", "only": 7, "data": {"to": "resolved"}},
        {"type": "case.moved", "after": "1d", "data": {"to": "closed"}},
    ]
    events = generate(replay(step("cases", "case.opened", count=20, then=then)))

    moved = {state: {event["data"]["case"] for event in events if event["data"].get("to") == state} for state in ("handling", "resolved", "closed")}
    assert (len(moved["handling"]), len(moved["resolved"])) == (20, 7)
    assert moved["closed"] == moved["resolved"]


def test_events_come_in_the_order_they_were_told_and_a_thing_before_what_happens_to_it() -> None:
    late = step("late", "entry.changed", late="40d", key="e", data={})
    after = step("after", "entry.changed", at=date(2019, 3, 20), key="e", data={})

    events = generate(replay(step("entry", "entry.registered", key="e"), late, after))

    assert [event["id"] for event in events] == ["entry-1", "after-1", "late-1"]
    assert events[2]["time"] < events[1]["time"]


def test_the_same_seed_tells_the_same_and_another_does_not() -> None:
    steps = (step("boards", "entry.registered", count=9, at={"from": DAY, "to": date(2019, 6, 1)}),)

    assert generate(replay(*steps)) == generate(replay(*steps))
    assert generate(replay(*steps)) != generate(replay(*steps, seed=2))


def test_a_step_added_elsewhere_does_not_change_the_others() -> None:
    boards = step("boards", "entry.registered", count=9, at={"from": DAY, "to": date(2019, 6, 1)})

    alone, beside = generate(replay(boards)), generate(replay(AREAS, boards))

    assert [event for event in beside if event["id"].startswith("boards")] == alone


def test_a_misspelt_word_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError, match="coutn"):
        replay(step("x", "area.defined", coutn=3))


def test_times_have_an_offset() -> None:
    (event,) = generate(replay(step("x", "area.defined")))

    assert datetime.fromisoformat(event["time"]).utcoffset() is not None
