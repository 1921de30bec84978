"""Each point of a series is the figure of its own days, in one tree; breakdowns add up."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given

from services.gateway.figures.frame import Asking
from services.gateway.figures.periods import Compare, Interval
from services.gateway.figures.question import Question
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.filling import Told, put
from tests.integration.gateway.figures.oracle import SPECS, Oracle
from tests.integration.gateway.figures.test_against_the_oracle import COVERAGES, EXAMPLES, SEEDS, ask_all_ways, in_oracle_words, question_of, some_ask
from tests.integration.gateway.figures.world import FIRST, TODAY, World

METRICS = ("units", "cases.open", "members", "activities", "volunteer.minutes", "volunteer.people", "cases.reached", "visits.places")


def starts(first: date, last: date, interval: str) -> list[date]:
    """The first days of the points: the first day, and each day on which a calendar interval begins."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    begins = {"day": lambda _: True, "week": lambda day: day.isoweekday() == 1, "month": lambda day: day.day == 1}[interval]
    return [day for day in days if day == first or begins(day)]


@pytest.mark.timeout(600)
@EXAMPLES
@given(SEEDS)
async def test_each_point_is_the_figure_of_its_days(stage: Stage, seed: int) -> None:
    chance = Random(seed)
    await stage.clear()
    commits = World(chance).commits()
    await stage.tell(*commits)
    await stage.merge(len(commits) // 2)
    oracle = Oracle(signed for commit in commits for signed in commit)

    for metric in (*METRICS, *COVERAGES, "cases.resolution_rate"):
        spec = SPECS.get(metric)
        nature = spec.nature if spec else "cohort" if metric.startswith("cases") else "stock"
        first, last = FIRST + timedelta(days=chance.randint(0, 30)), TODAY - timedelta(days=chance.randint(0, 30))
        interval = chance.choice(["week", "month"])
        ask = some_ask(chance, oracle, metric, nature)._replace(by="", org=None, first=first, last=last, state=TODAY, tree=TODAY, area=None)
        question = question_of(metric, ask, nature)._replace(asking=Asking(first, last, None, TODAY, Interval(interval)))
        answer = await ask_all_ways(stage, question)
        edges = starts(first, last, interval)
        points = list(zip(edges, [*(day - timedelta(days=1) for day in edges[1:]), last], strict=True))
        assert [(point["from"], point["to"]) for point in answer["series"]] == [(one.isoformat(), other.isoformat()) for one, other in points]
        for point, (one, other) in zip(answer["series"], points, strict=True):
            here = in_oracle_words(ask._replace(first=one, last=other, state=other if nature == "stock" else TODAY))
            if spec is not None:
                assert point["value"] == oracle.sum(metric, here).value
            else:
                num, den = oracle.coverage(metric, here) if metric in COVERAGES else oracle.resolution(here)
                assert (point["num"], point["den"]) == (num.value, den.value)
        if spec is not None:
            assert answer["value"] == oracle.sum(metric, in_oracle_words(ask._replace(state=last))).value


@pytest.mark.timeout(600)
@EXAMPLES
@given(SEEDS)
async def test_rows_of_additive_figures_add_up_and_each_is_the_figure_of_its_place(stage: Stage, seed: int) -> None:
    chance = Random(seed)
    await stage.clear()
    commits = World(chance).commits()
    await stage.tell(*commits)
    oracle = Oracle(signed for commit in commits for signed in commit)

    for metric in ("units", "members", "cases.open", "activities", "volunteer.minutes", "attendance"):
        spec = SPECS[metric]
        ask = some_ask(chance, oracle, metric, spec.nature)._replace(where=(), org=None)
        for by in ("area", "area:grid", "org", "kind", "organisation.kind"):
            question = question_of(metric, ask._replace(by=by), spec.nature)
            answer = await stage.figures.answer(question, Everything())
            assert sum(row["value"] for row in answer["by"]) == answer["value"]
            if by not in {"area", "kind"}:
                continue
            for row in answer["by"]:
                if row["key"] is None or row["key"] == ask.area:
                    continue
                narrowed = question._replace(by="", area=row["key"]) if by == "area" else question._replace(by="", kinds=(row["key"],))
                own = await stage.figures.answer(narrowed, Everything())
                # A kind's figure has the kinds below it as well; the row has not.
                assert own["value"] == row["value"] or by == "kind"


async def test_a_figure_is_compared_with_the_interval_before(stage: Stage) -> None:
    world = World(Random(5))
    commits = world.commits()
    await stage.tell(*commits)
    oracle = Oracle(signed for commit in commits for signed in commit)
    question = question_of("visits", some_ask(Random(1), oracle, "visits", "flow"), "flow")
    march = question._replace(asking=Asking(date(2024, 3, 1), date(2024, 3, 31)), area=None, organisation=None, by="", compare=Compare.PREVIOUS)

    answer = await stage.figures.answer(march, Everything())
    february = await stage.figures.answer(march._replace(compare=None, asking=Asking(date(2024, 2, 1), date(2024, 2, 29))), Everything())

    assert (answer["compare"]["from"], answer["compare"]["to"]) == ("2024-02-01", "2024-02-29")
    assert answer["compare"]["value"] == february["value"]
    assert answer["compare"]["change"] == answer["value"] - february["value"]


async def test_a_row_in_which_only_the_interval_before_counted_is_there(stage: Stage) -> None:
    def visits(kind: str, month: int, number: int) -> list[Told]:
        day = date(2024, month, 5)
        return [Told(f"visit/z:{kind}-{month}-{one}", "visits", f"visit.{kind}", None, None, "{}", day, day) for one in range(number)]

    await stage.tell(put([*visits("home", 3, 2), *visits("home", 2, 1), *visits("office", 2, 3), *visits("phone", 1, 4)]))
    march = Question("visits", Asking(date(2024, 3, 1), date(2024, 3, 31)), by="kind", compare=Compare.PREVIOUS)

    answer = await stage.figures.answer(march, Everything())

    rows = {row["key"]: (row["value"], row["compare"]["value"], row["compare"]["change"]) for row in answer["by"]}
    assert rows == {"visit.home": (2, 1, 1), "visit.office": (0, 3, -3)}
    assert answer["compare"]["value"] == sum(before for _, before, _ in rows.values())
    assert "compare" not in (await stage.figures.answer(march._replace(compare=None), Everything()))["by"][0]
