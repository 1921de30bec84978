"""The gateway: the one public door. This file is its parts list."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, FastAPI, Request

from services.gateway.access import Caller, Keyring
from services.gateway.api import events_router, rejected_router, sources_router, things_router
from services.gateway.events import Door
from services.gateway.exposition import FigureCollector
from services.gateway.figures.figures import Figures
from services.gateway.live import Live
from services.gateway.names import NodeNames
from services.gateway.page import page_router
from services.gateway.passing import Passing
from services.gateway.read_api import figures_router, state_router
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.refusals import Refusals
from services.gateway.rooms import OWNERS, Rooms
from services.gateway.routing import Router
from services.gateway.scope import AreaScope
from services.gateway.senders import Senders
from services.gateway.settings import GatewaySettings
from services.gateway.streams import live_router
from services.gateway.telemetry import DoorTelemetry
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
        # A room that is down is no reason to turn readers away: its events come back as unavailable, so rooms have no health check here.
        async with Rooms({owner: addresses.of(owner) for owner in OWNERS}, settings.secret("internal.token"), settings.post_timeout) as rooms:
            names = NodeNames(rooms)
            figures = Figures(database, catalogue, names=names)
            live = Live(figures, database, telemetry[1])
            collector = FigureCollector(figures)
            router = Router(rooms, telemetry[0])
            refusals, senders = Refusals(database), Senders(system_clock)
            door = Door(router, owner_of, senders, telemetry[0], keep=refusals.keep, places=AreaScope(figures.trees))
            for route in _routes(settings, keyring, telemetry, door, refusals, senders, figures, live, Passing(rooms, catalogue)):
                app.include_router(route)
            router.start()
            await live.open()
            collector.open(registry)
            yield
            collector.close(registry)
            await live.close()
            await router.stop()
            await names.close()
        await database.close()

    return build_app("Wangge gateway", lifespan, health, registry, version="1")


def _routes(
    settings: GatewaySettings,
    keyring: Keyring,
    telemetry: tuple[DoorTelemetry, ReadingTelemetry],
    door: Door,
    refusals: Refusals,
    senders: Senders,
    figures: Figures,
    live: Live,
    passing: Passing,
) -> Iterator[APIRouter]:
    """All routes; those with the widest paths last."""

    def reader_of(request: Request) -> Caller:
        return keyring.reader(request.headers, key_required=settings.read_key_required)

    yield page_router()
    yield events_router(door, keyring, settings, telemetry[0])
    yield rejected_router(keyring, refusals)
    yield sources_router(keyring, senders, refusals, reader_of)
    yield figures_router(figures, reader_of, telemetry[1])
    yield state_router(figures, reader_of)
    yield live_router(figures, live, reader_of)
    yield things_router(keyring, passing, reader_of)


def main() -> None:
    """Serves until told to stop."""
    settings = GatewaySettings()  # type: ignore[call-arg]  # read from the environment
    configure(settings.name, json=settings.log_json)
    serve(create_app(settings, RoomAddresses()), settings)


if __name__ == "__main__":
    main()
