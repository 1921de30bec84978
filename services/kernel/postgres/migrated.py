"""Waits until the database is as this release needs it, then ends: `python -m services.kernel.postgres.migrated`.

For whoever starts services beside the migration, not after it. With the service's own account (WANGGE_POSTGRES).
0 when it is; 1, with a sentence, when it cannot become so, or not within WANGGE_PATIENCE seconds (300).
"""

import asyncio
import sys
import time
from collections.abc import Sequence

import asyncpg
from pydantic import Field

from services.kernel.postgres.migrate import Migration, TooOldError, find_migrations, require_new_enough
from services.kernel.postgres.queries import load
from services.kernel.release import RELEASE
from services.kernel.settings import OwnerSettings

_SQL = load("services.kernel.postgres", "migrate.sql")
_EVERY_S = 1.0


class WaitSettings(OwnerSettings):
    """Where to look, and for how long."""

    patience: float = Field(default=300, title="Seconds to wait for the database and its migrations")


async def missing(dsn: str, migrations: Sequence[Migration], release: str = RELEASE) -> str | None:
    """What the database still lacks for this release, as a sentence; None if nothing. TooOldError if it has gone on without us."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return f"the database does not let us in ({type(error).__name__}: {error})"
    try:
        done = {row["name"] for row in await connection.fetch(_SQL.list_done)}
        stamp = await connection.fetchrow(_SQL.read_stamp)
    except (asyncpg.UndefinedTableError, asyncpg.InsufficientPrivilegeError):
        return "nothing has migrated the database yet"
    finally:
        await connection.close()
    if stamp is not None:
        require_new_enough(stamp["oldest"], release)
    return next((f"migration {one.name} has not run yet" for one in migrations if one.name not in done), None)


async def wait(settings: WaitSettings) -> str | None:
    """Returns None once nothing is missing, else the last sentence when the time is over."""
    until = time.monotonic() + settings.patience
    while (lack := await missing(settings.postgres.get_secret_value(), find_migrations())) is not None:
        if time.monotonic() > until:
            return lack
        await asyncio.sleep(_EVERY_S)
    return None


def main() -> int:
    """The command."""
    try:
        lack = asyncio.run(wait(WaitSettings()))  # type: ignore[call-arg]  # read from the environment
    except TooOldError as error:
        lack = str(error)
    if lack is not None:
        sys.stderr.write(f"{lack}\n")
    return 0 if lack is None else 1


if __name__ == "__main__":
    sys.exit(main())
