"""The members room as it runs, on a real PostgreSQL, spoken to over its API."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.members.main import create_app
from services.members.settings import MembersSettings
from tests.support.postgres import as_role
from tests.support.room import Telling, furnish, inside

CATALOGUE = """
kinds:
  area: {names: {zh: 区域, en: Area}}
  area.street: {names: {zh: 街道, en: Street}}
  organisation: {names: {zh: 组织, en: Organisation}}
  organisation.branch: {names: {zh: 支部, en: Branch}}
  unit: {names: {zh: 单位, en: Unit}}
  unit.enterprise:
    names: {zh: 企业, en: Enterprise}
    attributes:
      size: {type: enum, values: [small, large], dimension: true, names: {zh: 规模, en: Size}}
  link: {names: {zh: 关系, en: Link}}
  link.covers: {names: {zh: 覆盖, en: Covers}, from: [organisation, member], to: [unit]}
  link.serves: {names: {zh: 服务, en: Serves}}
"""
VAULT_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
def settings(tmp_path: Path, database_dsn: str) -> MembersSettings:
    catalogue = furnish(tmp_path, CATALOGUE, **{"vault.key": VAULT_KEY})
    return MembersSettings(postgres=SecretStr(as_role(database_dsn, "members")), secrets=tmp_path, catalogue=catalogue)


@pytest_asyncio.fixture
async def client(settings: MembersSettings) -> AsyncIterator[httpx.AsyncClient]:
    async with inside(create_app(settings)) as client:
        yield client


@pytest_asyncio.fixture
async def telling(client: httpx.AsyncClient) -> Telling:
    """A district with a street, two branches and an enterprise."""
    telling = Telling(client)
    results = await telling.tell_all(
        telling.event("area.defined", "2026-01-01", area="s1", kind="street"),
        telling.event("organisation.established", "2026-01-01", organisation="o1", kind="branch", area="s1"),
        telling.event("organisation.established", "2026-01-01", organisation="o2", kind="branch"),
        telling.event("unit.registered", "2026-01-01", unit="u", kind="enterprise", area="s1", attributes={"size": "small"}),
    )
    assert [result["status"] for result in results] == ["accepted"] * 4, results
    return telling
