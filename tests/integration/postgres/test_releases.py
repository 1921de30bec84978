"""The database remembers which releases work on it: expanded, the one before still does; contracted, it is refused with a sentence."""

import asyncpg
import pytest

from services.kernel.postgres.migrate import Migration, TooOldError, find_migrations, migrate, require_new_enough
from services.kernel.postgres.migrated import missing
from services.kernel.release import RELEASE
from tests.support.postgres import as_role

ADDS = Migration("members/0900_pre_colour", "CREATE TABLE members.colour (name text)")
TAKES = Migration("members/0901_post_colour", "-- oldest release: 0.3.0\nDROP TABLE members.colour")


async def stamp(dsn: str) -> tuple[str, str]:
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow("SELECT newest, oldest FROM public.release")
        assert row is not None
        return row["newest"], row["oldest"]
    finally:
        await connection.close()


async def test_the_database_says_which_release_migrated_it(database_dsn: str) -> None:
    assert await stamp(database_dsn) == (RELEASE, "0")


async def test_after_an_expansion_the_release_before_still_starts(database_dsn: str) -> None:
    known = find_migrations()
    assert await migrate(database_dsn, [*known, ADDS], "0.2.0") == [ADDS.name]

    assert await migrate(database_dsn, known, "0.1.0") == []
    assert await missing(as_role(database_dsn, "members"), known, "0.1.0") is None
    assert await stamp(database_dsn) == ("0.2.0", "0")


async def test_after_a_contraction_an_older_release_is_refused_with_a_sentence(database_dsn: str) -> None:
    known = find_migrations()
    await migrate(database_dsn, [*known, ADDS], "0.2.0")
    await migrate(database_dsn, [*known, ADDS, TAKES], "0.10.0")

    assert await stamp(database_dsn) == ("0.10.0", "0.3.0")
    with pytest.raises(TooOldError, match=r"this is release 0\.2\.0, and the database works with 0\.3\.0 or newer"):
        await migrate(database_dsn, [*known, ADDS], "0.2.0")
    with pytest.raises(TooOldError):
        await missing(as_role(database_dsn, "gateway"), [*known, ADDS], "0.2.0")
    assert await migrate(database_dsn, [*known, ADDS], "0.9.0") == []  # newer than the oldest, though older than the newest
    assert await stamp(database_dsn) == ("0.10.0", "0.3.0")


async def test_a_service_waits_for_migrations_that_have_not_run(database_dsn: str) -> None:
    lack = await missing(as_role(database_dsn, "cases"), [*find_migrations(), ADDS])
    assert lack == "migration members/0900_pre_colour has not run yet"


async def test_a_service_waits_for_a_database_that_is_not_there(database_dsn: str) -> None:
    lack = await missing(database_dsn.replace("wangge_test", "wangge_nowhere"), find_migrations())
    assert lack is not None
    assert "does not let us in" in lack


def test_releases_compare_as_numbers() -> None:
    require_new_enough("0.9.0", "0.10.0")


def test_every_migration_that_takes_away_says_for_which_release() -> None:
    unsaid = [one.name for one in find_migrations() if "_post_" in one.name and one.oldest is None]
    misnamed = [one.name for one in find_migrations() if "_post_" not in one.name and "_pre_" not in one.name]
    assert (unsaid, misnamed) == ([], [])
