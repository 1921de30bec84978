"""A rebuild takes the combinations of axes along that the live figures use."""

from prometheus_client import CollectorRegistry

from services.metrics.merge import Merger
from services.metrics.rebuild import Rebuild
from services.metrics.telemetry import Telemetry
from tests.integration.metrics.figures import apply, figures, naive, processor
from tests.integration.metrics.test_merge import story
from tests.integration.metrics.test_rebuild import log, told

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
