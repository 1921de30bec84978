"""However a district is told, so long as each thing's own events keep their order, its figures are the same; and they add up."""

from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.kernel.contracts.commands import Enrolled
from tests.integration.language.chance import Chance, Life
from tests.integration.language.telling import Story

SEEDS = st.integers(0, 10**9)
EXAMPLES = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
MONTHS = {"from_": "2025-07-01", "to": "2026-06-30"}
STOCKS = ("members", "units", "links", "cases.open", "t.stalls", "t.plots_open")
FLOWS = (
    "cases.opened", "cases.resolved", "cases.closed", "cases.reopened", "members.joined", "members.left", "units.registered", "links.set",
    "activities", "attendance", "volunteer.minutes", "visits", "amounts", "t.plots", "t.plots_done", "t.pupils_there",
)  # fmt: skip
OTHERS = ("attendance.people", "volunteer.people", "visits.people", "t.grids_visited", "units.coverage", "cases.resolution_rate", "cases.time_to_resolve")


async def tell(story: Story, name: str, lives: list[Life], chance: Random) -> None:
    """Tells lives side by side in an order of chance, some events twice, in requests of any size; what names something unknown waits."""
    enrolled = Enrolled(namespace=name, register=name)
    positions = [0] * len(lives)
    made: list[Any] = []
    while any(position < len(life) for position, life in zip(positions, lives, strict=True)):
        batch, numbers = [], []
        for _ in range(chance.choice((1, 3, 20))):
            open_ = [n for n, life in enumerate(lives) if positions[n] < len(life) and n not in numbers]
            if not open_:
                break
            number = chance.choice(open_)
            told = lives[number][positions[number]]
            event = story.on(told.what, told.time, id_=f"{name}-{number}-{positions[number]}", source=f"urn:{name}", **told.data)
            batch.append(event)
            numbers.append(number)
        results = await story.rooms.tell_all(*batch, enrolled=enrolled)
        for number, result, event in zip(numbers, results, batch, strict=True):
            # A change that leaves everything as it is says so, and is done with.
            assert result in {"accepted", "duplicate", "unknown-reference"}, (result, event)
            if result != "unknown-reference":
                positions[number] += 1
                made.append(event)
        if made and chance.random() < 0.3:
            again = await story.rooms.tell_all(*(chance.choice(made) for _ in range(3)), enrolled=enrolled)
            assert set(again) == {"duplicate"}


async def everything(story: Story, name: str) -> dict[str, Any]:
    """Many figures of a district, its name taken off all keys."""
    found: dict[str, Any] = {}
    for metric in (*STOCKS, *FLOWS, *OTHERS):
        for by in ("area", "org") if metric not in {"units.coverage", "t.grids_visited"} else ("area",):
            root = {"area": f"{name}:d"} if by == "area" else {"org": f"{name}:c"}
            answer = await story.ask(metric, by=by, interval="month", **root, **MONTHS)
            numbers = ("value", "num", "den")
            rows = sorted((str(row["key"]).removeprefix(f"{name}:"), [row.get(one) for one in numbers]) for row in answer["by"])
            found[f"{metric} by {by}"] = (rows, [[point.get(one) for one in numbers] for point in answer["series"]])
    return found


@pytest.mark.timeout(900)
@EXAMPLES
@given(SEEDS)
async def test_any_order_repetition_and_lateness_gives_the_same_figures(story: Story, seed: int) -> None:
    lives = Chance(seed).lives()
    one, other = f"a{seed}", f"b{seed}"
    await tell(story, one, lives, Random(1))
    await story.count()
    await tell(story, other, lives, Random(seed))
    await story.count(merged=False)

    found = await everything(story, one)
    assert found == await everything(story, other)
    assert any(row[1][0] for row in found["visits by area"][0]), "nothing happened, so nothing was compared"


@pytest.mark.timeout(900)
@EXAMPLES
@given(SEEDS)
async def test_what_came_less_what_went_is_what_is_there(story: Story, seed: int) -> None:
    name, lives = f"c{seed}", Chance(seed).lives()
    await tell(story, name, lives, Random(seed))
    await story.count()
    root = {"area": f"{name}:d"}

    async def total(metric: str, **more: str) -> int:
        return int(await story.value(metric, **root, **more))

    for first, last in (("2025-07-01", "2025-12-31"), ("2026-01-01", "2026-03-31"), ("2025-09-17", "2026-05-02")):
        before = _day_before(first)
        span = {"from_": first, "to": last}
        begun = _taken_over(lives, "case.opened", first, last)
        opening = await total("cases.open", to=before)
        came, back, went = [await total(one, **span) for one in ("cases.opened", "cases.reopened", "cases.closed")]
        assert opening + begun + came + back - went == await total("cases.open", to=last)
        joined, left = [await total(one, **span) for one in ("members.joined", "members.left")]
        arrived = _taken_over(lives, "member.joined", first, last)
        assert await total("members", to=before) + arrived + joined - left == await total("members", to=last)
        # Whoever leaves one organisation for another is in the other on the same day: nobody is on the way.
        assert await total("members.transferred_in", **span) == await total("members.transferred_out", **span)


@pytest.mark.timeout(900)
@EXAMPLES
@given(SEEDS)
async def test_the_parts_add_up_to_the_whole_where_nothing_counts_twice(story: Story, seed: int) -> None:
    name = f"e{seed}"
    await tell(story, name, Chance(seed).lives(), Random(seed))
    await story.count()

    for metric in (*STOCKS, *FLOWS):
        for axis in ("area", "org"):
            root = {"area": f"{name}:d"} if axis == "area" else {"org": f"{name}:c"}
            answer = await story.ask(metric, by=axis, **root, **MONTHS)
            assert sum(row["value"] for row in answer["by"]) == answer["value"], (metric, axis)
    for metric in ("attendance.people", "volunteer.people", "visits.people"):
        answer = await story.ask(metric, by="area", area=f"{name}:d", **MONTHS)
        parts = [row["value"] for row in answer["by"]]
        assert max(parts, default=0) <= answer["value"] <= sum(parts)


async def test_people_who_serve_in_two_places_count_once_in_both_together(story: Story) -> None:
    await story.told(
        story.on("area.defined", "2026-01-01", area="d", kind="district"),
        *(story.on("area.defined", "2026-01-01", area=key, kind="grid", parent="d") for key in ("g1", "g2")),
        *(
            story.on("shift.logged", "2026-02-01", shift=f"h{n}", kind="volunteer", person=who, area=area, starts="2026-02-01T09:00:00+08:00", minutes=10)
            for n, (who, area) in enumerate((("x", "g1"), ("x", "g2"), ("y", "g2"), ("x", "g1")))
        ),
    )
    await story.count()

    answer = await story.ask("volunteer.people", by="area", area="t:d")
    assert answer["value"] == 2
    assert {row["key"]: row["value"] for row in answer["by"] if row["value"]} == {"t:g1": 1, "t:g2": 2}


async def test_a_tree_that_moves_at_midnight_moves_on_that_day(story: Story) -> None:
    await story.told(
        story.on("area.defined", "2026-01-01", area="d", kind="district"),
        *(story.on("area.defined", "2026-01-01", area=key, kind="street", parent="d") for key in ("s1", "s2")),
        story.on("area.defined", "2026-01-01", area="g", kind="grid", parent="s1"),
        story.on("area.defined", "2026-01-01", area="h", kind="grid", parent="s1"),
        *(story.on("unit.registered", "2026-01-02", unit=f"u{n}", kind="unit.market", area=area, attributes={"stalls": 4}) for n, area in enumerate("ggh")),
        story.on("visit.logged", "2026-02-10", visit="v", kind="household", by="person/x", to="person/y", area="g"),
        story.on("area.moved", "2026-02-28T16:00:00Z", area="g", parent="s2"),  # 1 March, 00:00 in Shanghai
        story.on("area.moved", "2026-02-28T15:59:59Z", area="h", parent="s2"),  # 28 February, a second before
    )
    await story.count()

    async def units(day: str, **more: str) -> list[int]:
        return [await story.value("units", area=f"t:{street}", to=day, **more) for street in ("s1", "s2")]

    assert await units("2026-02-27") == [3, 0]
    assert await units("2026-02-28") == [2, 1]
    assert await units("2026-03-01") == [0, 3]
    # The same day in another day's tree.
    assert await units("2026-02-27", tree="2026-03-01") == [0, 3]
    assert await units("2026-03-01", tree="2026-02-27") == [3, 0]
    # What happened goes with the tree of the answer: today's, unless another is asked for.
    assert await story.value("visits", area="t:s2", from_="2026-02-01", to="2026-02-28") == 1
    assert await story.value("visits", area="t:s2", from_="2026-02-01", to="2026-02-28", as_of="2026-02-28") == 0
    assert await story.value("t.stalls", area="t:s2", to="2026-02-28") == 4


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _taken_over(lives: list[Life], what: str, first: str, last: str) -> int:
    """How many things of those days existed before we began: they are in stocks and in no flow. Withdrawn ones never were."""
    return sum(
        life[0].what == what and life[0].data.get("opening") is True and first <= life[0].time[:10] <= last and not life[-1].what.endswith("withdrawn")
        for life in lives
    )
