"""The command by which a room tells its log again: `python -m services.ROOM.retell`, as the owner."""

import asyncio
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from services.kernel.catalogue import Catalogue, load
from services.kernel.clock import system_clock
from services.kernel.contracts.commands import Document
from services.kernel.contracts.reading import Reader
from services.kernel.people import Pseudonyms
from services.kernel.postgres.database import Database
from services.kernel.retelling.conducting import Conductor
from services.kernel.retelling.telling import RoomRetelling, Told
from services.kernel.settings import OwnerSettings
from services.kernel.versions.stored import export
from services.kernel.writing.model import Counting, Model

Parts = Callable[[Catalogue, Reader], tuple[Model, Counting]]
"""A room's rules and its counting under a catalogue."""

_NOBODY = b"what is told again has its pseudonyms already"


def accepted_stays(kind_id: str, data: Document) -> None:
    """In place of the check against a kind: what was accepted is not judged again."""


async def tell_again(database: Database, room: str, parts: Parts) -> Told:
    """One pass of a room, under the catalogue that the retelling was begun with."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "catalogue"
        export(await Conductor(database).files(), folder)
        catalogue = load(folder)
    reader = Reader(catalogue, Pseudonyms(_NOBODY), system_clock)
    return await RoomRetelling(database, room, *parts(catalogue, reader), reader, catalogue.version).run()


def main(room: str, parts: Parts) -> int:
    """One JSON document on standard output; 1 where something that was told has no place under the new catalogue."""
    told = asyncio.run(_run(room, parts))
    document = {"room": room, "events": told.events, "facts": told.facts, "carried": told.carried, "refused": [one._asdict() for one in told.refused]}
    sys.stdout.write(msgspec.json.encode(document).decode() + "\n")
    return 1 if told.refused else 0


async def _run(room: str, parts: Parts) -> Told:
    settings = OwnerSettings()  # type: ignore[call-arg]  # read from the environment
    database = await Database.connect(settings.postgres.get_secret_value(), name=f"{room}-retell", max_size=3, wait_s=None)
    try:
        return await tell_again(database, room, parts)
    finally:
        await database.close()
