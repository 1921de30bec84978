"""Events on their way to the rooms."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator

import httpx
import pytest
from prometheus_client import CollectorRegistry
from structlog.contextvars import bound_contextvars

from services.gateway.rooms import OWNERS, Rooms
from services.gateway.routing import MOST_EVENTS, MOST_WAITING, WORTH_A_SECOND, Order, Router
from services.gateway.telemetry import DoorTelemetry
from tests.unit.gateway.door.rooms import StandInRooms


@contextlib.asynccontextmanager
async def routed(transport: StandInRooms) -> AsyncIterator[Router]:
    async with Rooms({owner: f"http://{owner}.example" for owner in OWNERS}, "token", 5, transport) as wire:
        router = Router(wire, DoorTelemetry(CollectorRegistry()))
        router.start()
        yield router
        await router.stop()


def order(number: int, owner: str = "members", source: str = "s") -> Order:
    return Order(owner, source, f"e-{number}", json.dumps({"event": {"id": f"e-{number}", "source": source}}).encode())


async def test_each_owner_gets_its_events_in_their_order_and_verdicts_come_back_in_place(rooms: StandInRooms) -> None:
    rooms.judge = lambda event: {"id": event["id"], "status": "duplicate" if event["id"].endswith("3") else "accepted"}
    orders = [order(n, OWNERS[n % 3]) for n in range(10)]

    async with routed(rooms) as router:
        verdicts = await router.deliver(orders)

    assert [verdict.id for verdict in verdicts] == [f"e-{n}" for n in range(10)]
    assert [verdict.status for verdict in verdicts] == ["duplicate" if n == 3 else "accepted" for n in range(10)]
    assert {owner: [event["id"] for event in events] for owner, events in rooms.posts} == {
        "members": ["e-0", "e-3", "e-6", "e-9"],
        "activities": ["e-1", "e-4", "e-7"],
        "cases": ["e-2", "e-5", "e-8"],
    }


async def test_what_waits_for_the_same_room_goes_in_one_post(rooms: StandInRooms) -> None:
    rooms.open.clear()
    async with routed(rooms) as router:
        requests = [asyncio.create_task(router.deliver([order(n)])) for n in range(200)]
        await asyncio.sleep(0.05)
        rooms.open.set()
        answers = await asyncio.gather(*requests)

    assert len(rooms.posts) <= 2  # the one in flight, and what piled up behind it
    assert [answer[0].id for answer in answers] == [f"e-{n}" for n in range(200)]


async def test_a_second_post_goes_beside_the_first_when_it_is_worth_it(rooms: StandInRooms) -> None:
    rooms.open.clear()
    async with routed(rooms) as router:
        requests = []
        under_way = []
        for size in (1, WORTH_A_SECOND - 1, 1, WORTH_A_SECOND):
            requests.append(asyncio.create_task(router.deliver([order(n) for n in range(size)])))
            await asyncio.sleep(0.05)
            under_way.append(len(rooms.requests))
        rooms.open.set()
        await asyncio.gather(*requests)

    assert under_way == [1, 1, 2, 2]


async def test_a_post_gathers_no_more_than_its_bound_but_never_splits_a_request(rooms: StandInRooms) -> None:
    rooms.open.clear()
    async with routed(rooms) as router:
        sizes = [10, 10, MOST_EVENTS - 100, 200, MOST_EVENTS + 500, 5]
        requests = [asyncio.create_task(router.deliver([order(n) for n in range(size)])) for size in sizes]
        await asyncio.sleep(0.05)
        rooms.open.set()
        await asyncio.gather(*requests)

    lengths = [len(events) for _, events in rooms.posts]
    assert sum(lengths) == sum(sizes)
    assert MOST_EVENTS + 500 in lengths
    assert all(length <= MOST_EVENTS for length in lengths if length != MOST_EVENTS + 500)


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("gone"),
        httpx.Response(500),
        httpx.Response(401),
        httpx.Response(200, content=b"{"),
        httpx.Response(200, json={"results": []}),
    ],
    ids=["no connection", "slow", "cut", "500", "401", "unreadable", "too few"],
)
async def test_when_one_room_fails_its_events_are_unavailable_and_the_others_are_not(rooms: StandInRooms, failure: httpx.Response | Exception) -> None:
    rooms.fail = lambda owner, _: failure if owner == "cases" else None

    async with routed(rooms) as router:
        verdicts = await router.deliver([order(1), order(2, "cases"), order(3)])

    assert [(verdict.id, verdict.status) for verdict in verdicts] == [("e-1", "accepted"), ("e-2", "unavailable"), ("e-3", "accepted")]


async def test_after_an_unavailable_event_all_later_ones_of_its_source_and_owner_are_unavailable_too(rooms: StandInRooms) -> None:
    rooms.judge = lambda event: {"id": event["id"], "status": "unavailable" if event["id"] == "e-2" else "accepted"}
    orders = [order(1), order(2), order(3, source="other"), order(4, "cases"), order(5)]

    async with routed(rooms) as router:
        verdicts = await router.deliver(orders)

    assert [verdict.status for verdict in verdicts] == ["accepted", "unavailable", "accepted", "accepted", "unavailable"]


async def test_the_one_event_a_room_cannot_read_does_not_take_the_others_with_it(rooms: StandInRooms) -> None:
    rooms.fail = lambda _, events: httpx.Response(422, text="no") if any(event["id"] == "e-5" for event in events) else None

    async with routed(rooms) as router:
        verdicts = await router.deliver([order(n) for n in range(9)])

    assert [verdict.status for verdict in verdicts] == ["rejected" if n == 5 else "accepted" for n in range(9)]
    assert json.loads(bytes(verdicts[5].problem))["code"] == "invalid"
    assert [command["event"]["id"] for command in rooms.commands] == [f"e-{n}" for n in range(9) if n != 5]


async def test_a_room_hears_of_which_requests_its_post_consists(rooms: StandInRooms) -> None:
    async def ask(router: Router, number: int) -> None:
        with bound_contextvars(trace_id=f"request-{number}"):
            await router.deliver([order(number)])

    async with routed(rooms) as router:
        await ask(router, 0)
        rooms.open.clear()
        requests = [asyncio.create_task(ask(router, number)) for number in range(1, 40)]
        await asyncio.sleep(0.05)
        rooms.open.set()
        await asyncio.gather(*requests)

    first, *others = [request.headers["x-request-id"] for request in rooms.requests]
    assert first == "request-0"
    assert others[0].startswith("request-1")
    assert all(len(post) <= 200 for post in others)
    assert {one for post in others for one in post.split(",")} <= {f"request-{number}" for number in range(1, 40)}


async def test_too_much_waiting_is_answered_at_once(rooms: StandInRooms) -> None:
    rooms.open.clear()
    async with routed(rooms) as router:
        requests = []
        for wave in (2, MOST_WAITING // 5_000):  # two are under way, the others wait
            requests += [asyncio.create_task(router.deliver([order(n) for n in range(5_000)])) for _ in range(wave)]
            await asyncio.sleep(0.1)
        late = await asyncio.wait_for(router.deliver([order(n) for n in range(5_000)]), 1)
        rooms.open.set()
        await asyncio.gather(*requests)

    assert {verdict.status for verdict in late} == {"unavailable"}


async def test_whoever_still_waits_when_the_door_closes_hears_unavailable(rooms: StandInRooms) -> None:
    rooms.open.clear()
    async with routed(rooms) as router:
        requests = [asyncio.create_task(router.deliver([order(n) for n in range(MOST_EVENTS)])) for _ in range(4)]
        await asyncio.sleep(0.05)

    answers = await asyncio.wait_for(asyncio.gather(*requests), 1)
    assert {verdict.status for answer in answers for verdict in answer} == {"unavailable"}
