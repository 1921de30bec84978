"""The door and its stand-in rooms as fixtures."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from tests.unit.gateway.door.rooms import StandInRooms
from tests.unit.gateway.door.stage import stage


@pytest.fixture
def rooms() -> StandInRooms:
    return StandInRooms()


@pytest_asyncio.fixture
async def door(tmp_path: Path, rooms: StandInRooms) -> AsyncIterator[httpx.AsyncClient]:
    async with stage(tmp_path, rooms) as client:
        yield client
