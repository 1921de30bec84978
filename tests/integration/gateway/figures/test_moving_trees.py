"""Trees that move at midnight: every answer has one tree, and yesterday's figures keep yesterday's."""

from datetime import date

import pytest
import pytest_asyncio

from services.gateway.figures.answer import Json
from services.gateway.figures.frame import Asking
from services.gateway.figures.periods import Compare, Interval
from services.gateway.figures.question import Question
from services.kernel.errors import RefusedError
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.filling import Told, dims, put
from tests.integration.gateway.figures.test_grants import START, area

EVE, DAY = date(2024, 2, 29), date(2024, 3, 1)
COMMITTEES = [f"z:c{number}" for number in range(3)]


def grouped(key: str, spans: list[tuple[str | None, date, date | None]], into: str | None = None) -> list[Told]:
    """A branch under one parent after the other; merged at the end if `into` says so."""
    kind = "organisation.party.branch"
    rows = [Told(f"organisation/{key}", "_tree", kind, "z:d", parent, "{}", first, until) for parent, first, until in spans]
    rows += [Told(f"organisation/{key}", "organisations", kind, "z:d", key, "{}", first, until) for _, first, until in spans]
    if into is not None:
        rows.append(Told(f"organisation/{key}", "_tree", kind, None, None, dims(into=into), spans[-1][2] or DAY, None))
    return rows


def joined(number: int, organisation: str, day: date) -> list[Told]:
    place = (None, organisation, dims(standing="full"))
    return [
        Told(f"member/z:m{number}", "members", "member", *place, day, None),
        Told(f"member/z:m{number}", "members.joined", "member", *place, day, day),
    ]


@pytest_asyncio.fixture
async def regrouped(stage: Stage) -> Stage:
    """Six branches below the district until February; then below three committees, but for one that is merged and one that ends. A grid moves as well."""
    rows = [*area("z:d", "district", None), *area("z:s", "street", "z:d"), *area("z:t", "street", "z:d")]
    rows += [*area("z:g", "grid", "z:s", DAY), *area("z:g", "grid", "z:t", None, DAY)]
    for key in COMMITTEES:
        rows += [Told(f"organisation/{key}", measure, "organisation.party.committee", "z:d", key if measure != "_tree" else None, "{}", DAY, None)
                 for measure in ("_tree", "organisations")]  # fmt: skip
    for number in range(4):
        rows += grouped(f"z:b{number}", [(None, START, DAY), (COMMITTEES[number % 3], DAY, None)])
    rows += grouped("z:b4", [(None, START, DAY)], into="z:b0")
    rows += grouped("z:b5", [(None, START, DAY)])
    for number in range(6):
        rows += joined(number, f"z:b{number}", date(2024, 1, 10 + number))
    rows += [Told(f"visit/z:v{day.day}", "visits", "visit.home", "z:g", None, "{}", day, day) for day in (EVE, DAY)]
    await stage.tell(put(rows))
    return stage


async def ask(stage: Stage, metric: str, by: str = "", **days: date) -> Json:
    more = {"area": days.pop("area", None)}
    asking = Asking(days.get("first"), days.get("last"), days.get("as_of"), days.get("tree"))
    return await stage.figures.answer(Question(metric, asking, by=by, **more), Everything())  # type: ignore[arg-type]


def rows_of(answer: Json) -> dict[str | None, int]:
    return {row["key"]: row["value"] for row in answer["by"] if row["value"]}


async def test_yesterdays_members_stand_in_yesterdays_tree(regrouped: Stage) -> None:
    yesterday, today = await ask(regrouped, "members", "org", as_of=EVE), await ask(regrouped, "members", "org", as_of=DAY)

    assert rows_of(yesterday) == {f"z:b{number}": 1 for number in range(6)}
    assert rows_of(today) == {"z:c0": 3, "z:c1": 1, "z:c2": 1, None: 1}, "the merged branch's member counts at its heir, the ended one's is unplaced"
    assert (yesterday["value"], today["value"], today["unplaced"]) == (6, 6, 1)
    assert (yesterday["tree"], today["tree"]) == (EVE.isoformat(), DAY.isoformat())


async def test_a_later_state_can_be_shown_in_an_earlier_tree_and_the_other_way_round(regrouped: Stage) -> None:
    now_in_then = await ask(regrouped, "members", "org", as_of=DAY, tree=EVE)
    then_in_now = await ask(regrouped, "members", "org", as_of=EVE, tree=DAY)

    assert rows_of(now_in_then) == {"z:b0": 2, "z:b1": 1, "z:b2": 1, "z:b3": 1, "z:b5": 1}
    assert rows_of(then_in_now) == {"z:c0": 2, "z:c1": 1, "z:c2": 1, None: 2}
    assert now_in_then["value"] == then_in_now["value"] == 6


async def test_history_before_the_regrouping_is_shown_below_the_new_committees(regrouped: Stage) -> None:
    january = Asking(date(2024, 1, 1), date(2024, 1, 31))

    whole = await regrouped.figures.answer(Question("members.joined", january, by="org"), Everything())
    below = await regrouped.figures.answer(Question("members.joined", january, organisation="z:c0"), Everything())

    assert (whole["value"], below["value"]) == (6, 2)
    assert rows_of(whole) == {"z:c0": 2, "z:c1": 1, "z:c2": 1, None: 2}


async def test_a_moved_grids_past_goes_with_it_unless_the_tree_of_then_is_asked_for(regrouped: Stage) -> None:
    days = Asking(date(2024, 2, 1), date(2024, 3, 31))
    now = await regrouped.figures.answer(Question("visits", days, area="z:d", by="area"), Everything())
    then = await regrouped.figures.answer(Question("visits", days._replace(tree=EVE), area="z:d", by="area"), Everything())
    as_of = await regrouped.figures.answer(Question("visits", days._replace(as_of=EVE), area="z:d", by="area"), Everything())

    assert rows_of(now) == {"z:t": 2}
    assert rows_of(then) == rows_of(as_of) == {"z:s": 2}


async def test_a_series_across_the_move_and_what_it_is_compared_with_have_one_tree(regrouped: Stage) -> None:
    months = Asking(date(2024, 2, 1), date(2024, 3, 31), interval=Interval.MONTH)
    series = await regrouped.figures.answer(Question("visits", months, area="z:t"), Everything())
    march = Asking(date(2024, 3, 1), date(2024, 3, 31))
    compared = await regrouped.figures.answer(Question("visits", march, area="z:t", compare=Compare.PREVIOUS), Everything())

    assert [point["value"] for point in series["series"]] == [1, 1]
    assert (compared["value"], compared["compare"]["value"], compared["compare"]["change"]) == (1, 1, 0)


async def test_the_number_of_areas_below_a_street_is_that_of_the_asked_day(regrouped: Stage) -> None:
    assert [
        (await regrouped.figures.answer(Question("areas", Asking(as_of=day), area=street, kinds=("grid",)), Everything()))["value"]
        for day in (EVE, DAY)
        for street in ("z:s", "z:t")
    ] == [1, 0, 0, 1]


async def test_a_node_that_is_gone_is_asked_for_in_a_tree_that_has_it(regrouped: Stage) -> None:
    gone = Question("members", organisation="z:b5")

    with pytest.raises(RefusedError, match="ask with tree= a day on which it was"):
        await regrouped.figures.answer(gone, Everything())
    assert (await regrouped.figures.answer(gone._replace(asking=Asking(tree=EVE)), Everything()))["value"] == 1
    assert (await regrouped.figures.answer(Question("members", organisation="z:b4"), Everything()))["value"] == 2, "the merged one is its heir"
