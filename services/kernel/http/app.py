"""The frame of every API: problems, health, correlation ids."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from starlette.requests import Request

from services.kernel.errors import Fault, Problem
from services.kernel.health import Health
from services.kernel.http.correlation import Correlation
from services.kernel.http.health_routes import health_routes
from services.kernel.http.problems import answers, problem_response

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_app(title: str, lifespan: Lifespan, health: Health, registry: CollectorRegistry, **documentation: object) -> FastAPI:
    """An app with problems, health routes and correlation ids; the room adds its routers."""
    handlers = {**answers(), RequestValidationError: _on_invalid}
    app = FastAPI(title=title, lifespan=lifespan, exception_handlers=handlers, **documentation)  # type: ignore[arg-type]
    for route in health_routes(health, registry):
        app.add_api_route(route.path, route.endpoint, tags=["health"])
    app.add_middleware(Correlation)
    return app


async def _on_invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # it is registered for no other
    faults = tuple(Fault(_pointer(item["loc"]), str(item["msg"])) for item in error.errors())
    detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults) or "the request cannot be read"
    return problem_response(Problem("invalid", "The request does not keep to its contract", 400, detail, "urn:wangge:problem:invalid", faults))


def _pointer(location: tuple[int | str, ...]) -> str:
    return "/" + "/".join(str(part) for part in location)
