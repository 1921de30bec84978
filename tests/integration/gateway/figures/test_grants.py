"""What a reader is shown lies within one of its grants: places, kinds, classes, people."""

import base64
from datetime import date
from typing import NamedTuple

import pytest

from services.gateway.figures.answer import Json
from services.gateway.figures.frame import Asking
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import Page
from services.gateway.figures.question import Question
from services.gateway.grants import CLASSES, Grant
from services.kernel.errors import RefusedError
from tests.integration.gateway.figures.conftest import Everything, Stage
from tests.integration.gateway.figures.filling import Told, dims, put

START = date(2024, 1, 1)


class Holder(NamedTuple):
    """A reader with these grants."""

    grants: tuple[Grant, ...]
    namespaces: frozenset[str] = frozenset()


def holder(*grants: Grant) -> Holder:
    return Holder(grants)


def area(key: str, kind: str, parent: str | None, until: date | None = None, start: date = START) -> list[Told]:
    return [
        Told(f"area/{key}", "_tree", f"area.{kind}", parent, None, "{}", start, until),
        Told(f"area/{key}", "areas", f"area.{kind}", key, None, "{}", start, until),
    ]


def organisation(key: str, kind: str, own_area: str | None, parent: str | None) -> list[Told]:
    return [
        Told(f"organisation/{key}", "_tree", f"organisation.{kind}", own_area, parent, "{}", START, None),
        Told(f"organisation/{key}", "organisations", f"organisation.{kind}", own_area, key, "{}", START, None),
    ]


@pytest.fixture
async def district(stage: Stage) -> Stage:
    """Two streets with units, a committee in each, members, a visit, and a restricted list."""
    rows = [*area("z:d", "district", None), *area("z:s", "street", "z:d"), *area("z:t", "street", "z:d")]
    rows += [*organisation("z:os", "party.committee", "z:s", None), *organisation("z:ot", "party.committee", "z:t", None)]
    rows += [Told(f"unit/z:u{n}", "units", "unit.enterprise", "z:s", None, "{}", START, None) for n in range(3)]
    rows += [Told("unit/z:v", "units", "unit.school", "z:t", None, "{}", START, None)]
    rows += [Told("link/z:l", "links", "link.covers", "z:s", "z:os", "{}", START, None, 1, None, dims(**{"from": "organisation/z:os", "to": "unit/z:u0"}))]
    rows += [Told("member/z:m1", "members", "member", None, "z:os", dims(standing="full"), START, None)]
    rows += [Told("member/z:m2", "members", "member", None, "z:ot", dims(standing="full"), START, None)]
    roles = dims(by="person/z:m1", to="unit/z:u1")
    rows += [Told("visit/z:v1", "visits", "visit.home", "z:s", "z:os", "{}", START, START, 1, None, roles)]
    kind = restricted_kind(stage)
    rows += [Told(f"entry/z:r{n}", "entries", kind, "z:s", None, "{}", START, None) for n in range(2)]
    await stage.tell(put(rows))
    return stage


def restricted_kind(stage: Stage) -> str:
    return next(kind.id for kind in stage.catalogue.kinds.values() if kind.access == "restricted" and kind.family == "entry")


async def items(stage: Stage, question: Question, reader: Holder | Everything, side: Side = Side()) -> list[Json]:  # noqa: B008  a value
    return (await stage.figures.items(Page(question, side), reader))["items"]  # type: ignore[no-any-return]


async def test_a_question_without_an_area_is_about_the_one_that_the_grant_has(district: Stage) -> None:
    reader = holder(Grant(areas=("z:s",)))

    whole = await district.figures.answer(Question("units", by="area"), reader)
    asked = await district.figures.answer(Question("units", area="z:s", by="area"), Everything())
    listed = await items(district, Question("units"), reader)

    assert whole["value"] == 3
    assert whole["by"] == asked["by"]
    assert {item["key"] for item in listed} == {"z:u0", "z:u1", "z:u2"}


@pytest.mark.parametrize("question", [Question("units", area="z:t"), Question("units", area="z:d"), Question("members", area="z:t")])
async def test_what_lies_elsewhere_is_not_allowed(district: Stage, question: Question) -> None:
    with pytest.raises(RefusedError, match="your key may see no more"):
        await district.figures.answer(question, holder(Grant(areas=("z:s",))))


async def test_with_several_areas_one_must_be_named(district: Stage) -> None:
    reader = holder(Grant(areas=("z:s", "z:t")))

    with pytest.raises(RefusedError, match="one of z:s, z:t"):
        await district.figures.answer(Question("units"), reader)
    assert (await district.figures.answer(Question("units", area="z:t"), reader))["value"] == 1


async def test_all_of_one_grant_must_hold_and_any_grant_suffices(district: Stage) -> None:
    here_all, there_schools = Grant(areas=("z:s",)), Grant(areas=("z:t",), kinds=("unit.enterprise",))
    reader = holder(here_all, there_schools)

    assert (await district.figures.answer(Question("units", area="z:s"), reader))["value"] == 3
    assert (await district.figures.answer(Question("units", area="z:t"), reader))["value"] == 0, "of the school there only the enterprises may be seen"
    with pytest.raises(RefusedError):
        await district.figures.answer(Question("units", area="z:t", kinds=("unit.school",)), reader)


async def test_an_organisation_bounds_what_has_that_axis_and_refuses_the_rest(district: Stage) -> None:
    reader = holder(Grant(organisations=("z:os",)))

    assert (await district.figures.answer(Question("members"), reader))["value"] == 1
    with pytest.raises(RefusedError, match="has no axis org"):
        await district.figures.answer(Question("areas"), reader)
    with pytest.raises(RefusedError, match="the figure and not the list"):
        await items(district, Question("units.coverage"), reader)
    assert (await district.figures.answer(Question("units.coverage"), reader))["num"] == 1


async def test_a_moved_area_is_seen_by_whom_it_belongs_to_now(stage: Stage) -> None:
    moved = date(2024, 3, 1)
    rows = [*area("z:d", "district", None), *area("z:s", "street", "z:d"), *area("z:t", "street", "z:d")]
    rows += [*area("z:g", "grid", "z:s", moved), *area("z:g", "grid", "z:t", None, moved)]
    await stage.tell(put(rows))
    before = Asking(tree=date(2024, 2, 1))

    assert (await stage.figures.answer(Question("areas", area="z:g"), holder(Grant(areas=("z:t",)))))["value"] == 1
    with pytest.raises(RefusedError):
        await stage.figures.answer(Question("areas", area="z:g"), holder(Grant(areas=("z:s",))))
    with pytest.raises(RefusedError):
        await stage.figures.answer(Question("areas", before, area="z:g"), holder(Grant(areas=("z:s",))))


async def test_people_are_counted_for_everybody_and_named_to_nobody_without_the_class(district: Stage) -> None:
    anybody, official = holder(Grant()), holder(Grant(classes=CLASSES))

    for question, keys in ((Question("members"), {"z:m1", "z:m2"}), (Question("visits.people"), {"z:m1"})):
        named, hidden = await items(district, question, official), await items(district, question, anybody)
        assert {item["key"] for item in named} == keys
        assert [(item["key"], item["withheld"]) for item in hidden] == [(None, True)] * len(keys)
        assert [{**item, "key": None} for item in named] == [{name: value for name, value in item.items() if name != "withheld"} for item in hidden]
    [visit] = await items(district, Question("visits"), anybody)
    assert visit["roles"] == {"by": None, "to": "unit/z:u1"}


async def test_what_is_about_one_person_is_asked_with_the_class_only(district: Stage) -> None:
    with pytest.raises(RefusedError, match="about one person"):
        await district.figures.answer(Question("amounts", of="person/z:m1"), holder(Grant()))


async def test_a_cursor_does_not_tell_the_key_it_goes_on_from(district: Stage) -> None:
    page = await district.figures.items(Page(Question("members"), limit=1), holder(Grant()))
    rest = await district.figures.items(Page(Question("members"), cursor=page["next"], limit=1), holder(Grant()))

    assert b"m1" not in base64.urlsafe_b64decode(page["next"] + "=" * (-len(page["next"]) % 4))
    assert (page["total"], len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, 1, None)


async def test_restricted_lists_need_the_class_and_small_numbers_are_suppressed(district: Stage) -> None:
    question = Question("entries", kinds=(restricted_kind(district),))

    assert (await district.figures.answer(question, holder(Grant())))["suppressed"] is True
    assert (await district.figures.answer(question, holder(Grant(classes=CLASSES))))["value"] == 2
    with pytest.raises(RefusedError, match="may not be listed"):
        await items(district, question, holder(Grant()))
    assert len(await items(district, question, holder(Grant(classes=CLASSES)))) == 2


async def test_figures_of_public_metrics_are_shown_without_the_lists_behind_them(district: Stage) -> None:
    public = holder(Grant(classes=("public",)))

    assert (await district.figures.answer(Question("units"), public))["value"] == 4
    with pytest.raises(RefusedError, match="may not be listed"):
        await items(district, Question("members"), public)
    with pytest.raises(RefusedError, match="may not read"):
        await district.figures.answer(Question("units"), holder())
