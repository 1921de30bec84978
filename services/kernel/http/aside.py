"""The health and metrics server of a process that has no API of its own; it runs inside that process's loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.kernel.health import Health
from services.kernel.http.app import build_app
from services.kernel.http.serve import server
from services.kernel.settings import ProcessSettings


@asynccontextmanager
async def _nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def aside(settings: ProcessSettings, health: Health, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Serves /healthz, /readyz and /metrics while the block runs. Signals stay the process's own."""
    beside = server(build_app(settings.name, _nothing, health, registry), settings)
    beside.config.loop = "none"
    task = asyncio.create_task(beside._serve())  # noqa: SLF001  serve() would take the signal handlers
    try:
        yield
    finally:
        beside.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
