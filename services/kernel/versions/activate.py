"""Makes the catalogue of the operator's folders the active one: `python -m services.kernel.versions.activate [--json]`, as the owner.

A change that alters only what is read, or what may be told from now on, holds at once. One that alters what rows say of kinds that things were told of
needs a retelling: the active catalogue stays, and this says so. WANGGE_CATALOGUE names the folders; the active one is put out into WANGGE_CATALOGUE_ACTIVE.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import NamedTuple

import msgspec
from pydantic import Field

from services.kernel.catalogue import Catalogue, CatalogueError, load
from services.kernel.catalogue.comparing import Comparison, compare
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load as load_sql
from services.kernel.settings import OwnerSettings
from services.kernel.versions.stored import active_catalogue, files_of, keep, put_out, read_active

_SQL = load_sql("services.kernel.versions", "versions.sql")


class VersionSettings(OwnerSettings):
    """What needs the owner's rights and knows both folders."""

    catalogue: str = Field(default="catalogue", title="Folders of the catalogue as the operator writes it, joined by a colon")
    catalogue_active: Path | None = Field(default=None, title="Folder that the active catalogue is put out into, for processes to load")


class Activated(NamedTuple):
    """What came of it."""

    active: str
    offered: str
    comparison: Comparison | None  # None: there was none before
    to_retell: tuple[str, ...]  # kinds that things were told of, and whose rows would say something else

    def text(self) -> str:
        """One line for eyes."""
        if self.to_retell:
            kinds = ", ".join(self.to_retell)
            return f"catalogue {self.active} stays active: {self.offered} changes what rows say of {kinds}; see `./run catalogue diff`, then `./run retell`"
        return f"catalogue {self.active} is active"


async def offer(database: Database, folders: Path | str, catalogue: Catalogue) -> Activated:
    """Activates a catalogue unless that takes a retelling."""
    files = files_of(folders)
    while True:
        before = await _active_or(catalogue, database)
        comparison = None if before is None else compare(before, catalogue)
        async with database.transaction() as connection:
            await connection.execute(_SQL.one_at_a_time)
            now = (await read_active(connection)).version
            if now != (None if before is None else before.version):
                continue  # somebody was quicker: compare with that
            await connection.execute(_SQL.wait_for_writers)  # whoever has numbers finishes under the version that was; who comes later is refused
            told = await connection.fetch(_SQL.find_told_kinds, list(comparison.rewritten) if comparison is not None else [])
            if told:
                return Activated(now or "", catalogue.version, comparison, tuple(sorted(row["kind"] for row in told)))
            await keep(connection, catalogue.version, files)
            await connection.execute(_SQL.activate, catalogue.version)
            return Activated(catalogue.version, catalogue.version, comparison, ())


async def _active_or(catalogue: Catalogue, database: Database) -> Catalogue | None:
    """The active catalogue; the one at hand where it is of the same version, as at most starts: nothing need be loaded then."""
    async with database.transaction(readonly=True) as connection:
        version = (await read_active(connection)).version
    return catalogue if version == catalogue.version else await active_catalogue(database)


async def run(settings: VersionSettings) -> Activated:
    """Connects, offers the catalogue of the folders, puts out the active one."""
    catalogue = load(settings.catalogue)
    database = await Database.connect(settings.postgres.get_secret_value(), name="catalogue", max_size=2)
    try:
        done = await offer(database, settings.catalogue, catalogue)
        await put_out(database, settings.catalogue_active)
        return done
    finally:
        await database.close()


def main() -> int:
    """The command: 0 if the folders' catalogue is the active one, or stays behind for a retelling; 1 where it has flaws."""
    parser = argparse.ArgumentParser(prog="catalogue activate", description="Make the catalogue of the folders the active one.")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    asked = parser.parse_args()
    try:
        done = asyncio.run(run(VersionSettings()))  # type: ignore[call-arg]  # read from the environment
    except CatalogueError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    told = {"active": done.active, "offered": done.offered, "needs_retelling": list(done.to_retell)}
    sys.stdout.write((msgspec.json.encode(told).decode() if asked.json else done.text()) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
