"""The members room as it runs, on a real PostgreSQL, spoken to over its API."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.kernel.people import Pseudonyms
from services.kernel.postgres.database import Database
from services.members.main import create_app
from services.members.settings import MembersSettings
from tests.support.postgres import as_role

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
TOKEN = "a token for tests"
PEOPLE_KEY = "0123456789abcdef0123456789abcdef"
VAULT_KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
ENROLLED = {"namespace": "t", "register": "r"}
people = Pseudonyms(PEOPLE_KEY.encode())


class Telling:
    """A district that tells the room of things."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._number = 0

    def event(self, what: str, day: str, **data: Any) -> dict[str, Any]:
        self._number += 1
        fields = {name.rstrip("_"): value for name, value in data.items()}
        time = f"{day}T12:00:00+08:00" if len(day) == 10 else day
        return {"specversion": "1.0", "id": f"e-{self._number}", "source": "urn:t", "type": f"org.wangge.{what}.v1", "time": time, "data": fields}

    async def tell_all(self, *events: dict[str, Any], **enrolled: Any) -> list[dict[str, Any]]:
        commands = [{"event": event, "enrolled": ENROLLED | enrolled, "via": "http"} for event in events]
        answer = await self.client.post("/batch", content=json.dumps({"commands": commands}))
        assert answer.status_code == 200, answer.text
        return answer.json()["results"]

    async def tell(self, what: str, day: str, **data: Any) -> dict[str, Any]:
        return (await self.tell_all(self.event(what, day, **data)))[0]


@pytest.fixture
def settings(tmp_path: Path, database_dsn: str) -> MembersSettings:
    for name, text in (("internal.token", TOKEN), ("people.key", PEOPLE_KEY), ("vault.key", VAULT_KEY)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "catalogue" / "common").mkdir(parents=True)
    (tmp_path / "catalogue" / "common" / "kinds.yaml").write_text(CATALOGUE, encoding="utf-8")
    return MembersSettings(postgres=SecretStr(as_role(database_dsn, "members")), secrets=tmp_path, catalogue=tmp_path / "catalogue")


@pytest_asyncio.fixture
async def client(settings: MembersSettings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://members", headers={"x-wangge-token": TOKEN}) as client:
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


async def facts(database: Database) -> list[dict[str, Any]]:
    """The bodies of all facts in the log, in the order they were written."""
    rows = await database.pool.fetch("SELECT body FROM log.fact WHERE topic = 'members.v1' ORDER BY recorded, subject, sequence")
    return [json.loads(row["body"]) for row in rows]


async def counted(database: Database) -> list[list[Any]]:
    """What is left of all rows when every fact's `was` is taken off its `now`."""
    sums: dict[str, int] = {}
    for fact in await facts(database):
        for sign, name in ((-1, "was"), (1, "now")):
            for row in fact["data"][name]:
                text = json.dumps([fact["subject"], *row])
                sums[text] = sums.get(text, 0) + sign
    assert min(sums.values(), default=0) >= 0
    return sorted((json.loads(text) for text, n in sums.items() for _ in range(n)), key=str)


def days_ago(days: int) -> str:
    """A business date before today."""
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
