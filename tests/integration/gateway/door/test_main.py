"""The gateway as it is put together, on a real database, with no room behind it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest_asyncio
from pydantic import SecretStr

from services.gateway.main import create_app
from services.gateway.settings import GatewaySettings
from services.kernel.settings import RoomAddresses
from tests.support.postgres import as_role
from tests.unit.gateway.door.stage import BATCH, KEY, OPERATOR_KEY, READ_KEY, READ_SOURCE, SOURCE, event, write_keys

CATALOGUE = Path(__file__).parents[4] / "catalogue"
NOWHERE = "http://127.0.0.1:1"


@pytest_asyncio.fixture
async def gateway(database_dsn: str, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    write_keys(tmp_path)
    (tmp_path / "internal.token").write_text("token")
    settings = GatewaySettings(postgres=SecretStr(as_role(database_dsn, "gateway")), secrets=tmp_path, catalogue=CATALOGUE)
    app = create_app(settings, RoomAddresses(members=NOWHERE, activities=NOWHERE, cases=NOWHERE))
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway.example") as client:
        yield client


async def test_readiness_names_every_dependency(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/readyz")

    assert answer.status_code == 200, answer.text
    assert {"database", "keys"} <= {check["name"] for check in answer.json()["checks"]}


async def test_without_rooms_events_are_unavailable_and_nothing_is_lost_in_silence(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/events", json=[event(1), event(2)], headers=BATCH)

    assert answer.status_code == 503
    assert [result["status"] for result in answer.json()["results"]] == ["unavailable", "unavailable"]


async def test_what_the_door_refuses_is_listed_to_the_operator(gateway: httpx.AsyncClient) -> None:
    await gateway.post("/v1/events", json=[{**event(2), "source": "https://stranger.example"}, {**event(3), "type": None}], headers=BATCH)

    operator = await gateway.get("/v1/rejected", headers={"x-api-key": OPERATOR_KEY})
    own = await gateway.get("/v1/rejected", headers={"x-api-key": KEY})
    others = await gateway.get("/v1/rejected", headers={"x-api-key": READ_KEY})
    foreign = await gateway.get("/v1/rejected", params={"source": SOURCE}, headers={"x-api-key": READ_KEY})
    nobody = await gateway.get("/v1/rejected")

    assert {(item["source"], item["code"]) for item in operator.json()["items"]} == {("https://stranger.example", "not-allowed"), (SOURCE, "invalid")}
    assert [item["id"] for item in own.json()["items"]] == ["e-3"]
    assert others.json()["items"] == []
    assert (foreign.status_code, nobody.status_code) == (403, 401)


async def test_sources_are_listed_with_what_they_sent(gateway: httpx.AsyncClient) -> None:
    await gateway.post("/v1/events", json=[{**event(3), "type": None}], headers=BATCH)

    everybody = {one["source"]: one for one in (await gateway.get("/v1/sources")).json()["sources"]}
    own = (await gateway.get("/v1/sources", headers={"x-api-key": READ_KEY})).json()["sources"]

    assert everybody[SOURCE]["counts"] == {"rejected": 1}
    assert everybody[SOURCE]["refused"] == 1
    assert everybody[READ_SOURCE]["last_at"] is None
    assert [one["source"] for one in own] == [READ_SOURCE]


async def test_the_contract_is_openapi_with_examples_and_problems(gateway: httpx.AsyncClient) -> None:
    document = (await gateway.get("/openapi.json")).json()

    post = document["paths"]["/v1/events"]["post"]
    assert document["openapi"].startswith("3.1")
    assert set(post["requestBody"]["content"]) == {"application/cloudevents-batch+json", "application/cloudevents+json", "application/json"}
    assert {"200", "202", "400", "401", "403", "413", "503"} <= set(post["responses"])
    assert all("application/problem+json" in post["responses"][status]["content"] for status in ("400", "401", "403", "413", "503"))
    assert json.dumps(document)


async def test_what_is_not_there_is_a_problem(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get("/v1/nothing/of/the/kind")

    assert (answer.status_code, answer.headers["content-type"], answer.json()["code"]) == (404, "application/problem+json", "not-found")
