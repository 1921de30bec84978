"""A rebuild takes the combinations of axes along that the live figures use."""

import asyncio
from datetime import date

import pytest
from prometheus_client import CollectorRegistry

from services.metrics import rebuild
from services.metrics.merge import Merger
from services.metrics.rebuild import Rebuild
from services.metrics.telemetry import Telemetry
from tests.integration.metrics.figures import apply, figures, naive, processor
from tests.integration.metrics.test_merge import story
from tests.integration.metrics.test_rebuild import log, told
from tests.unit.metrics.facts import body, occurrence

DAY = date(2026, 3, 1)
UNUSED = "INSERT INTO metrics.axis (generation, measure, kind, dims) VALUES (1, 'nobody.asks', 'case', '{}')"
AXES = "SELECT measure, kind, area, organisation, dims, axis FROM metrics.axis WHERE generation = $1"


async def axes(see, generation):
    return {tuple(row)[:5]: row["axis"] for row in await see.fetch(AXES, generation)}


async def test_axes_keep_their_numbers_and_what_no_row_uses_is_left_behind(worker_database, see, database):
    await told(worker_database, see)
    await Merger(worker_database, Telemetry(CollectorRegistry())).step()
    before = await axes(see, 1)
    await see.execute(UNUSED)

    assert (await Rebuild(database).run()).switched

    assert await axes(see, 2) == before
    assert await figures(see, 2) == await naive(see, 2)


async def test_axes_that_only_unmerged_rows_use_are_numbered_as_they_are_met(worker_database, see, database):
    bodies = story(5, 40)
    await log(see, bodies)
    await apply(processor(worker_database), bodies)

    assert (await Rebuild(database).run()).switched

    before, after = await axes(see, 1), await axes(see, 2)
    assert before.keys() == after.keys()
    assert not set(before.values()) & set(after.values())
    assert await figures(see, 2) == await naive(see, 2)


async def test_into_another_epoch_of_the_log_none_are_taken_along(worker_database, see, database):
    """The log was told again, and a state is in it no more: what is not counted any more must not look as if it were."""
    await told(worker_database, see)
    await Merger(worker_database, Telemetry(CollectorRegistry())).step()
    bodies = [body(number, now=[occurrence(DAY)], epoch=2, subject=f"case/z:{number}") for number in range(1, 11)]
    await see.execute("DELETE FROM log.fact")
    await log(see, bodies, epoch=2)

    assert (await Rebuild(database).run(accept=True)).switched

    assert len(await axes(see, 2)) == 1 < len(await axes(see, 1))


async def test_when_the_live_figures_cannot_be_added_up_the_rebuild_ends_at_once(worker_database, see, database, monkeypatch):
    await told(worker_database, see)
    filled = []

    async def fail(*_):
        await asyncio.sleep(0.05)
        raise OSError("no space left on device")

    async def fill(self, *_):
        await asyncio.sleep(5)
        filled.append(self)

    monkeypatch.setattr(rebuild, "sum_up", fail)
    monkeypatch.setattr(Rebuild, "_fill", fill)

    with pytest.raises(OSError, match="no space left"):
        await asyncio.wait_for(Rebuild(database).run(), 4)

    assert filled == []
    assert await see.fetchval("SELECT live FROM metrics.generation") == 1
