"""Outlines of areas, as they are told beside the tree."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest_asyncio
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.gateway.geometry.outlines import Geometry, keep_outlines, namespaces_with_outlines
from services.gateway.geometry.reading import Outline, Outlines
from services.gateway.grants import Grant
from services.gateway.state_api import state_router
from services.kernel.health import Health
from services.kernel.http.app import build_app
from tests.integration.gateway.figures.conftest import Stage
from tests.integration.gateway.figures.filling import put
from tests.integration.gateway.figures.test_grants import Holder, area
from tests.integration.gateway.figures.test_routes import nothing

SQUARE = {"type": "Polygon", "coordinates": [[[113.5, 22.3], [113.6, 22.3], [113.6, 22.4], [113.5, 22.3]]]}
PATH = "/v1/areas/geometry"


def app_of(stage: Stage, *grants: Grant) -> FastAPI:
    app = build_app("test", nothing, Health(), CollectorRegistry())
    geometry = Geometry(stage.database, stage.figures.trees, stage.figures.names, stage.catalogue)
    app.include_router(state_router(stage.figures, lambda _: Holder(grants), geometry))
    return app


@pytest_asyncio.fixture
async def served(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    await stage.tell(put([*area("z:d", "district", None), *area("z:s", "street", "z:d"), *area("z:t", "street", "z:d")]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_of(stage, Grant())), base_url="http://test") as client:
        yield client


async def load(stage: Stage, *keys: str, synthetic: bool = True) -> None:
    async with stage.database.transaction() as connection:
        await keep_outlines(connection, [Outlines([Outline(key, SQUARE) for key in keys], [], synthetic, "a test")])


async def test_without_outlines_the_collection_is_empty_and_says_why(served: httpx.AsyncClient) -> None:
    answer = await served.get(PATH)

    assert answer.headers["content-type"] == "application/geo+json"
    assert (answer.json()["type"], answer.json()["features"]) == ("FeatureCollection", [])
    assert "geometry load" in answer.json()["note"]


async def test_every_area_is_a_feature_with_its_outline_or_none(served: httpx.AsyncClient, stage: Stage) -> None:
    await load(stage, "z:d", "z:s", "z:gone")

    features: list[dict[str, Any]] = (await served.get(PATH)).json()["features"]

    assert [(one["id"], one["geometry"]) for one in features] == [("z:d", SQUARE), ("z:s", SQUARE), ("z:t", None)]
    assert features[1]["properties"] == {
        "key": "z:s", "kind": "area.street", "name": None, "parent": "z:d", "synthetic": True, "origin": "a test",
    }  # fmt: skip
    assert "synthetic" not in features[2]["properties"]


async def test_the_tag_changes_with_the_outlines_and_with_the_tree_only(served: httpx.AsyncClient, stage: Stage) -> None:
    await load(stage, "z:d")
    first = await served.get(PATH)
    again = await served.get(PATH, headers={"if-none-match": f'"other", {first.headers["etag"]}'})
    await load(stage, "z:s")
    loaded = await served.get(PATH, headers={"if-none-match": first.headers["etag"]})
    await stage.tell(put(area("z:u", "street", "z:d")))
    grown = await served.get(PATH, headers={"if-none-match": loaded.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert loaded.status_code == grown.status_code == 200
    assert [one["id"] for one in loaded.json()["features"] if one["geometry"]] == ["z:s"], "a load replaces all outlines of its namespace"
    assert [one["id"] for one in grown.json()["features"]] == ["z:d", "z:s", "z:t", "z:u"]


async def test_a_part_of_the_tree_can_be_asked_for(served: httpx.AsyncClient, stage: Stage) -> None:
    await load(stage, "z:d", "z:s")

    async def ids(query: str) -> list[str]:
        return [one["id"] for one in (await served.get(f"{PATH}?{query}")).json()["features"]]

    assert await ids("under=z:s") == ["z:s"]
    assert await ids("depth=0") == ["z:d"]
    assert await ids("kind=street") == ["z:s", "z:t"]
    assert await ids("as_of=2023-01-01") == []
    assert (await served.get(f"{PATH}?under=z:nowhere")).status_code == 400


async def test_a_reader_sees_the_areas_of_its_grants(served: httpx.AsyncClient, stage: Stage) -> None:
    await load(stage, "z:d", "z:s", "z:t")

    async with httpx.AsyncClient(transport=httpx.ASGITransport(app_of(stage, Grant(areas=("z:s",)))), base_url="http://test") as bounded:
        assert [one["id"] for one in (await bounded.get(PATH)).json()["features"]] == ["z:s"]
        assert [one["key"] for one in (await bounded.get("/v1/areas")).json()["items"]] == ["z:s"]


async def test_a_namespace_that_has_outlines_is_known(served: httpx.AsyncClient, stage: Stage) -> None:
    async with stage.database.transaction() as connection:
        assert await namespaces_with_outlines(connection) == set()
    await load(stage, "z:d")
    async with stage.database.transaction() as connection:
        assert await namespaces_with_outlines(connection) == {"z"}
