"""A writing room as it runs, on a real PostgreSQL, spoken to over its API: what the tests of all three share."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from services.kernel.people import Pseudonyms
from services.kernel.postgres.database import Database

TOKEN = "a token for tests"
PEOPLE_KEY = "0123456789abcdef0123456789abcdef"
ENROLLED = {"namespace": "t", "register": "r"}
people = Pseudonyms(PEOPLE_KEY.encode())


class Telling:
    """A district that tells the room of things."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self._number = 0

    def event(self, what: str, day: str = "2026-05-09", **data: Any) -> dict[str, Any]:
        """An event at noon of a day, or at a moment; `from_` is the field `from`."""
        self._number += 1
        fields = {name.rstrip("_"): value for name, value in data.items()}
        time = f"{day}T12:00:00+08:00" if len(day) == 10 else day
        return {"specversion": "1.0", "id": f"e-{self._number}", "source": "urn:t", "type": f"org.wangge.{what}.v1", "time": time, "data": fields}

    async def tell_all(self, *events: dict[str, Any], **enrolled: Any) -> list[dict[str, Any]]:
        """The results, one for each event, in order."""
        commands = [{"event": event, "enrolled": ENROLLED | enrolled, "via": "http"} for event in events]
        answer = await self.client.post("/batch", content=json.dumps({"commands": commands}))
        assert answer.status_code == 200, answer.text
        results: list[dict[str, Any]] = answer.json()["results"]
        return results

    async def tell(self, what: str, day: str = "2026-05-09", **data: Any) -> dict[str, Any]:
        """The result of one event."""
        return (await self.tell_all(self.event(what, day, **data)))[0]


def furnish(folder: Path, catalogue: str, **secrets: str) -> Path:
    """Writes the secrets a room reads into a folder, and a catalogue below it; the catalogue's folder."""
    for name, text in ({"internal.token": TOKEN, "people.key": PEOPLE_KEY} | secrets).items():
        (folder / name).write_text(text, encoding="utf-8")
    common = folder / "catalogue" / "common"
    common.mkdir(parents=True)
    (common / "kinds.yaml").write_text(catalogue, encoding="utf-8")
    return common.parent


@asynccontextmanager
async def inside(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the running room that the other services' token lets in."""
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://room", headers={"x-wangge-token": TOKEN}) as client:
            yield client


async def facts(database: Database) -> list[dict[str, Any]]:
    """The bodies of all facts in the log, in the order they were written; of one moment by subject."""
    rows = await database.pool.fetch("SELECT body FROM log.fact ORDER BY recorded, subject, sequence")
    return [json.loads(row["body"]) for row in rows]


async def kept(database: Database, column: str) -> str:
    """Everything that a column of the log and the rooms' own tables hold, as one text."""
    log = await database.pool.fetch("SELECT convert_from(body, 'UTF8') AS body, convert_from(told, 'UTF8') AS told FROM log.fact")
    states = [
        await database.pool.fetch("SELECT state::text AS state FROM members.entity"),
        await database.pool.fetch("SELECT state::text AS state FROM activities.entity"),
        await database.pool.fetch("SELECT state::text AS state FROM cases.entity"),
    ]
    return "".join([row[column] or "" for row in log] + [row["state"] for rows in states for row in rows])


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


def days_ago(days: int) -> str:
    """A business date before today."""
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()
