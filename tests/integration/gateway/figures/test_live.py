"""Screens that stay open: a snapshot, then what changed, each once and in order."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from services.gateway.figures.frame import Asking
from services.gateway.figures.periods import Interval
from services.gateway.figures.question import Question
from services.gateway.live import Live
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.screens import Asked, Message, Screen
from services.gateway.streams import stream
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.filling import Signed, Told, put
from tests.integration.gateway.figures.world import TODAY

START = date(2024, 1, 1)


@pytest_asyncio.fixture
async def live(stage: Stage) -> AsyncIterator[Live]:
    rows = []
    for key, kind, parent in (("z:d", "area.district", None), ("z:s", "area.street", "z:d"), ("z:t", "area.street", "z:d")):
        rows += [Told(f"area/{key}", "_tree", kind, parent, None, "{}", START, None), Told(f"area/{key}", "areas", kind, key, None, "{}", START, None)]
    await stage.tell(put(rows))
    live = Live(stage.figures, stage.database, ReadingTelemetry(CollectorRegistry()))
    await live.open()
    yield live
    await live.close()


def screen(*metrics: str, events: bool = False, seen: str | None = None, area: str | None = None, by: str = "", period: Interval | None = None) -> Screen:
    asked = tuple(Asked(Question(metric, Asking(), area=area, by=by), period) for metric in metrics)
    return Screen(asked, Everything(), area=area, events=events, seen=seen)


def unit(key: str, area: str = "z:s", day: date = START) -> Told:
    return Told(f"unit/{key}", "units", "unit.enterprise", area, None, "{}", day, None)


async def told(one: Screen, within: float = 5) -> Message:
    """The one thing that the next round has to tell."""
    (message,) = await asyncio.wait_for(one.next(), within)
    return message


def values(message: Message) -> dict[str, Any]:
    return {figure["metric"]: figure["value"] for figure in message.data["figures"]}


async def test_a_screen_gets_a_snapshot_and_then_only_what_changed(live: Live, stage: Stage) -> None:
    async with live.show(screen("units", "areas", by="area", area="z:d")) as one:
        first = await told(one)
        await stage.tell(put([unit("z:1"), unit("z:2")]))
        then = await told(one)

    assert (first.event, first.id, values(first)) == ("snapshot", "1.1", {"units": 0, "areas": 3})
    assert (then.event, then.id, values(then)) == ("delta", "1.2", {"units": 2})
    assert [row["key"] for row in then.data["figures"][0]["by"]] == ["z:s"], "only the row that changed"


async def test_commits_that_change_nothing_on_the_screen_are_not_told(live: Live, stage: Stage) -> None:
    async with live.show(screen("units")) as one:
        await told(one)
        await stage.tell(put([Told("case/z:1", "cases.open", "case.livelihood", "z:s", None, "{}", START, None)]))

        with pytest.raises(TimeoutError):
            await told(one, within=1.5)


async def test_a_lost_notice_costs_a_second_at_most(live: Live, stage: Stage) -> None:
    async with live.show(screen("units")) as one:
        await told(one)
        # Written past append(), which would notify.
        await stage.owner.execute(
            "INSERT INTO metrics.row (generation, n, sign, thing, measure, kind, area, dims, day, value) "
            "VALUES (1, 2, 1, 'unit/z:1', 'units', 'unit.school', 'z:s', '{}', '2024-01-01', 1)"
        )
        await stage.owner.execute("UPDATE metrics.mark SET n = 2, total = total + 1 WHERE generation = 1")

        assert values(await told(one, within=3)) == {"units": 1}


async def test_what_happened_names_kind_and_place_and_nobody(live: Live, stage: Stage) -> None:
    async with live.show(screen("cases.opened", events=True, area="z:s")) as one:
        await told(one)
        rows = [
            Told("case/z:1", "cases.opened", "case.livelihood", "z:s", None, "{}", START, START, 1, None, '{"person":"person/z:p"}'),
            Told("case/z:2", "cases.opened", "case.livelihood", "z:t", None, "{}", START, START),
        ]
        await stage.tell(put(rows))
        delta, happened = await asyncio.wait_for(one.next(), 5)

    assert values(delta) == {"cases.opened": 1}
    assert (happened.event, happened.id) == ("happened", None)
    assert happened.data == {"type": "org.wangge.case.opened.v1", "kind": "case.livelihood", "area": "z:s", "at": "2024-01-01"}


async def test_a_correction_is_no_news(live: Live, stage: Stage) -> None:
    was = Told("visit/z:1", "visits", "visit.home", "z:s", None, "{}", START, START)
    await stage.tell(put([was]))
    async with live.show(screen("visits", events=True, by="area", area="z:d")) as one:
        await told(one)
        await stage.tell([Signed(-1, was), Signed(1, was._replace(area="z:t"))])
        (delta,) = await asyncio.wait_for(one.next(), 5)

        assert {row["key"]: row["value"] for row in delta.data["figures"][0]["by"]} == {"z:s": 0, "z:t": 1}
        with pytest.raises(TimeoutError):
            await told(one, within=1.5)


async def test_a_screen_that_comes_back_gets_what_it_missed(live: Live, stage: Stage) -> None:
    await stage.tell(put([unit("z:1")]))
    async with live.show(screen("units", "areas")) as one:
        first = await told(one)
    await stage.tell(put([unit("z:2")]))
    await stage.tell(put([unit("z:3")]))

    async with live.show(screen("units", "areas", seen="1.3")) as one:
        missed = await told(one)
    async with live.show(screen("units", "areas", seen="7.1")) as one:
        anew = await told(one)

    assert first.id == "1.2"
    assert (missed.event, values(missed)) == ("delta", {"units": 3})
    assert (anew.event, values(anew)) == ("snapshot", {"units": 3, "areas": 3})


async def test_at_midnight_in_shanghai_the_figures_move_by_themselves(live: Live, stage: Stage) -> None:
    tomorrow = TODAY + timedelta(days=1)
    await stage.tell(put([unit("z:1", day=tomorrow), Told("visit/z:1", "visits", "visit.home", "z:s", None, "{}", TODAY, TODAY)]))
    async with live.show(screen("units", "visits", period=Interval.DAY)) as one:
        today = await told(one)
        stage.now += timedelta(hours=12)  # noon in Shanghai becomes midnight
        then = await told(one)

    assert values(today) == {"units": 0, "visits": 1}
    assert (then.event, values(then)) == ("delta", {"units": 1, "visits": 0})


async def test_screens_that_ask_the_same_are_told_the_same_and_newcomers_all_of_it(live: Live, stage: Stage) -> None:
    async with live.show(screen("units")) as one, live.show(screen("units")) as other, live.show(screen("areas")) as another:
        firsts = [await told(each) for each in (one, other, another)]
        await stage.tell(put([unit("z:1")]))
        thens = [await told(one), await told(other)]
        async with live.show(screen("units")) as late:
            caught_up = await told(late)
            await stage.tell(put([unit("z:2")]))
            last = [await told(each) for each in (one, other, late)]
        with pytest.raises(TimeoutError):
            await told(another, within=1.5)

    assert [values(message) for message in firsts] == [{"units": 0}, {"units": 0}, {"areas": 3}]
    assert thens[0] is thens[1], "written once"
    assert (caught_up.event, values(caught_up)) == ("snapshot", {"units": 1})
    assert [(message.event, values(message)) for message in last] == [("delta", {"units": 2})] * 3


async def test_what_happens_in_a_burst_is_told_to_whoever_asked_for_it(live: Live, stage: Stage) -> None:
    async with live.show(screen("cases.opened", events=True)) as one, live.show(screen("cases.opened")) as other:
        await told(one)
        await told(other)
        rows = [Told(f"case/z:{n}", "cases.opened", "case.livelihood", "z:s", None, "{}", START, START) for n in range(40)]
        await stage.tell(put(rows))
        burst, plain = await asyncio.wait_for(one.next(), 5), await told(other)

    assert [message.event for message in burst] == ["delta", *["happened"] * 40]
    assert plain.data == burst[0].data


async def test_a_slow_screen_gets_a_snapshot_in_place_of_what_waited(live: Live, stage: Stage) -> None:
    async with live.show(screen("units")) as one:
        await told(one)
        for number in range(40):
            one.tell(Message("happened", None, {"n": number}))
        await stage.tell(put([unit("z:1")]))
        seen = [await told(one)]
        while seen[-1].event != "snapshot":
            seen.append(await told(one))

    assert len(seen) < 40
    assert values(seen[-1]) == {"units": 1}


async def test_a_node_that_is_gone_is_a_problem_of_its_figure_only(live: Live, stage: Stage) -> None:
    gone = Told("area/z:t", "_tree", "area.street", "z:d", None, "{}", START, None)
    async with live.show(Screen((Asked(Question("units", area="z:t")), Asked(Question("areas"))), Everything(), area=None, events=False, seen=None)) as one:
        await told(one)
        await stage.tell([Signed(-1, gone), Signed(1, gone._replace(until=date(2024, 5, 1)))])
        delta = await told(one)

    assert delta.data["figures"][0]["problem"]["code"] == "invalid"


async def test_a_stream_speaks_the_event_protocol_and_ends_by_itself(live: Live, stage: Stage) -> None:
    await stage.tell(put([unit("z:1")]))

    chunks = [chunk async for chunk in stream(live, screen("units"), lifetime=1.0, keep_alive=0.3)]

    text = b"".join(chunks).decode()
    blocks = [block for block in text.strip().split("\n\n") if not block.startswith(":")]
    events = [dict(line.split(": ", 1) for line in block.split("\n")) for block in blocks]
    assert events[0] == {"retry": "1000"}
    assert (events[1]["event"], events[1]["id"]) == ("snapshot", "1.2")
    assert json.loads(events[1]["data"])["figures"][0]["value"] == 1
    assert events[-1]["event"] == "bye"
    assert ": still here\n\n" in text
