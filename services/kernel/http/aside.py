"""The health and metrics server of a process that has no API of its own; it runs inside that process's loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.middleware import Middleware

from services.kernel.health import Health
from services.kernel.http.correlation import Correlation
from services.kernel.http.health_routes import health_routes
from services.kernel.http.problems import answers
from services.kernel.http.serve import server
from services.kernel.settings import ProcessSettings


@asynccontextmanager
async def aside(settings: ProcessSettings, health: Health, registry: CollectorRegistry) -> AsyncIterator[None]:
    """Serves /healthz, /readyz and /metrics while the block runs. Signals stay the process's own."""
    app = Starlette(routes=health_routes(health, registry), middleware=[Middleware(Correlation)], exception_handlers=answers())
    beside = server(app, settings)
    beside.config.loop = "none"
    task = asyncio.create_task(beside._serve())  # noqa: SLF001  serve() would take the signal handlers
    try:
        yield
    finally:
        beside.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
