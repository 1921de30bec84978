"""The activities room: activities, attendance, shifts, visits. This file is its parts list."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.activities.counting import Counting
from services.activities.model import ActivitiesModel
from services.activities.settings import ActivitiesSettings
from services.activities.telemetry import ActivitiesTelemetry
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

ROOM = "activities"


def create_app(settings: ActivitiesSettings) -> FastAPI:
    """The room's API; it opens its connections when it starts and closes them when it stops."""
    health = Health()
    registry = new_registry(settings.name)
    telemetry = ActivitiesTelemetry(registry)
    catalogue = load(settings.catalogue)
    people = Pseudonyms(settings.secret("people.key").encode())
    token = settings.secret("internal.token")
    reader = Reader(catalogue, people, system_clock)
    model = ActivitiesModel(KindCheck(catalogue), reader.unlinked)
    counting = Counting(catalogue)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await Database.connect(settings.postgres.get_secret_value(), name=settings.name)
        health.check("database", database.is_reachable)
        writer = Writer(database, ROOM, model, counting, Log(ROOM, catalogue.version), system_clock, telemetry, reader.masked_told, settings.closed_until)
        writer.start()
        health.check("writer", writer.check)
        version = VersionWatch(database, catalogue.version, settings.catalogue, own=settings.catalogue_own)
        version.start()
        health.check("catalogue", version.check)
        things = Things(database, ROOM, counting=counting, live_measures=frozenset(), clock=system_clock)
        app.include_router(batch_router(reader, writer, token))
        app.include_router(things_router(things, token))
        yield
        await version.stop()
        await writer.stop()
        await database.close()

    return build_app("Wangge activities", lifespan, health, registry, version="1")


def main() -> None:
    """Serves until told to stop."""
    settings = ActivitiesSettings()  # type: ignore[call-arg]  # read from the environment
    configure(settings.name, json=settings.log_json)
    serve(create_app(settings), settings)


if __name__ == "__main__":
    main()
