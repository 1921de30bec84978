"""What needs care: late changes, unplaced places, unknown things; page by page, within the reader's grants."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.gateway.figures.answer import Json
from services.gateway.grants import CLASSES, EVERYTHING, Grant
from services.gateway.quality import Quality, QualityAsked
from services.kernel.errors import RefusedError
from tests.integration.gateway.figures.conftest import Stage
from tests.integration.gateway.figures.filling import Told, dims, put
from tests.integration.gateway.figures.test_grants import START, Holder, area, holder

ALL = holder(EVERYTHING)
NOON = datetime(2024, 5, 1, 4, tzinfo=UTC)


async def tell_late(stage: Stage, number: int, subject: str, kind: str, at: str | None, *, epoch: int = 1) -> None:
    times = NOON - timedelta(days=9), NOON - timedelta(days=2), NOON + timedelta(minutes=number // 2)
    await stage.owner.execute(
        "INSERT INTO log.late VALUES ($1, 'members.v1', 3, $2, 'org.wangge.unit.changed.v1', $3, $4, $5, NULL, $6, $7, $8, $9)",
        epoch, number, subject, kind, at, f"urn:s#e{number}", *times,
    )  # fmt: skip


async def all_pages(quality: Quality, section: str, reader: Holder, limit: int) -> list[Json]:
    found, cursor, first = [], None, True
    while first or cursor is not None:
        answer = await quality.read(QualityAsked(section, cursor, limit), reader, reader.namespaces)
        assert len(answer[section]) <= limit
        found += answer[section]
        cursor, first = answer["next"][section], False
    return found


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
async def test_late_changes_are_listed_newest_first_page_by_page(stage: Stage, limit: int) -> None:
    await stage.tell(put([*area("z:d", "district", None), *area("z:s", "street", "z:d")]))
    for number in range(1, 8):
        await tell_late(stage, number, f"unit/z:u{number}", "unit.enterprise", "z:s" if number % 2 else "z:elsewhere")
    await tell_late(stage, 9, "unit/z:old", "unit.enterprise", "z:s", epoch=0)

    everything = await all_pages(Quality(stage.figures), "late", ALL, limit)
    within = await all_pages(Quality(stage.figures), "late", holder(Grant(areas=("z:s",))), limit)

    assert [one["key"] for one in everything] == [f"z:u{number}" for number in (6, 7, 4, 5, 2, 3, 1)]
    assert [one["key"] for one in within] == ["z:u7", "z:u5", "z:u3", "z:u1"]
    assert everything[0] == {
        "family": "unit", "key": "z:u6", "kind": "unit.enterprise", "type": "org.wangge.unit.changed.v1", "area": "z:elsewhere", "organisation": None,
        "causation": "urn:s#e6", "stated": "2024-04-22T04:00:00+00:00", "held_from": "2024-04-29T04:00:00+00:00", "recorded": "2024-05-01T04:03:00+00:00",
    }  # fmt: skip


async def test_a_late_change_of_a_person_names_nobody_without_the_class(stage: Stage) -> None:
    await tell_late(stage, 1, "member/z:m", "member", None)

    [hidden] = await all_pages(Quality(stage.figures), "late", holder(Grant()), 10)
    [named] = await all_pages(Quality(stage.figures), "late", holder(Grant(classes=CLASSES)), 10)

    assert (hidden["key"], hidden["causation"], named["key"]) == (None, None, "z:m")


async def test_unplaced_places_are_paged_and_say_whether_they_are_unknown_or_ended(stage: Stage) -> None:
    ended = date(2024, 3, 1)
    rows = [*area("z:d", "district", None), *area("z:g", "grid", "z:d", ended)]
    rows += [Told(f"unit/z:u{n}", "units", "unit.enterprise", "z:g", None, "{}", START, None) for n in range(2)]
    rows += [Told("visit/z:v", "visits", "visit.home", "z:g", "z:nobody", "{}", START, START)]
    await stage.tell(put(rows))
    quality = Quality(stage.figures)

    whole = await all_pages(quality, "unplaced", ALL, 1)

    assert whole == (await quality.read(QualityAsked(), ALL))["unplaced"]
    assert [(one["key"], one["state"], one["measure"], one["count"]) for one in whole] == [
        ("z:g", "ended", "units", 2),
        ("z:nobody", "unknown", "visits", 1),
    ]
    assert [one["key"] for one in await all_pages(quality, "unplaced", holder(Grant(areas=("z:d",))), 10)] == ["z:g"]


async def test_things_that_rows_name_and_nobody_told_of_are_found(stage: Stage) -> None:
    rows = [*area("z:d", "district", None)]
    rows += [Told("unit/z:known", "units", "unit.enterprise", "z:d", None, "{}", START, date(2024, 2, 1))]
    for number, to in enumerate(("unit/z:known", "unit/z:lost", "unit/z:lost", "entry/z:gone", "area/z:d", "person/z:p")):
        rows.append(Told(f"visit/z:v{number}", "visits", "visit.home", "z:d", None, "{}", START, START, 1, None, dims(to=to)))
    rows.append(Told("link/z:l", "links", "link.covers", "z:d", None, "{}", START, None, 1, None, dims(to="area/z:away")))
    await stage.tell(put(rows))
    await stage.merge(1)

    found = await all_pages(Quality(stage.figures), "references", ALL, 2)
    hidden = await all_pages(Quality(stage.figures), "references", holder(Grant()), 2)
    own = await all_pages(Quality(stage.figures), "references", Holder((Grant(),), frozenset({"z"})), 2)

    expected = {("unit", "z:lost", "to", "visits", 2), ("entry", "z:gone", "to", "visits", 1), ("area", "z:away", "to", "links", 1)}
    assert {(one["family"], one["key"], one["role"], one["measure"], one["count"]) for one in found} == expected
    assert {one["key"] for one in hidden} == {"z:lost", "z:away", None}
    assert {one["key"] for one in own} == {"z:lost", "z:away", "z:gone"}


async def test_a_foreign_cursor_is_refused(stage: Stage) -> None:
    with pytest.raises(RefusedError, match="no cursor"):
        await Quality(stage.figures).read(QualityAsked("late", "bm90LWE"), ALL)
