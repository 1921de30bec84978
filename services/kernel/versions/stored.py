"""A catalogue's files in and out of PostgreSQL, and out into a folder that processes load it from."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import NamedTuple

import msgspec

from services.kernel.catalogue import Catalogue, load
from services.kernel.catalogue.layers import read_sources
from services.kernel.postgres.database import Connection, Database
from services.kernel.postgres.queries import load as load_sql

_SQL = load_sql("services.kernel.versions", "versions.sql")


class File(NamedTuple):
    """One file: the number of the folder it lies in, its path in there, its text."""

    layer: int
    name: str
    text: str


class Active(NamedTuple):
    """What the log says: the version facts are written under, and why it is closed, if it is."""

    version: str | None
    closed_for: str | None


_decode = msgspec.json.Decoder(list[File]).decode


def files_of(folders: Path | str) -> list[File]:
    """The files that make up a catalogue, of one or several folders."""
    found = []
    for source in read_sources(folders, []):
        parts = source.path.parts
        depth = 3 if "places" in parts[-3:-2] else 2 if parts[-2] == "common" else 1
        found.append(File(source.layer, "/".join(parts[-depth:]), source.path.read_text(encoding="utf-8")))
    return found


def export(files: list[File], folder: Path) -> None:
    """Puts the files into a folder, 0, 1, … for its layers, in place of what it held. A reader meanwhile finds the old ones, the new ones, or none."""
    made = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(made, ignore_errors=True)
    for file in files:
        path = made / str(file.layer) / file.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(file.text, encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    made.rename(folder)


async def read_active(connection: Connection) -> Active:
    """Which version is active."""
    row = await connection.fetchrow(_SQL.read_active)
    assert row is not None  # the migration writes it
    return Active(row["catalogue"], row["closed_for"])


async def read_files(connection: Connection, version: str) -> list[File]:
    """The files of a version that was kept."""
    return _decode(await connection.fetchval(_SQL.read_files, version))


async def keep(connection: Connection, version: str, files: list[File]) -> None:
    """Keeps a version's files."""
    await connection.execute(_SQL.keep_files, version, msgspec.json.encode(files).decode())


async def put_out(database: Database, folder: Path | None) -> bool:
    """Puts the active catalogue's files where processes load them from, if there is such a place; False where none was activated."""
    async with database.transaction(readonly=True) as connection:
        version = (await read_active(connection)).version
        files = [] if version is None else await read_files(connection, version)
    if files and folder is not None:
        await asyncio.to_thread(export, files, folder)
    return bool(files)


async def active_catalogue(database: Database) -> Catalogue | None:
    """The active catalogue; None where none was activated. It is read in a transaction of its own, and loaded outside of it."""
    async with database.transaction(readonly=True) as connection:
        version = (await read_active(connection)).version
        files = [] if version is None else await read_files(connection, version)
    if version is None:
        return None
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "catalogue"
        export(files, folder)
        return load(folder)
