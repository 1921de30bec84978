"""The door with stand-in rooms behind it, and a client in front."""

import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.gateway.access import Keyring
from services.gateway.api import events_router, things_router
from services.gateway.events import Door, Keeps, Places
from services.gateway.grants import Grant
from services.gateway.passing import Passing
from services.gateway.rooms import OWNERS, Rooms
from services.gateway.routing import Router
from services.gateway.senders import Senders
from services.gateway.settings import GatewaySettings
from services.gateway.telemetry import DoorTelemetry
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.health import Health
from services.kernel.http.app import build_app
from tests.unit.gateway.door.rooms import StandInRooms

_KINDS = "kinds: {case.secret: {names: {zh: 密, en: Secret}, class: restricted, states: [{id: o, names: {zh: 始, en: O}, marks: [initial, final]}]}}"


def _catalogue() -> Catalogue:
    with TemporaryDirectory() as folder:
        common = Path(folder) / "common"
        common.mkdir()
        (common / "kinds.yaml").write_text(_KINDS)
        return load(Path(folder))


CATALOGUE = _catalogue()
KEY, READ_KEY, OPERATOR_KEY = "key-of-the-platform", "key-that-only-reads", "key-of-the-operator"
SOURCE, OTHER_SOURCE, READ_SOURCE = "https://d.example/platform", "https://d.example/tablets", "https://d.example/reader"
AUTHORISED = {"authorization": f"Bearer {KEY}"}
BATCH = {"content-type": "application/cloudevents-batch+json", **AUTHORISED}
SINGLE = {"content-type": "application/cloudevents+json", **AUTHORISED}


def write_keys(folder: Path) -> None:
    def enrol(source: str, key: str, **more: object) -> dict[str, object]:
        digest = hashlib.sha256(key.encode()).hexdigest()
        return {"source": source, "namespace": "d", "register": "d", "kinds": [""], "areas": [], "may_write": True, "key_sha256": digest, **more}

    sources = [enrol(SOURCE, KEY), enrol(OTHER_SOURCE, KEY, kinds=["case."], register="e"), enrol(READ_SOURCE, READ_KEY, may_write=False)]
    (folder / "sources.json").write_text(json.dumps(sources))
    (folder / "operator.sha256").write_text(hashlib.sha256(OPERATOR_KEY.encode()).hexdigest() + "\n")


def owner_of(type_: str) -> str | None:
    family = type_.split(".")[2]
    return {"unit": "members", "member": "members", "case": "cases", "shift": "activities"}.get(family)


def event(number: object, type_: str = "org.wangge.unit.registered.v1", source: str = SOURCE, **data: Any) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"e-{number}",
        "source": source,
        "type": type_,
        "time": "2019-03-04T09:30:00+08:00",
        "data": {"unit": f"u-{number}", **data},
    }


def _app(folder: Path, rooms: Rooms, router: Router, keep: Keeps | None, places: Places | None, limits: dict[str, int]) -> FastAPI:
    telemetry = DoorTelemetry(CollectorRegistry())
    settings = GatewaySettings(postgres=SecretStr("postgresql://nowhere"), **limits)  # type: ignore[arg-type]
    keyring = Keyring(folder, system_clock)

    @asynccontextmanager
    async def nothing(_: FastAPI) -> AsyncIterator[None]:
        yield

    app = build_app("door", nothing, Health(), CollectorRegistry())
    door = Door(router, owner_of, Senders(None, system_clock, "http"), telemetry, keep=keep, places=places)
    app.include_router(events_router(door, keyring, settings, telemetry))
    app.include_router(things_router(keyring, Passing(rooms, CATALOGUE), lambda request: keyring.reader(request.headers, (Grant(),))))
    return app


@asynccontextmanager
async def stage(
    folder: Path, transport: StandInRooms, *, keep: Keeps | None = None, places: Places | None = None, **limits: int
) -> AsyncIterator[httpx.AsyncClient]:
    """A client of a door whose rooms are stand-ins."""
    write_keys(folder)
    async with Rooms({owner: f"http://{owner}.example" for owner in OWNERS}, "token", 5, transport) as rooms:
        router = Router(rooms, DoorTelemetry(CollectorRegistry()))
        router.start()
        app = _app(folder, rooms, router, keep, places, limits)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door.example") as client:
            yield client
        await router.stop()
