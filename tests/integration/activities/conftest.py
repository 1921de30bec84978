"""The activities room as it runs, on a real PostgreSQL, spoken to over its API."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.activities.main import create_app
from services.activities.settings import ActivitiesSettings
from tests.support.postgres import as_role
from tests.support.room import Telling, furnish, inside

CATALOGUE = """
kinds:
  activity.lesson:
    names: {zh: 党课, en: Lesson}
    attributes:
      topic: {type: enum, values: [safety, law], dimension: true, names: {zh: 主题, en: Topic}}
      seat: {type: enum, values: [front, back], dimension: true, names: {zh: 座位, en: Seat}}
  activity.ballot: {names: {zh: 评议, en: Ballot}, unlinkable: true}
  shift.window: {names: {zh: 窗口值班, en: Window duty}}
  visit.home: {names: {zh: 入户走访, en: Home visit}}
"""


@pytest.fixture
def settings(tmp_path: Path, database_dsn: str) -> ActivitiesSettings:
    catalogue = furnish(tmp_path, CATALOGUE)
    return ActivitiesSettings(postgres=SecretStr(as_role(database_dsn, "activities")), secrets=tmp_path, catalogue=catalogue)


@pytest_asyncio.fixture
async def client(settings: ActivitiesSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with inside(create_app(settings)) as client:
        yield client


@pytest.fixture
def telling(client: httpx.AsyncClient) -> Telling:
    return Telling(client)
