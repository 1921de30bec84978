"""The members room: areas, organisations, members, units, entries, links, amounts. This file is its parts list."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.contracts.checking import KindCheck
from services.kernel.contracts.reading import Reader
from services.kernel.eventlog.append import Log
from services.kernel.health import Health
from services.kernel.http.app import build_app
from services.kernel.http.serve import serve
from services.kernel.logs import configure
from services.kernel.people import Pseudonyms
from services.kernel.postgres.database import Database
from services.kernel.telemetry import new_registry
from services.kernel.versions.watch import VersionWatch
from services.kernel.writing.batch_api import batch_router
from services.kernel.writing.read_api import Things, things_router
from services.kernel.writing.writer import Writer
from services.members.api import names_router, people_router
from services.members.clock import EndsClock
from services.members.counting import STOCKS, Counting
from services.members.model import MembersModel
from services.members.settings import MembersSettings
from services.members.telemetry import MembersTelemetry
from services.members.vault import Vault

ROOM = "members"


def create_app(settings: MembersSettings) -> FastAPI:
    """The room's API; it opens its connections when it starts and closes them when it stops."""
    health = Health()
    registry = new_registry(settings.name)
    telemetry = MembersTelemetry(registry)
    catalogue = load(settings.catalogue)
    people = Pseudonyms(settings.secret("people.key").encode())
    token = settings.secret("internal.token")
    counting = Counting(catalogue)
    reader = Reader(catalogue, people, system_clock)
    model = MembersModel(KindCheck(catalogue), reader.unlinked)

    def spellings(family: str, key: str) -> Iterable[str]:
        """A member may be asked for by pseudonym, or by the register's own reference."""
        register, _, reference = key.partition(":")
        return (f"{family}/{key}", f"{family}/{people.of(register, reference)}") if family == "member" else (f"{family}/{key}",)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await Database.connect(settings.postgres.get_secret_value(), name=settings.name)
        health.check("database", database.is_reachable)
        log = Log(ROOM, catalogue.version)
        writer = Writer(database, ROOM, model, counting, log, system_clock, telemetry, reader.masked_told, settings.closed_until)
        writer.start()
        ends = EndsClock(database, log, system_clock)
        ends.start()
        health.check("writer", writer.check)
        version = VersionWatch(database, catalogue.version, settings.catalogue, own=settings.catalogue_own)
        version.start()
        health.check("catalogue", version.check)
        things = Things(database, ROOM, counting=counting, live_measures=frozenset(STOCKS.values()), clock=system_clock, spellings=spellings)
        app.include_router(batch_router(reader, writer, token))
        app.include_router(things_router(things, token))
        app.include_router(names_router(database, token))
        app.include_router(people_router(Vault(database, people, settings.secret("vault.key")), telemetry, token))
        yield
        await version.stop()
        await ends.stop()
        await writer.stop()
        await database.close()

    return build_app("Wangge members", lifespan, health, registry, version="1")


def main() -> None:
    """Serves until told to stop."""
    settings = MembersSettings()  # type: ignore[call-arg]  # read from the environment
    configure(settings.name, json=settings.log_json)
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
