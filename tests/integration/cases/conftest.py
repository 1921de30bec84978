"""The cases room as it runs, on a real PostgreSQL, spoken to over its API."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from services.cases.main import create_app
from services.cases.settings import CasesSettings
from services.kernel.people import Pseudonyms
from services.kernel.postgres.database import Database
from tests.support.postgres import as_role

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
TOKEN = "a token for tests"
PEOPLE_KEY = "0123456789abcdef0123456789abcdef"
ENROLLED = {"namespace": "t", "register": "r"}
people = Pseudonyms(PEOPLE_KEY.encode())


class Telling:
    """A district that tells the room of things."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._number = 0

    def event(self, what: str, day: str, **data: Any) -> dict[str, Any]:
        self._number += 1
        time = f"{day}T12:00:00+08:00"
        return {"specversion": "1.0", "id": f"e-{self._number}", "source": "urn:t", "type": f"org.wangge.{what}.v1", "time": time, "data": data}

    async def tell_all(self, *events: dict[str, Any], **enrolled: Any) -> list[dict[str, Any]]:
        commands = [{"event": event, "enrolled": ENROLLED | enrolled, "via": "http"} for event in events]
        answer = await self.client.post("/batch", content=json.dumps({"commands": commands}))
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    async def tell(self, what: str, day: str, **data: Any) -> dict[str, Any]:
        return (await self.tell_all(self.event(what, day, **data)))[0]


@pytest.fixture
def settings(tmp_path: Path, database_dsn: str) -> CasesSettings:
    for name, text in (("internal.token", TOKEN), ("people.key", PEOPLE_KEY)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    (tmp_path / "catalogue" / "common").mkdir(parents=True)
    (tmp_path / "catalogue" / "common" / "kinds.yaml").write_text(CATALOGUE, encoding="utf-8")
    return CasesSettings(postgres=SecretStr(as_role(database_dsn, "cases")), secrets=tmp_path, catalogue=tmp_path / "catalogue")


@pytest_asyncio.fixture
async def client(settings: CasesSettings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://cases", headers={"x-wangge-token": TOKEN}) as client:
            yield client


@pytest.fixture
def telling(client: httpx.AsyncClient) -> Telling:
    return Telling(client)


async def facts(database: Database) -> list[dict[str, Any]]:
    """The bodies of all facts in the log, in the order they were written."""
    rows = await database.pool.fetch("SELECT body FROM log.fact WHERE topic = 'cases.v1' ORDER BY recorded, partition, sequence")
    return [json.loads(row["body"]) for row in rows]


async def kept(database: Database, column: str) -> str:
    """Everything that a column of the log and the room's own table hold, as one text."""
    log = await database.pool.fetch("SELECT convert_from(body, 'UTF8') AS body, convert_from(told, 'UTF8') AS told FROM log.fact")
    entities = await database.pool.fetch("SELECT state::text AS state FROM cases.entity")
    return "".join([row[column] or "" for row in log] + [row["state"] for row in entities])


async def counted(database: Database) -> list[list[Any]]:
    """What is left of all rows when every fact's `was` is taken off its `now`."""
    sums: dict[str, int] = {}
    for fact in await facts(database):
        for sign, name in ((-1, "was"), (1, "now")):
            for row in fact["data"][name]:
                text = json.dumps([fact["subject"], *row])
                sums[text] = sums.get(text, 0) + sign
    assert min(sums.values(), default=0) >= 0
    return in_order([json.loads(text) for text, n in sums.items() for _ in range(n)])


def in_order(rows: list[list[Any]]) -> list[list[Any]]:
    """Rows in an order that asks nothing of how their objects are written."""
    return sorted(rows, key=lambda row: json.dumps(row, sort_keys=True))
