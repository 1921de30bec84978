"""Whether this process runs the active catalogue, and what it does when it does not: it is not ready, and, where it can load the active one, ends.

Who supervises it starts it again, with the other catalogue. A process never exchanges its catalogue while it serves: half of an answer would be by either.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg
import structlog

from services.kernel.catalogue import CatalogueError, load
from services.kernel.postgres.database import UNAVAILABLE, Database
from services.kernel.postgres.queries import load as load_sql
from services.kernel.versions.stored import put_out

_SQL = load_sql("services.kernel.versions", "versions.sql")
_log = structlog.get_logger()

LOOK_EVERY_S = 2.0


class OtherCatalogueError(Exception):
    """Another catalogue than this process's is active."""


def end_process() -> None:
    """Asks this process to end in good order."""
    os.kill(os.getpid(), signal.SIGTERM)


class VersionWatch:
    """One process's catalogue beside the active one. folders: where the process loaded its own from; own: nobody else keeps the active one there."""

    def __init__(self, database: Database, version: str, folders: Path | str, end: Callable[[], None] = end_process, *, own: bool = False) -> None:
        self._database = database
        self._version = version
        self._folders = folders
        self._end = end
        self._own = own
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to look every two seconds."""
        self._task = asyncio.create_task(self._run(), name="version-watch")

    async def stop(self) -> None:
        """Looks no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def check(self) -> None:
        """A health check: raises OtherCatalogueError, with what to do, unless the active catalogue is this process's and the log is open."""
        row = await self._database.pool.fetchrow(_SQL.read_active)
        assert row is not None
        if row["catalogue"] not in (None, self._version):
            raise OtherCatalogueError(f"runs catalogue {self._version}, but {row['catalogue']} is active: restart it on the files of that version")
        if row["closed_for"] is not None:
            raise OtherCatalogueError(f"writing waits: {row['closed_for']}")

    async def look(self) -> bool:
        """Whether the process should end: another catalogue is active, and the folders hold it."""
        row = await self._database.pool.fetchrow(_SQL.read_active)
        if row is None or row["catalogue"] in (None, self._version):
            return False
        if self._own:
            await put_out(self._database, Path(self._folders))
        try:
            held = await asyncio.to_thread(load, self._folders)
        except CatalogueError:
            return False
        return bool(held.version == row["catalogue"])

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                over = await self.look()
            except (*UNAVAILABLE, asyncpg.PostgresError):
                continue
            if over:
                _log.warning("another catalogue is active: ending, to be started with it", version=self._version)
                self._end()
                return
