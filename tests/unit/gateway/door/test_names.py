"""What areas and organisations are called."""

import asyncio

import httpx

from services.gateway.names import NodeNames
from services.gateway.rooms import OWNERS, Rooms
from tests.unit.gateway.door.rooms import StandInRooms


async def settled(names: NodeNames) -> dict[str, str]:
    await names()
    await asyncio.sleep(0.05)
    return await names()


async def test_names_come_from_the_members_room_without_anybody_waiting(rooms: StandInRooms) -> None:
    rooms.other = lambda request: httpx.Response(200, json={"area/d:a": f"{request.url.host}{request.url.path}"})

    async with Rooms({owner: f"http://{owner}.example" for owner in OWNERS}, "token", 5, rooms) as wire:
        names = NodeNames(wire)
        first = await names()
        later = await settled(names)
        await names.close()

    assert first == {}
    assert later == {"area/d:a": "members.example/names"}
    assert len(rooms.requests) == 1  # asked once, however often names are used


async def test_a_room_that_tells_no_names_leaves_the_figures_without(rooms: StandInRooms) -> None:
    for answer in (httpx.Response(404), httpx.Response(200, content=b"[")):
        rooms.other = lambda _, answer=answer: answer
        async with Rooms({owner: f"http://{owner}.example" for owner in OWNERS}, "token", 5, rooms) as wire:
            names = NodeNames(wire)
            assert await settled(names) == {}
            await names.close()
