"""The gateway: the one public door. This file is its parts list."""

import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request

from services.gateway.access import Caller, Keyring
from services.gateway.api import events_router, rejected_router, sources_router, things_router
from services.gateway.events import Door
from services.gateway.export.export_api import export_router
from services.gateway.exposition import FigureCollector
from services.gateway.figures.cursors import Cursors
from services.gateway.figures.figures import Figures
from services.gateway.geometry.outlines import Geometry
from services.gateway.kinds_api import kinds_router
from services.gateway.live import Live
from services.gateway.names import NodeNames
from services.gateway.passing import Passing
from services.gateway.read_api import figures_router
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.refusals import Refusals
from services.gateway.rooms import OWNERS, Rooms
from services.gateway.routing import Router
from services.gateway.scope import AreaScope
from services.gateway.senders import Senders
from services.gateway.settings import GatewaySettings
from services.gateway.state_api import state_router
from services.gateway.streams import live_router
from services.gateway.telemetry import DoorTelemetry
from services.gateway.web_pages import screens_router
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.contracts.registry import owner_of
from services.kernel.health import Health
from services.kernel.http.app import build_app
from services.kernel.http.serve import serve
from services.kernel.logs import configure
from services.kernel.postgres.database import Database
from services.kernel.settings import RoomAddresses
from services.kernel.telemetry import new_registry
from services.kernel.versions.header import CatalogueHeader
from services.kernel.versions.watch import VersionWatch


def create_app(settings: GatewaySettings, addresses: RoomAddresses) -> FastAPI:
    """The gateway's API; it opens its connections when it starts and closes them when it stops."""
    health = Health()
    registry = new_registry(settings.name)
    catalogue = load(settings.catalogue)
    keyring = Keyring(settings.secrets, system_clock)
    health.check("keys", keyring.check)
    telemetry = DoorTelemetry(registry), ReadingTelemetry(registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await Database.connect(settings.postgres.get_secret_value(), name=settings.name, max_size=12)
        health.check("database", database.is_reachable)
        version = VersionWatch(database, catalogue.version, settings.catalogue, own=settings.catalogue_own)
        version.start()
        health.check("catalogue", version.check)
        # A room that is down is no reason to turn readers away: its events come back as unavailable, so rooms have no health check here.
        async with Rooms({owner: addresses.of(owner) for owner in OWNERS}, settings.secret("internal.token"), settings.post_timeout) as rooms:
            names = NodeNames(rooms)
            cursors = Cursors(settings.secret("internal.token"))
            figures = Figures(database, catalogue, names=names, cursors=cursors, most_bytes=settings.most_kept)
            geometry = Geometry(database, figures.trees, figures.names, catalogue)
            live = Live(figures, database, telemetry[1])
            collector = FigureCollector(figures)
            router = Router(rooms, telemetry[0])
            refusals, senders = Refusals(database), Senders(database, system_clock, "http")
            door = Door(router, owner_of, senders, telemetry[0], keep=refusals.keep, places=AreaScope(figures.trees))
            for route in _routes(settings, keyring, telemetry, door, refusals, senders, figures, live, geometry, Passing(rooms, catalogue, figures.trees)):
                app.include_router(route)
            router.start()
            senders.start()
            await live.open()
            collector.open(registry)
            gc.collect()
            gc.freeze()  # what is here now stays: looking through all of it for rings, again and again, kept questions waiting for a tenth of a second
            yield
            collector.close(registry)
            await live.close()
            await router.stop()
            await senders.stop()
            await names.close()
        await version.stop()
        await database.close()

    app = build_app("Wangge gateway", lifespan, health, registry, version="1")
    app.add_middleware(CatalogueHeader, version=catalogue.version)
    return app


def _routes(
    settings: GatewaySettings,
    keyring: Keyring,
    telemetry: tuple[DoorTelemetry, ReadingTelemetry],
    door: Door,
    refusals: Refusals,
    senders: Senders,
    figures: Figures,
    live: Live,
    geometry: Geometry,
    passing: Passing,
) -> Iterator[APIRouter]:
    """All routes, which are tried in turn: the one that all events come by first, those with the widest paths last."""

    def reader_of(request: Request) -> Caller:
        return keyring.reader(request.headers, settings.anonymous)

    yield events_router(door, keyring, settings, telemetry[0])
    yield screens_router()
    yield kinds_router(figures.catalogue, reader_of)
    yield export_router(figures, reader_of, system_clock)
    yield rejected_router(keyring, refusals)
    yield sources_router(keyring, senders, refusals, reader_of)
    yield figures_router(figures, reader_of, telemetry[1])
    yield state_router(figures, reader_of, geometry)
    yield live_router(figures, live, reader_of)
    yield things_router(keyring, passing, reader_of)


def main() -> None:
    """Serves until told to stop."""
    settings = GatewaySettings()  # type: ignore[call-arg]  # read from the environment
    configure(settings.name, json=settings.log_json)
    serve(create_app(settings, RoomAddresses()), settings)


if __name__ == "__main__":
    main()
