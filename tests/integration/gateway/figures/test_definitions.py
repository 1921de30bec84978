"""Each form of definition, on figures small enough to count on one's fingers."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.gateway.figures.frame import Asking
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import Page
from services.gateway.figures.periods import Interval
from services.gateway.figures.question import Question
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.load import load
from services.kernel.errors import RefusedError
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.filling import Told, dims, put

DEFINITIONS = """
metrics:
  - {id: t.net, unit: units, text: {zh: 净增, en: Net}, total: {terms: [[1, units.registered], [-1, units.ended]]}}
  - {id: t.growth, unit: ratio, text: {zh: 增长, en: Growth}, growth: {of: visits, against: previous}}
  - {id: t.ordinal, unit: sessions, text: {zh: 第几次, en: Which session}, ordinal: {of: {measure: activities, kinds: [activity.lesson]}, start: 450}}
  - {id: t.five, unit: things, text: {zh: 五, en: Five}, constant: {value: 5}}
  - {id: t.mean, unit: fen, text: {zh: 均值, en: Mean}, mean: {measure: amounts}, where: [{dimension: unit, values: [fen]}]}
  - {id: t.share, unit: ratio, text: {zh: 占比, en: Share}, ratio: {num: visits, den: visits, den_at: area.district}}
  - id: t.without
    unit: visits
    text: {zh: 除外, en: Without tests}
    sum: {measure: cases.opened}
    exclude: [{reason: test, where: [{dimension: channel, values: [test]}]}]
  - id: t.visited
    unit: ratio
    text: {zh: 走访覆盖, en: Units visited}
    ratio: {num: {measure: units, covered: {measure: visits, role: to}}, den: units}
  - id: t.hosting
    unit: ratio
    text: {zh: 开展率, en: Branches that held a lesson}
    fulfilment: {each: {measure: organisations, kinds: [organisation.party.branch]}, role: host, all: [{measure: activities, at_least: 1}]}
  - id: t.weekly
    unit: ratio
    text: {zh: 每周走访, en: Weeks with a visit}
    fulfilment: {each: {measure: links, kinds: [link.stations]}, holders: from, role: by, per: week, all: [{measure: visits, at_least: 1}]}
  - id: t.grids
    unit: ratio
    text: {zh: 网格走访, en: Communities with two visits}
    fulfilment: {each: {measure: areas, kinds: [area.community]}, role: area, all: [{measure: visits, at_least: 2}, {measure: visits.people, at_most: 1}]}
"""
START = date(2023, 1, 1)


def occurs(thing: str, measure: str, kind: str, day: date, area: str | None = None, value: int = 1, roles: str | None = None, **dimensions: str) -> Told:
    return Told(thing, measure, kind, area, None, dims(**dimensions), day, day, value, None, roles)


def node(key: str, kind: str, parent: str | None) -> list[Told]:
    return [Told(f"area/{key}", "_tree", kind, parent, None, "{}", START, None), Told(f"area/{key}", "areas", kind, key, None, "{}", START, None)]


@pytest.fixture
def definitions(tmp_path: Path) -> Catalogue:
    """The common catalogue with the definitions above."""
    shutil.copytree(Path(__file__).resolve().parents[4] / "catalogue" / "common", tmp_path / "common")
    (tmp_path / "places" / "test").mkdir(parents=True)
    (tmp_path / "places" / "test" / "metrics.yaml").write_text(DEFINITIONS, encoding="utf-8")
    return load(tmp_path)


@pytest_asyncio.fixture
async def told(stage: Stage, definitions: Catalogue) -> Stage:
    """A district with two communities, and definitions of the test's own."""
    stage.catalogue = definitions
    stage.reset()
    await stage.tell(put([*node("z:d", "area.district", None), *node("z:a", "area.community", "z:d"), *node("z:b", "area.community", "z:d")]))
    return stage


async def ask(stage: Stage, metric: str, first: date | None = None, last: date | None = None, **more: Any) -> dict[str, Any]:
    asking = Asking(first, last, interval=more.pop("interval", None))
    return await stage.figures.answer(Question(metric, asking, **more), Everything())


async def test_a_total_adds_and_takes_away(told: Stage) -> None:
    days = [date(2024, 1, 3), date(2024, 1, 4), date(2024, 1, 5)]
    await told.tell(put([occurs(f"unit/z:u{n}", "units.registered", "unit.enterprise", day, "z:a") for n, day in enumerate(days)]))
    await told.tell(put([occurs("unit/z:u0", "units.ended", "unit.enterprise", date(2024, 1, 9), "z:b")]))

    answer = await ask(told, "t.net", by="area", area="z:d")

    assert answer["value"] == 2
    assert {row["key"]: row["value"] for row in answer["by"]} == {"z:a": 3, "z:b": -1}
    items = await told.figures.items(Page(Question("t.net")), Everything())
    assert (items["total"], items["sum"]) == (4, 2)


async def test_growth_compares_each_point_with_the_interval_before_it(told: Stage) -> None:
    days = [date(2024, 1, 10), date(2024, 1, 20), date(2024, 2, 10), date(2024, 2, 11), date(2024, 2, 12), date(2024, 4, 1)]
    await told.tell(put([occurs(f"visit/z:{n}", "visits", "visit.home", day, "z:a") for n, day in enumerate(days)]))

    february = await ask(told, "t.growth", date(2024, 2, 1), date(2024, 2, 29))
    series = await ask(told, "t.growth", date(2024, 1, 1), date(2024, 4, 30), interval=Interval.MONTH)

    assert february["value"] == 0.5
    assert [point["value"] for point in series["series"]] == [None, 0.5, -1.0, None]


async def test_growth_needs_a_beginning(told: Stage) -> None:
    with pytest.raises(RefusedError, match="give a `from`"):
        await ask(told, "t.growth")


async def test_an_ordinal_counts_on_from_its_start(told: Stage) -> None:
    await told.tell(put([occurs(f"activity/z:{n}", "activities", "activity.lesson", date(2024, 1, 1 + n)) for n in range(31)]))

    assert (await ask(told, "t.ordinal"))["value"] == 481


async def test_a_constant_is_what_it_is_everywhere(told: Stage) -> None:
    assert (await ask(told, "t.five"))["value"] == 5
    assert (await ask(told, "t.five", by="area", area="z:d"))["by"] == [
        {"key": "z:a", "name": None, "kind": "area.community", "value": 5},
        {"key": "z:b", "name": None, "kind": "area.community", "value": 5},
    ]


async def test_a_mean_is_exact_and_null_without_rows(told: Stage) -> None:
    assert (await ask(told, "t.mean"))["value"] is None

    await told.tell(put([occurs(f"amount/z:{n}", "amounts", "amount.money", date(2024, 1, 1), value=value, unit="fen") for n, value in enumerate([1, 1, 2])]))

    assert (await ask(told, "t.mean"))["value"] == 1.333333333333


async def test_a_share_is_taken_of_the_whole_district(told: Stage) -> None:
    places = ["z:a", "z:a", "z:a", "z:b"]
    await told.tell(put([occurs(f"visit/z:{n}", "visits", "visit.home", date(2024, 1, 1), place) for n, place in enumerate(places)]))

    whole = await ask(told, "t.share", by="area", area="z:d")
    part = await ask(told, "t.share", area="z:b")

    # Nothing stands in the district itself: its own part has nothing of the whole.
    assert {row["key"]: row["value"] for row in whole["by"]} == {"z:a": 0.75, "z:b": 0.25, "z:d": 0.0}
    assert (part["num"], part["den"], part["value"]) == (1, 4, 0.25)


async def test_what_is_excluded_is_counted_under_its_reason(told: Stage) -> None:
    channels = ["phone", "test", "test", "web"]
    await told.tell(put([occurs(f"case/z:{n}", "cases.opened", "case.livelihood", date(2024, 1, 1), channel=one) for n, one in enumerate(channels)]))

    answer = await ask(told, "t.without")

    assert answer["value"] == 2
    assert answer["excluded"] == [{"reason": "test", "count": 2}]
    assert (await told.figures.items(Page(Question("t.without")), Everything()))["total"] == 2


async def test_what_happened_to_a_thing_can_cover_it(told: Stage) -> None:
    units = [Told(f"unit/z:u{n}", "units", "unit.enterprise", "z:a", None, "{}", START, None) for n in range(4)]
    visits = [occurs(f"visit/z:{n}", "visits", "visit.home", date(2024, month, 1), roles=dims(to=f"unit/z:u{n}")) for n, month in ((0, 1), (1, 3))]
    await told.tell(put([*units, *visits, occurs("visit/z:9", "visits", "visit.home", date(2024, 1, 2), roles=dims(to="unit/z:u0"))]))

    answer = await ask(told, "t.visited", date(2024, 1, 1), date(2024, 1, 31))

    assert (answer["num"], answer["den"]) == (1, 4)
    missed = await told.figures.items(Page(Question("t.visited", Asking(date(2024, 1, 1), date(2024, 1, 31))), Side("den", "num")), Everything())
    assert [item["key"] for item in missed["items"]] == ["z:u1", "z:u2", "z:u3"]


async def test_a_fulfilment_tests_each_live_thing_on_its_own(told: Stage) -> None:
    kind = "organisation.party.branch"
    branches = [Told(f"organisation/z:o{n}", "organisations", kind, "z:a" if n else "z:b", f"z:o{n}", "{}", START, None) for n in range(3)]
    ended = Told("organisation/z:o9", "organisations", "organisation.party.branch", "z:a", "z:o9", "{}", START, date(2024, 1, 5))
    lessons = [occurs(f"activity/z:{n}", "activities", "activity.lesson", date(2024, 1, 2), roles=dims(host=f"organisation/z:o{n % 2}")) for n in range(4)]
    await told.tell(put([*branches, ended, *lessons]))
    january = Question("t.hosting", Asking(date(2024, 1, 1), date(2024, 1, 31)))

    answer = await told.figures.answer(january._replace(by="area", area="z:d"), Everything())

    assert (answer["num"], answer["den"]) == (2, 3)
    assert {row["key"]: (row["num"], row["den"]) for row in answer["by"]} == {"z:a": (1, 2), "z:b": (1, 1)}
    idle = await told.figures.items(Page(january, Side("den", "num")), Everything())
    assert [(item["key"], item["passed"]) for item in idle["items"]] == [("z:o2", False)]


async def test_a_fulfilment_per_week_counts_whole_weeks_wholly_lived(told: Stage) -> None:
    # Weeks: 1-7, 8-14, 15-21, 22-28 January 2024. The second cadre comes on the 10th and leaves on the 26th: only 15-21 is wholly lived.
    link = Told("link/z:1", "links", "link.stations", "z:a", None, "{}", START, None, 1, None, dims(**{"from": "member/z:p1", "to": "area/z:a"}))
    roles = dims(**{"from": "member/z:p2", "to": "area/z:a"})
    short = Told("link/z:2", "links", "link.stations", "z:a", None, "{}", date(2024, 1, 10), date(2024, 1, 26), 1, None, roles)
    # The same human under both families.
    visits = [("z:p1", 2, "person"), ("z:p1", 9, "member"), ("z:p2", 11, "person"), ("z:p2", 20, "person")]
    did = [occurs(f"visit/z:{n}", "visits", "visit.home", date(2024, 1, day), roles=dims(by=f"{family}/{who}")) for n, (who, day, family) in enumerate(visits)]
    await told.tell(put([link, short, *did]))

    answer = await ask(told, "t.weekly", date(2024, 1, 1), date(2024, 1, 30))

    assert (answer["num"], answer["den"], answer["pending"]) == (3, 5, 0)


async def test_an_unfinished_week_is_pending(told: Stage) -> None:
    link = Told("link/z:1", "links", "link.stations", "z:a", None, "{}", START, None, 1, None, dims(**{"from": "member/z:p1", "to": "area/z:a"}))
    await told.tell(put([link]))

    # Today is Friday 10 May 2024: the week from the 6th is not over.
    answer = await ask(told, "t.weekly", date(2024, 4, 29), date(2024, 5, 12))

    assert (answer["num"], answer["den"], answer["pending"]) == (0, 1, 1)


async def test_a_fulfilment_at_places_takes_what_happens_below_them(told: Stage) -> None:
    await told.tell(put(node("z:g", "area.grid", "z:a")))
    visits = [("z:g", "z:p1"), ("z:a", "z:p1"), ("z:b", "z:p1"), ("z:b", "z:p2")]
    await told.tell(
        put([occurs(f"visit/z:{n}", "visits", "visit.home", date(2024, 1, 2), area, roles=dims(by=f"person/{who}")) for n, (area, who) in enumerate(visits)])
    )

    answer = await ask(told, "t.grids")

    assert (answer["num"], answer["den"]) == (1, 2)


async def test_amounts_of_different_units_are_not_added_up(told: Stage) -> None:
    await told.tell(put([occurs(f"amount/z:{n}", "amounts", "amount.money", date(2024, 1, 1), value=7, unit=unit) for n, unit in enumerate(["fen", "m2"])]))

    with pytest.raises(RefusedError, match="where=unit"):
        await ask(told, "amounts")
