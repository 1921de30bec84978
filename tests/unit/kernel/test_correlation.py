"""One id runs through all that is logged of a request, and comes back with its answer."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
import structlog
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.kernel.health import Health
from services.kernel.http.app import build_app
from services.kernel.logs import configure

TRACE = "0af7651916cd43dd8448eb211c80319c"


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


@pytest.fixture
def client() -> httpx.AsyncClient:
    app = build_app("test", nothing, Health(), CollectorRegistry())

    @app.get("/said")
    async def said() -> None:
        structlog.get_logger().warning("said")

    @app.get("/broken")
    async def broken() -> None:
        raise ZeroDivisionError

    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test.example")


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "r-1"}, "r-1"),
        ({"x-request-id": "r-1", "traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, "r-1"),
        ({"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}, TRACE),
    ],
)
async def test_the_callers_id_is_kept(client: httpx.AsyncClient, headers: dict[str, str], expected: str) -> None:
    assert (await client.get("/healthz", headers=headers)).headers["x-request-id"] == expected


@pytest.mark.parametrize("headers", [{}, {"x-request-id": ""}, {"x-request-id": "x" * 201}, {"x-request-id": "a\tb"}, {"traceparent": "00-x-y-01"}])
async def test_without_a_usable_one_each_request_gets_its_own(client: httpx.AsyncClient, headers: dict[str, str]) -> None:
    one, other = [(await client.get("/healthz", headers=headers)).headers["x-request-id"] for _ in range(2)]

    assert len(one) == len(other) == 32
    assert one != other


async def test_log_lines_and_problems_carry_it(client: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]) -> None:
    configure("a-process")
    try:
        await client.get("/said", headers={"x-request-id": "r-1"})
        broken = await client.get("/broken", headers={"x-request-id": "r-2"})
    finally:
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()

    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line["trace_id"], line["process"]) for line in lines] == [("said", "r-1", "a-process"), ("request failed", "r-2", "a-process")]
    assert (broken.status_code, broken.json()["trace_id"]) == (500, "r-2")
