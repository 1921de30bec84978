"""The lists behind the forms that count something wider, earlier or other than their rows; and definitions in two versions, side by side."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from services.gateway.figures.answer import Json
from services.gateway.figures.frame import Asking
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import Page
from services.gateway.figures.question import Question
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.load import load
from services.kernel.errors import RefusedError
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.filling import Told, dims, put
from tests.integration.gateway.figures.test_grants import START, area

DEFINITIONS = """
metrics:
  - {id: t.share, unit: ratio, text: {zh: 占比, en: Share}, ratio: {num: visits, den: visits, den_at: area.district}}
  - {id: t.ordinal, unit: sessions, text: {zh: 第几次, en: Which session}, ordinal: {of: {measure: activities, kinds: [activity.lesson]}, start: 450}}
  - {id: t.streets, unit: things, text: {zh: 街道数, en: Streets visited}, distinct: {measure: visits, of: "area:street"}}
  - {id: t.colours, unit: things, text: {zh: 来源数, en: Channels}, distinct: {measure: cases.opened, of: channel}}
  - id: t.charter
    unit: ratio
    text: {zh: 村规覆盖, en: Villages with a charter}
    ratio: {num: {measure: areas, kinds: [area.village], covered: {measure: entries, role: area}}, den: {measure: areas, kinds: [area.village]}}
  - id: t.birthday
    unit: ratio
    text: {zh: 政治生日, en: Branches with a political birthday}
    fulfilment: {each: {measure: organisations, kinds: [organisation.party.branch]}, role: host, all: [{measure: activities, at_least: 1}]}
  - {id: t.changed, version: 1, unit: visits, text: {zh: 走访, en: Visits}, sum: {measure: visits}}
  - {id: t.changed, version: 2, valid_from: 2024-03-10, unit: visits, text: {zh: 走访户, en: Places visited}, distinct: {measure: visits, of: to}}
"""
MARCH = Asking(date(2024, 3, 1), date(2024, 3, 31))


def visit(number: int, at: str, day: date, to: str = "unit/z:u") -> Told:
    return Told(f"visit/z:v{number}", "visits", "visit.home", at, None, "{}", day, day, 1, None, dims(to=to))


@pytest.fixture
def definitions(tmp_path: Path) -> Catalogue:
    """The common catalogue with the definitions above."""
    shutil.copytree(Path(__file__).resolve().parents[4] / "catalogue" / "common", tmp_path / "common")
    (tmp_path / "places" / "test").mkdir(parents=True)
    (tmp_path / "places" / "test" / "metrics.yaml").write_text(DEFINITIONS, encoding="utf-8")
    return load(tmp_path)


@pytest_asyncio.fixture
async def told(stage: Stage, definitions: Catalogue) -> Stage:
    """A district with two streets, two villages, three branches; visits, lessons and one charter."""
    stage.catalogue = definitions
    stage.reset()
    rows = [*area("z:d", "district", None), *area("z:s", "street", "z:d"), *area("z:t", "street", "z:d"), *area("z:x", "village", "z:s")]
    rows += area("z:y", "village", "z:t")
    rows += [visit(1, "z:x", date(2024, 3, 2)), visit(2, "z:s", date(2024, 3, 20)), visit(3, "z:t", date(2024, 3, 3)), visit(4, "z:t", date(2024, 2, 3))]
    for number, day in enumerate((date(2024, 1, 5), date(2024, 3, 5))):
        roles = dims(host="organisation/z:b0")
        rows.append(Told(f"activity/z:a{number}", "activities", "activity.lesson", "z:s", "z:b0", "{}", day, day, 1, None, roles))
    for number in range(3):
        kind = "organisation.party.branch"
        rows += [Told(f"organisation/z:b{number}", measure, kind, "z:s", f"z:b{number}" if measure != "_tree" else None, "{}", START, None) for measure in
                 ("_tree", "organisations")]  # fmt: skip
    rows.append(Told("entry/z:charter", "entries", "entry.charter", "z:x", None, "{}", START, None))
    await stage.tell(put(rows))
    return stage


async def figure(stage: Stage, metric: str, asking: Asking = MARCH, **more: Any) -> Json:
    return await stage.figures.answer(Question(metric, asking, **more), Everything())


async def listed(stage: Stage, metric: str, side: Side = Side(), asking: Asking = MARCH, **more: Any) -> tuple[list[str], int]:  # noqa: B008  a value
    page = await stage.figures.items(Page(Question(metric, asking, **more), side), Everything())
    return [item["key"] for item in page["items"]], page["sum"]


async def test_the_denominator_of_a_share_is_listed_where_it_is_taken(told: Stage) -> None:
    share = await figure(told, "t.share", area="z:s")

    assert (share["num"], share["den"]) == (2, 3)
    assert await listed(told, "t.share", Side("num"), area="z:s") == (["z:v1", "z:v2"], 2)
    assert await listed(told, "t.share", Side("den"), area="z:s") == (["z:v1", "z:v2", "z:v3"], 3)
    assert await listed(told, "t.share", Side("den", "num"), area="z:s") == (["z:v3"], 1)


async def test_the_list_of_an_ordinal_goes_back_to_the_first(told: Stage) -> None:
    assert (await figure(told, "t.ordinal"))["value"] == 452
    assert await listed(told, "t.ordinal") == (["z:a0", "z:a1"], 2)


async def test_distinct_places_are_listed_as_places(told: Stage) -> None:
    assert (await figure(told, "t.streets"))["value"] == 2
    assert await listed(told, "t.streets") == (["z:s", "z:t"], 2)
    assert await listed(told, "t.streets", area="z:s") == (["z:s"], 1)


async def test_values_are_counted_and_not_listed(told: Stage) -> None:
    with pytest.raises(RefusedError, match="ask by=channel"):
        await listed(told, "t.colours")


async def test_what_is_not_covered_is_listed(told: Stage) -> None:
    assert await listed(told, "t.charter", Side("den", "num")) == (["z:y"], 1)
    assert await listed(told, "t.charter", Side(None, "num"), area="z:s") == ([], 0)


async def test_who_did_not_is_listed(told: Stage) -> None:
    share = await figure(told, "t.birthday")

    assert (share["num"], share["den"]) == (1, 3)
    assert await listed(told, "t.birthday", Side("num")) == (["z:b0"], 1)
    assert await listed(told, "t.birthday", Side(None, "num")) == (["z:b1", "z:b2"], 2)


async def test_a_question_takes_the_definition_of_its_last_day_or_the_one_it_names(told: Stage) -> None:
    march, february = await figure(told, "t.changed"), await figure(told, "t.changed", Asking(date(2024, 2, 1), date(2024, 2, 29)))
    first, second = await figure(told, "t.changed", version=1), await figure(told, "t.changed", version=2)

    assert (march["definition"]["version"], february["definition"]["version"]) == (2, 1)
    assert (first["value"], second["value"], march["value"]) == (3, 1, 1)
    assert await listed(told, "t.changed", version=1) == (["z:v1", "z:v2", "z:v3"], 3)
    assert await listed(told, "t.changed") == (["z:u"], 1)
    with pytest.raises(RefusedError, match=r"t\.changed@1, t\.changed@2"):
        await figure(told, "t.changed", version=3)
