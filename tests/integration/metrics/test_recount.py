from datetime import date

from services.metrics.recount.compare import compare_with_log
from tests.integration.metrics.figures import apply, processor
from tests.integration.metrics.test_merge import story
from tests.integration.metrics.test_rebuild import log
from tests.unit.metrics.facts import body, stretch


async def tell(see, bodies):
    """A log whose lines name the subjects of their bodies."""
    await log(see, bodies)
    await see.execute("UPDATE log.fact SET subject = convert_from(body, 'UTF8')::jsonb ->> 'subject'")


async def recount(database):
    async with database.transaction(isolation="repeatable_read") as connection:
        return await compare_with_log(connection)


async def test_what_was_counted_is_found_again(worker_database, see, database):
    bodies = story(3, 12)
    await tell(see, bodies)
    await apply(processor(worker_database), bodies, headers=range(1, 13))

    found = await recount(database)

    assert (found.events, found.differences) == (12, [])


async def test_a_fact_that_was_put_aside_is_a_difference(worker_database, see, database):
    bodies = story(3, 12)
    bodies[5] = body(6, now=[stretch(date(2026, 4, 1), date(2026, 3, 1))])
    await tell(see, bodies)
    await apply(processor(worker_database), bodies, headers=range(1, 13))

    (difference,) = (await recount(database)).differences

    assert difference.cell.startswith("dead letter ")
    assert "ends before it begins" in difference.cell
    assert (difference.live, difference.recounted) == (0, 1)
