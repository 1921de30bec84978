"""The gateway: the one public door. This file is its parts list."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from services.gateway.access import Keyring
from services.gateway.api import events_router, rejected_router, sources_router, things_router
from services.gateway.events import Door
from services.gateway.passing import Passing
from services.gateway.refusals import Refusals
from services.gateway.rooms import OWNERS, Rooms
from services.gateway.routing import Router
from services.gateway.senders import Senders
from services.gateway.settings import GatewaySettings
from services.gateway.telemetry import DoorTelemetry
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
    telemetry = DoorTelemetry(registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        database = await Database.connect(settings.postgres.get_secret_value(), name=settings.name)
        health.check("database", database.is_reachable)
        keyring = Keyring(settings.secrets, system_clock)
        health.check("keys", keyring.check)
        senders = Senders(system_clock)
        refusals = Refusals(database)
        # A room that is down is no reason to turn readers away: its events come back as unavailable, so no health check here.
        async with Rooms({owner: addresses.of(owner) for owner in OWNERS}, settings.secret("internal.token"), settings.post_timeout) as rooms:
            router = Router(rooms, telemetry)
            router.start()
            app.include_router(events_router(Door(router, owner_of, senders, telemetry, keep=refusals.keep), keyring, settings, telemetry))
            app.include_router(rejected_router(keyring, refusals))
            app.include_router(sources_router(keyring, senders, refusals, settings))
            app.include_router(things_router(keyring, Passing(rooms, lambda _: "internal"), settings))
            yield
            await router.stop()
        await database.close()

    return build_app("Wangge gateway", lifespan, health, registry, version="1")


def main() -> None:
    """Serves until told to stop."""
    settings = GatewaySettings()  # type: ignore[call-arg]  # read from the environment
    configure(settings.name, json=settings.log_json)
    serve(create_app(settings, RoomAddresses()), settings)


if __name__ == "__main__":
    main()
