"""The list behind a figure adds up to it, whatever the page size, and says when it has moved."""

from datetime import date
from random import Random

import pytest
from hypothesis import given

from services.gateway.figures.answer import Json
from services.gateway.figures.figures import Figures
from services.gateway.figures.frame import Asking
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import Page
from services.gateway.figures.question import Question
from services.kernel.catalogue.metrics import Constant, Distinct, Fulfilment, Mean, Metric, Ordinal, Ratio, Sum, Total
from services.kernel.errors import RefusedError
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.filling import Told, dims, put
from tests.integration.gateway.figures.oracle import SPECS, Oracle
from tests.integration.gateway.figures.test_against_the_oracle import COVERAGES, EXAMPLES, SEEDS, question_of, some_ask
from tests.integration.gateway.figures.world import FIRST, World

BOTH = Side()
RATIOS = (*COVERAGES, "cases.resolution_rate")


async def all_pages(stage: Stage, question: Question, side: Side = BOTH, limit: int = 3) -> Json:
    cursor, items, page = None, [], {}
    while page == {} or cursor is not None:
        page = await stage.figures.items(Page(question, side, cursor, limit), Everything())
        assert len(page["items"]) <= limit
        assert "stale" not in page
        items += page["items"]
        cursor = page["next"]
    assert len(items) == page["total"]
    assert sum(item["adds"] for item in items) == page["sum"]
    return {**page, "items": items}


def unlaid(question: Question) -> Question:
    return question._replace(by="")


@pytest.mark.timeout(600)
@EXAMPLES
@given(SEEDS)
async def test_items_add_up_to_every_figure(stage: Stage, seed: int) -> None:
    chance = Random(seed)
    await stage.clear()
    commits = World(chance).commits()
    await stage.tell(*commits)
    await stage.merge(len(commits) // 2)
    oracle = Oracle(signed for commit in commits for signed in commit)

    for metric, spec in SPECS.items():
        ask = some_ask(chance, oracle, metric, spec.nature)._replace(org=None)
        question = unlaid(question_of(metric, ask, spec.nature))
        found = await all_pages(stage, question, limit=chance.choice([1, 4, 100]))
        figure = await stage.figures.answer(question, Everything())
        assert found["sum"] == figure["value"]
        if spec.take != "value" or spec.nature == "stock":
            assert found["total"] == figure["value"]
        assert {item["area"] for item in found["items"]} <= {*inside(oracle, ask), None} or ask.area is None
    for metric in RATIOS:
        nature = "cohort" if metric == "cases.resolution_rate" else "stock"
        ask = some_ask(chance, oracle, "visits", nature)
        question = unlaid(question_of(metric, ask if metric == "units.coverage" else ask._replace(org=None), nature))
        figure = await stage.figures.answer(question, Everything())
        num, den, rest = [await all_pages(stage, question, side) for side in (Side("num"), Side("den"), Side("den", "num"))]
        assert (num["sum"], den["sum"], rest["sum"]) == (figure["num"], figure["den"], figure["den"] - figure["num"])
        keys = [{(item["family"], item["key"]) for item in part["items"]} for part in (num, den, rest)]
        assert keys[0] | keys[2] == keys[1]
        assert not keys[0] & keys[2]


@pytest.mark.parametrize("keeps", [True, False])
async def test_what_happened_on_both_sides_of_a_rate_is_in_neither_rest(stage: Stage, *, keeps: bool) -> None:
    def resolved(*told: tuple[str, str, int]) -> list[Told]:
        return [
            Told(f"case/z:{key}", "cases.resolved", "case.livelihood", None, None, dims(timely=timely), date(2024, 3, day), date(2024, 3, day))
            for key, timely, day in told
        ]

    if not keeps:
        stage.figures = Figures(stage.database, stage.catalogue, clock=lambda: stage.now, most_bytes=0)
    first = resolved(("again", "late", 1), ("late", "late", 2), ("in-time", "in_time", 2), ("twice", "late", 3), ("twice", "late", 9), ("none", "none", 4))
    await stage.tell(put(first))
    question = Question("cases.in_time_share", Asking(date(2024, 3, 1), date(2024, 3, 31)))

    for told, num, den, rest in (([], 1, 5, ["again", "late", "twice", "twice"]), (resolved(("again", "in_time", 5)), 2, 6, ["late", "twice", "twice"])):
        await stage.tell(put(told))
        figure = await stage.figures.answer(question, Everything())
        assert (figure["num"], figure["den"]) == (num, den)
        found = await all_pages(stage, question, Side(None, "num"), limit=1)
        assert sorted(item["key"] for item in found["items"]) == [f"z:{key}" for key in rest]
        others = await all_pages(stage, question, Side("num", "den"), limit=1)
        assert others["items"] == []
    assert bool(stage.figures.shelf.bytes) is keeps


def inside(oracle: Oracle, ask: object) -> set[str]:
    """All areas whose way up, in the answer's tree, leads through the asked one."""
    area, tree = ask.area, ask.tree  # type: ignore[attr-defined]
    known = {row.thing.partition("/")[2] for row in oracle.rows if row.measure == "_tree" and row.thing.startswith("area/")}
    return {key for key in known if area in [one for one, _ in oracle.way("area", key, tree)]}


async def test_a_page_says_that_it_is_stale_when_what_is_asked_has_moved(stage: Stage) -> None:
    units = [Told(f"unit/z:u{number}", "units", "unit.enterprise", "z:a", None, "{}", FIRST, None) for number in range(4)]
    await stage.tell(put(units))
    question = Question("units", kinds=("enterprise",))
    first = await stage.figures.items(Page(question, limit=2), Everything())

    await stage.tell(put([Told("case/z:k", "cases.open", "case.livelihood", "z:a", None, "{}", FIRST, None)]))
    after_others = await stage.figures.items(Page(question, cursor=first["next"], limit=2), Everything())
    await stage.tell(put([Told("unit/z:u9", "units", "unit.enterprise", "z:a", None, "{}", FIRST, None)]))
    after_ours = await stage.figures.items(Page(question, cursor=first["next"], limit=2), Everything())

    assert "stale" not in after_others
    assert after_ours["stale"] is True


async def test_a_cursor_serves_only_the_question_it_came_from(stage: Stage) -> None:
    units = [Told(f"unit/z:u{number}", "units", "unit.enterprise", "z:a", None, "{}", FIRST, None) for number in range(4)]
    await stage.tell(put(units))
    first = await stage.figures.items(Page(Question("units"), limit=2), Everything())

    with pytest.raises(RefusedError, match="another question"):
        await stage.figures.items(Page(Question("units", kinds=("enterprise",)), cursor=first["next"], limit=2), Everything())
    with pytest.raises(RefusedError, match="no cursor of ours"):
        await stage.figures.items(Page(Question("units"), cursor="bm90LWE", limit=2), Everything())


async def test_equal_rows_of_one_thing_are_listed_as_often_as_they_count(stage: Stage) -> None:
    move = Told("case/z:k", "cases.moved", "case.livelihood", "z:a", None, '{"state":"assigned"}', FIRST, FIRST)
    await stage.tell(put([move, move]))

    found = await all_pages(stage, Question("cases.moved"), limit=1)

    assert (found["total"], found["sum"]) == (2, 2)


def listed_number(metric: Metric, figure: Json) -> Json:
    """What the list behind a figure adds up to, by side; nothing for a figure that has no list."""
    match metric.form:
        case Ratio() | Fulfilment():
            return {"num": figure["num"], "den": figure["den"]}
        case Ordinal(start=start):
            return {"": figure["value"] - start}
        case Mean():
            return {"": None if figure["mean"] is None else round(figure["mean"] * figure["count"])}
        case Sum() | Distinct() | Total():
            return {"": figure["value"]}
        case Constant():
            return {"": 0}
        case _:
            return {}


@pytest.mark.timeout(600)
@EXAMPLES
@given(SEEDS)
async def test_the_list_behind_every_definition_of_the_catalogue_adds_up_to_it(stage: Stage, seed: int) -> None:
    chance = Random(seed)
    await stage.clear()
    commits = World(chance).commits()
    await stage.tell(*commits)
    await stage.merge(len(commits) // 2)
    oracle = Oracle(signed for commit in commits for signed in commit)
    tried, unlisted = 0, {}

    for metric in stage.catalogue.metrics.values():
        ask = some_ask(chance, oracle, "visits", "stock")
        area = ask.area if "area" in metric.axes else None
        asking = Asking(FIRST, ask.last, None, None)
        question = Question(metric.id, asking, area)
        try:
            figure = await stage.figures.answer(question, Everything())
        except RefusedError:
            continue  # the area is not in the tree of this day, or units would be mixed
        for side, expected in listed_number(metric, figure).items():
            try:
                found = await all_pages(stage, question, Side(side or None), limit=100)
            except RefusedError as error:
                unlisted[metric.id] = error.problem.detail
                continue
            assert found["sum"] == (expected or 0), (metric.id, side, question)
            tried += 1
    assert tried > 0
    assert all("counts values" in said or "is a rate" in said for said in unlisted.values()), unlisted
