"""What belongs to no room: a retelling's beginning, its comparison, the moment in which nobody writes, and the switch. As the owner."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import asyncpg

from services.kernel.catalogue import Catalogue
from services.kernel.contracts.registry import OWNERS
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load
from services.kernel.retelling.telling import NoRetellingError
from services.kernel.versions.stored import File, files_of, keep, read_active, read_files

_SQL = load("services.kernel.retelling", "retelling.sql")
_TRIES = 30
ROOMS = tuple(dict.fromkeys(OWNERS.values()))
"""The rooms whose logs are told again, each by its own `services.ROOM.retell`."""


class Moved(NamedTuple):
    """Rows of a measure and kind that go, and that come: where both are as many, they stand otherwise (a dimension, a place, a day)."""

    room: str
    measure: str
    kind: str
    go: int
    come: int


class Conductor:
    """One retelling, step by step; whoever calls sees that the rooms tell between begin and compare, and again between close and switch."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, folders: Path | str, catalogue: Catalogue) -> bool:
        """Makes room for a log under this catalogue, forgetting one that was begun before; False where it is the active one already."""
        files = files_of(folders)
        async with self._database.transaction() as connection:
            if (await read_active(connection)).version == catalogue.version:
                return False
            await keep(connection, catalogue.version, files)
            await connection.execute(_SQL.make_retelling, catalogue.version)
            return True

    async def files(self) -> list[File]:
        """The files of the catalogue that is told under; NoRetellingError if there is none."""
        async with self._database.transaction() as connection:
            return await read_files(connection, (await self._begun())["version"])

    async def compare(self) -> list[Moved]:
        """What the log told again says otherwise, up to where it has come."""
        epoch = (await self._begun())["epoch"]
        found = []
        async with self._database.transaction(isolation="repeatable_read") as connection:
            await connection.execute(_SQL.no_hurry)
            for room in ROOMS:
                sql = load("services.kernel.retelling", "retelling.sql", retold=f"fact_{room}_epoch_{epoch}")
                rows = await connection.fetch(sql.compare_rows, f"{room}.v1")
                found += [Moved(room, row["measure"], row["kind"], row["go"], row["come"]) for row in rows]
        return found

    async def close(self, why: str) -> None:
        """Nobody writes from here on: what is told is answered `unavailable`, and told again by whoever told it."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL.wait_for_writers)
            await connection.execute(_SQL.close_log, why)

    async def open(self) -> None:
        """Writing goes on as before."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL.open_log)

    async def switch(self) -> None:
        """The log told again is the log, as the next epoch and under the new catalogue, and open."""
        for attempt in range(_TRIES):
            try:
                async with self._database.transaction() as connection:
                    await connection.execute(_SQL.no_hurry)
                    await connection.execute(_SQL.short_wait)
                    await connection.execute(_SQL.switch_retelling)
            except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
                if attempt == _TRIES - 1:
                    raise
                await asyncio.sleep(0.5)
            else:
                return

    async def abandon(self) -> None:
        """Forgets what was told again, and opens the log where it was closed."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL.drop_retelling)
            await connection.execute(_SQL.open_log)

    async def _begun(self) -> asyncpg.Record:
        row = await self._database.pool.fetchrow(_SQL.read_retelling)
        if row is None:
            raise NoRetellingError("nothing is being told again")
        return row
