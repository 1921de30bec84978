"""The frame of every API: problems, health, correlation ids."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel.errors import Problem
from services.kernel.health import Health
from services.kernel.http.health_routes import health_router
from services.kernel.http.problems import answer_with_problems, problem_response
from services.kernel.ids import new_id

_log = structlog.get_logger()
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Correlation:
    """Gives each request a trace id (the caller's `x-request-id`, or a new one), for the log lines and the answer; turns what nobody caught into a 500."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
        trace = given if 0 < len(given) <= 64 and given.isascii() and given.isprintable() else new_id().hex
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", []), (b"x-request-id", trace.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(trace_id=trace):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                _log.exception("request failed", path=scope["path"], method=scope["method"])
                if started:
                    raise
                failed = Problem("failed", "Something went wrong on our side", 500, "try again; the log has the trace id", "urn:wangge:problem:failed")
                await problem_response(failed)(scope, receive, send_with_id)


def build_app(title: str, lifespan: Lifespan, health: Health, registry: CollectorRegistry, **documentation: object) -> FastAPI:
    """An app with problems, health routes and correlation ids; the room adds its routers."""
    app = FastAPI(title=title, lifespan=lifespan, **documentation)  # type: ignore[arg-type]
    answer_with_problems(app)
    app.include_router(health_router(health, registry))
    app.add_middleware(Correlation)
    return app
