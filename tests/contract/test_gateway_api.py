"""What the gateway's own document says of the pinned questions and answers: they change only by addition."""

from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.gateway.access import NOBODY, Keyring
from services.gateway.api import events_router, rejected_router, sources_router, things_router
from services.gateway.figures.figures import Figures
from services.gateway.geometry.outlines import Geometry
from services.gateway.read_api import figures_router
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.settings import GatewaySettings
from services.gateway.state_api import state_router
from services.gateway.streams import live_router
from services.gateway.telemetry import DoorTelemetry
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock

Json = dict[str, Any]
PARAMETERS = {
    "/v1/metrics/{metric}": {
        "metric", "area", "org", "kind", "of", "where", "from", "to", "interval", "by", "as_of", "tree", "compare", "definition",
    },
    "/v1/metrics/{metric}/items": {"metric", "in", "not_in", "cursor", "limit", "area", "org", "kind", "of", "where", "from", "to", "as_of", "tree"},
    "/v1/live": {"metrics", "area", "events", "last-event-id"},
    "/v1/areas": {"cursor", "limit"},
    "/v1/areas/geometry": {"if-none-match"},
    "/v1/organisations": {"cursor", "limit"},
    "/v1/{family}/{key}": {"family", "key"},
    "/v1/{family}/{key}/history": {"family", "key", "cursor", "limit"},
    "/v1/sources": set(),
    "/v1/quality": {"cursor", "limit"},
    "/v1/rejected": {"source", "cursor", "limit"},
    "/v1/metrics": set(),
}  # fmt: skip
FIELDS = {
    "/v1/metrics/{metric}": {
        "metric", "definition", "unit", "value", "num", "den", "excluded", "unplaced", "as_of", "seen_to", "lag_s", "by", "series", "compare",
    },
    "/v1/metrics/{metric}/items": {"items", "total", "sum", "next", "stale"},
    "/v1/areas/geometry": {"type", "features", "note"},
    "/v1/sources": {"sources"},
    "/v1/quality": {"late", "unplaced", "next"},
    "/v1/rejected": {"items", "next"},
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> Json:
    """The OpenAPI document of all routes; nothing behind them is opened."""
    catalogue = load(Path(__file__).parents[2] / "catalogue")
    figures = Figures(cast("Any", None), catalogue)
    registry, absent = CollectorRegistry(), cast("Any", None)
    telemetry, keyring = ReadingTelemetry(registry), Keyring(Path("nowhere"), system_clock)
    settings = GatewaySettings.model_construct()
    geometry = Geometry(absent, absent, absent, catalogue)
    app = FastAPI()
    for router in (
        events_router(absent, keyring, settings, DoorTelemetry(registry)),
        rejected_router(keyring, absent),
        sources_router(keyring, absent, absent, lambda _: NOBODY),
        figures_router(figures, lambda _: NOBODY, telemetry),
        state_router(figures, lambda _: NOBODY, geometry),
        live_router(figures, absent, lambda _: NOBODY),
        things_router(keyring, absent, lambda _: NOBODY),
    ):
        app.include_router(router)
    return app.openapi()


@pytest.mark.parametrize("path", PARAMETERS)
def test_every_pinned_question_has_its_parameters(document: Json, path: str) -> None:
    parameters = {one["name"] for one in document["paths"][path]["get"].get("parameters", ())}

    assert parameters >= PARAMETERS[path]


@pytest.mark.parametrize("path", FIELDS)
def test_every_pinned_answer_has_its_fields(document: Json, path: str) -> None:
    schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    named = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]

    assert named["properties"].keys() >= FIELDS[path]


def test_every_problem_is_documented_as_one(document: Json) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            refused = {status: answer for status, answer in operation["responses"].items() if status.startswith(("4", "5")) and status != "422"}
            assert refused, f"{method} {path} names no problem"
            for status, answer in refused.items():
                assert "application/problem+json" in answer["content"], f"{method} {path} {status}"


def test_writing_takes_the_three_modes_and_tells_each_result(document: Json) -> None:
    post = document["paths"]["/v1/events"]["post"]

    assert post["requestBody"]["content"].keys() == {"application/cloudevents-batch+json", "application/cloudevents+json", "application/json"}
    answer = document["components"]["schemas"]["AnswerDocument"]["properties"]
    assert answer.keys() == {"results", "accepted", "duplicate", "rejected", "unavailable"}
    result = document["components"]["schemas"]["ResultDocument"]["properties"]
    assert set(result["status"]["enum"]) == {"accepted", "duplicate", "rejected", "unavailable"}
