"""GET /entities/{family}/{key}, the same in every writing room: one thing as it stands, and what was told of it."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import JSONResponse

from services.kernel.clock import Clock
from services.kernel.contracts.commands import Document
from services.kernel.days import business_date
from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError
from services.kernel.lifecycle.record import Record
from services.kernel.lifecycle.standing import present
from services.kernel.lifecycle.stretches import spells
from services.kernel.postgres.database import Connection, Database
from services.kernel.postgres.queries import load
from services.kernel.writing.model import Counting, Entities, Entity
from services.kernel.writing.store import EntityStore
from services.kernel.writing.token import require_token

_SQL = load("services.kernel.writing", "read_api.sql")
_PROBLEMS: dict[int | str, dict[str, Any]] = {401: {"description": "Not the gateway"}, 404: {"description": "Nobody told of it"}}
LONGEST_PAGE = 500

Spellings = Callable[[str, str], Iterable[str]]
"""(family, key) as asked → the subjects it may be kept under, the likeliest first."""


def as_asked(family: str, key: str) -> Iterable[str]:
    """Things are kept under the key they are asked by."""
    return (f"{family}/{key}",)


class Things:
    """Reads a room's things. What `live` means is the room's: a row of one of its live measures stands today."""

    def __init__(
        self, database: Database, room: str, *, counting: Counting, live_measures: frozenset[str], clock: Clock, spellings: Spellings = as_asked
    ) -> None:
        self._database = database
        self._topic = f"{room}.v1"
        self._store = EntityStore(room)
        self._counting = counting
        self._live_measures = live_measures
        self._clock = clock
        self._spellings = spellings

    async def read_thing(self, family: str, key: str) -> dict[str, object]:
        """One thing as it stands, with its versions; raises not-found."""
        async with self._database.transaction(isolation="repeatable_read", readonly=True) as connection:
            entity = await self._find(connection, family, key)
            others = [await self._store.read(connection, subject) for subject in entity.depends]
        entities = Entities([entity, *(other for other in others if other is not None)])
        return _described(entity) | {"live": self._is_live(entity, entities)}

    async def read_history(self, family: str, key: str, after: int, limit: int) -> dict[str, object]:
        """What the log has of a thing, oldest first: a page after a position; `next` is the position to go on from, null at the end."""
        async with self._database.transaction(isolation="repeatable_read", readonly=True) as connection:
            entity = await self._find(connection, family, key)
            rows = await connection.fetch(_SQL.read_history, self._topic, entity.subject, after, limit + 1)
        page = [_told(row["body"]) for row in rows[:limit]]
        return {"family": entity.family, "key": _key(entity), "kind": entity.kind, "history": page, "next": after + limit if len(rows) > limit else None}

    async def _find(self, connection: Connection, family: str, key: str) -> Entity:
        for subject in self._spellings(family, key):
            entity = await self._store.read(connection, subject)
            if entity is not None:
                return entity
        raise ProblemError(Problem("not-found", "Not found", 404, f"nobody told of {family}/{key}", "urn:wangge:problem:not-found"))

    def _is_live(self, entity: Entity, entities: Entities) -> bool:
        today = business_date(self._clock())
        rows = self._counting(entity, entities)
        if isinstance(entity.state, Record):
            return not entity.state.withdrawn
        return any(row.measure in self._live_measures and row.day <= today and (row.until is None or today < row.until) for row in rows)


def things_router(things: Things, token: str) -> APIRouter:
    """The routes over a room's things."""
    router = APIRouter(prefix="/entities/{family}/{key}", tags=["entities"], dependencies=[Depends(require_token(token))])

    @router.get("", summary="One thing as it stands", responses=_PROBLEMS)
    async def get_thing(family: str, key: str) -> Response:
        return JSONResponse(await things.read_thing(family, key))

    @router.get("/history", summary="What was told of one thing, oldest first", responses=_PROBLEMS)
    async def get_history(family: str, key: str, after: int = Query(0, ge=0), limit: int = Query(100, ge=1, le=LONGEST_PAGE)) -> Response:
        return JSONResponse(await things.read_history(family, key, after, limit))

    return router


def _key(entity: Entity) -> str:
    return entity.subject.partition("/")[2]


def _described(entity: Entity) -> dict[str, object]:
    state = entity.state
    common: dict[str, object] = {"family": entity.family, "key": _key(entity), "kind": entity.kind, "withdrawn": state.withdrawn}
    if isinstance(state, Record):
        return common | {"since": state.time, "data": state.data, **({"extra": state.extra} if state.extra else {})}
    lives = spells(state)
    versions = [
        {"at": version.at, "verb": version.verb, "data": version.data, **({"extra": version.extra} if version.extra else {})} for version in state.versions
    ]
    since = lives[-1].start if lives else state.versions[0].at
    return common | {"since": since, "opening": state.opening, "data": present(state), "versions": versions}


def _told(body: bytes) -> dict[str, object]:
    fact: Document = msgspec.json.decode(body)
    data = {name: value for name, value in fact["data"].items() if name not in ("was", "now")}
    kept: dict[str, object] = {
        name: fact[name] for name in ("type", "time", "recordedtime", "statedtime", "causedby", "causationid", "sequence") if name in fact
    }
    return {**kept, "data": data}
