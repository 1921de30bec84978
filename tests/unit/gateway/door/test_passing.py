"""What the door hands on to the rooms as it is."""

import httpx
import pytest

from tests.unit.gateway.door.rooms import StandInRooms
from tests.unit.gateway.door.stage import KEY, OPERATOR_KEY

Client = httpx.AsyncClient


async def test_a_thing_is_fetched_from_its_owner(door: Client, rooms: StandInRooms) -> None:
    rooms.other = lambda request: httpx.Response(200, json={"seen": f"{request.url.host} {request.url.path}", "kind": "case.livelihood"})

    case = await door.get("/v1/case/d:c-1")
    history = await door.get("/v1/unit/d:u-1/history")
    own = await door.get("/v1/unit/u-1", headers={"x-api-key": KEY})

    assert case.json()["seen"] == "cases.example /entities/case/d:c-1"
    assert history.json()["seen"] == "members.example /entities/unit/d:u-1/history"
    assert own.json()["seen"] == "members.example /entities/unit/d:u-1"


async def test_a_family_nobody_keeps_is_not_found(door: Client, rooms: StandInRooms) -> None:
    answer = await door.get("/v1/person/d:p-1")

    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert rooms.requests == []


async def test_a_short_key_without_a_namespace_to_complete_it_is_invalid(door: Client) -> None:
    assert (await door.get("/v1/unit/u-1")).status_code == 400


async def test_things_of_a_restricted_kind_are_for_the_operator(door: Client, rooms: StandInRooms) -> None:
    rooms.other = lambda _: httpx.Response(200, json={"facts": [{"data": {"kind": "case.secret"}}]})

    anybody = await door.get("/v1/case/d:c-1/history")
    operator = await door.get("/v1/case/d:c-1/history", headers={"x-api-key": OPERATOR_KEY})

    assert (anybody.status_code, anybody.json()["code"]) == (403, "not-allowed")
    assert operator.status_code == 200


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(401)])
async def test_a_room_that_cannot_serve_is_not_available(door: Client, rooms: StandInRooms, answer: httpx.Response) -> None:
    rooms.other = lambda _: answer

    got = await door.get("/v1/case/d:c-1")

    assert (got.status_code, got.headers["retry-after"]) == (503, "1")


async def test_names_go_to_the_vault_only_from_sources_of_their_register(door: Client, rooms: StandInRooms) -> None:
    rooms.other = lambda request: httpx.Response(204) if request.method == "PUT" else httpx.Response(405)
    key = {"x-api-key": KEY}

    own = await door.put("/v1/people/e/p 1%2e", json={"name": "示例"}, headers=key)
    foreign = await door.put("/v1/people/another/p-1", json={"name": "示例"}, headers=key)
    nobody = await door.put("/v1/people/d/p-1", json={"name": "示例"})

    assert (own.status_code, foreign.status_code, nobody.status_code) == (204, 403, 401)
    assert [request.url.raw_path for request in rooms.requests] == [b"/people/e/p%201."]


async def test_a_history_is_paged(door: Client, rooms: StandInRooms) -> None:
    rooms.other = lambda request: httpx.Response(200, json={"asked": str(request.url.query, "ascii")})

    first = await door.get("/v1/unit/d:u-1/history")
    later = await door.get("/v1/unit/d:u-1/history?cursor=100&limit=20")

    assert (first.json()["asked"], later.json()["asked"]) == ("after=0&limit=100", "after=100&limit=20")
    assert (await door.get("/v1/unit/d:u-1/history?limit=0")).status_code == 400
