"""The cases room as it runs, on a real PostgreSQL, spoken to over its API."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.cases.main import create_app
from services.cases.settings import CasesSettings
from tests.support.postgres import as_role
from tests.support.room import Telling, furnish, inside

CATALOGUE = """
kinds:
  case:
    names: {zh: 事项, en: Case}
    states:
      - {id: opened, names: {zh: 上报, en: Opened}, marks: [initial], to: [handling, merged]}
      - {id: handling, names: {zh: 办理, en: Handled}, to: [solved, merged]}
      - {id: solved, names: {zh: 解决, en: Solved}, marks: [resolved], to: [closed, handling]}
      - {id: closed, names: {zh: 办结, en: Closed}, marks: [resolved, final], to: [handling]}
      - {id: merged, names: {zh: 并案, en: Merged}, marks: [merged, final]}
  case.demand:
    names: {zh: 诉求, en: Demand}
    attributes:
      theme: {type: enum, values: [noise, light], dimension: true, names: {zh: 主题, en: Theme}}
  case.secret: {names: {zh: 匿名举报, en: Anonymous report}, unlinkable: true}
"""


@pytest.fixture
def settings(tmp_path: Path, database_dsn: str) -> CasesSettings:
    catalogue = furnish(tmp_path, CATALOGUE)
    return CasesSettings(postgres=SecretStr(as_role(database_dsn, "cases")), secrets=tmp_path, catalogue=catalogue)


@pytest_asyncio.fixture
async def client(settings: CasesSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with inside(create_app(settings)) as client:
        yield client


@pytest.fixture
def telling(client: httpx.AsyncClient) -> Telling:
    return Telling(client)
