"""The list of refused events, page by page."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.kernel.errors import Code, refuse
from services.kernel.inbox.inbox import Refused, keep_refused
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load

_SQL = load("services.gateway", "sql/door.sql")


class Refusal(msgspec.Struct):
    """One refused (source, id): the last reason, how often, what may be kept of the event, and whether it was accepted later."""

    source: str
    id: str
    owner: str
    code: str
    problem: msgspec.Raw
    event: msgspec.Raw
    count: int
    first_at: datetime
    last_at: datetime
    accepted_later: bool


class RefusalPage(msgspec.Struct):
    """A page; `next` is the cursor of the following one."""

    items: list[Refusal]
    next: str | None


class _Cursor(msgspec.Struct, array_like=True):
    last_at: datetime
    source: str
    id: str


class Refusals:
    """What was refused: kept by the rooms, and by the door where an event reaches no room."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, sources: Sequence[str] | None, code: str | None, cursor: str | None, limit: int) -> RefusalPage:
        """The refusals of these sources (None: of all), the last first. An event refused again while you page moves to the front."""
        start = _read_cursor(cursor) if cursor else None
        after: tuple[Any, ...] = (start.last_at, start.source, start.id) if start else (None, None, None)
        rows = await self._database.pool.fetch(_SQL.list_refused, sources, code, *after, limit + 1)
        items = [Refusal(**{**row, "problem": _raw(row["problem"]), "event": _raw(row["event"])}) for row in rows[:limit]]
        last = items[-1] if len(rows) > limit else None
        return RefusalPage(items, None if last is None else _write_cursor(_Cursor(last.last_at, last.source, last.id)))

    async def keep(self, refused: Sequence[Refused]) -> None:
        """Keeps what the door refused."""
        async with self._database.transaction() as connection:
            await keep_refused(connection, refused, "gateway")

    async def counts(self) -> dict[str, int]:
        """How many events of each source stand refused."""
        return {row["source"]: row["refused"] for row in await self._database.pool.fetch(_SQL.count_refused)}


def _raw(text: str) -> msgspec.Raw:
    return msgspec.Raw(text.encode())


def _write_cursor(cursor: _Cursor) -> str:
    return urlsafe_b64encode(msgspec.json.encode(cursor)).decode().rstrip("=")


def _read_cursor(text: str) -> _Cursor:
    try:
        return msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_Cursor)
    except (ValueError, msgspec.MsgspecError) as error:
        raise refuse(Code.INVALID, "cursor is not one this list gave: start again without it") from error
