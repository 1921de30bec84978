"""What each source has sent, by way and by what became of it: counted in memory, kept together with what other processes count."""

import asyncio
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from typing import Literal

import msgspec
import structlog

from services.kernel.clock import Clock
from services.kernel.postgres.database import UNAVAILABLE, Database
from services.kernel.postgres.queries import load

_log = structlog.get_logger()
_SQL = load("services.gateway", "sql/senders.sql")
_EVERY_S = 1.0

Way = Literal["http", "kafka"]


class Sent(msgspec.Struct):
    """A source's traffic over one way. `last_at` is of what could be taken: an `unavailable` event must come again and counts then."""

    counts: dict[str, int] = msgspec.field(default_factory=dict)  # by status
    last_at: datetime | None = None


class Sender(msgspec.Struct):
    """A source's traffic."""

    first_at: datetime | None = None
    last_at: datetime | None = None
    counts: Counter[str] = msgspec.field(default_factory=Counter)
    ways: dict[str, Sent] = msgspec.field(default_factory=dict)

    def add(self, way: str, status: str, events: int, first_at: datetime, last_at: datetime) -> None:
        """Adds what came over a way with one status."""
        self.counts[status] += events
        self.first_at = first_at if self.first_at is None else min(self.first_at, first_at)
        sent = self.ways.setdefault(way, Sent())
        sent.counts[status] = sent.counts.get(status, 0) + events
        if status != "unavailable":
            sent.last_at = last_at if sent.last_at is None else max(sent.last_at, last_at)
            self.last_at = last_at if self.last_at is None else max(self.last_at, last_at)


class Senders:
    """Counts one way's events by source. Nothing waits for the database: what was counted is added to it every second, and when asked."""

    def __init__(self, database: Database | None, clock: Clock, way: Way) -> None:
        self._database = database
        self._clock = clock
        self._way = way
        self._fresh: dict[tuple[str, str], tuple[int, datetime, datetime]] = {}
        self._writing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def note(self, told: Iterable[tuple[str, str]]) -> None:
        """Counts (source, status) pairs. Only pass sources that are enrolled, or the table grows with whatever strangers invent."""
        now = self._clock()
        for name, count in Counter(told).items():
            had, first, _ = self._fresh.get(name, (0, now, now))
            self._fresh[name] = (had + count, first, now)

    def start(self) -> None:
        """Begins to keep what is counted."""
        self._task = asyncio.create_task(self._run(), name=f"senders-{self._way}")

    async def stop(self) -> None:
        """Keeps the rest."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with suppress(*UNAVAILABLE):
            await self.keep()

    async def keep(self) -> None:
        """Adds what was counted since the last time; raises what hinders it, and has it still then."""
        async with self._writing:
            taken = sorted(self._fresh.items())
            if not taken or self._database is None:
                return
            self._fresh = {}
            columns = [list(column) for column in zip(*((*name, *sums) for name, sums in taken), strict=True)]
            try:
                await self._database.pool.execute(_SQL.add_sent, self._way, *columns)
            except BaseException:
                self._put_back(taken)
                raise

    async def all(self) -> dict[str, Sender]:
        """Every source's traffic over all ways and processes, as far as it is kept; what this process has counted is among it."""
        await self.keep()
        found: dict[str, Sender] = {}
        for source, way, status, events, first_at, last_at in await self._database.pool.fetch(_SQL.list_sent) if self._database is not None else ():
            found.setdefault(source, Sender()).add(way, status, events, first_at, last_at)
        return found

    def _put_back(self, taken: Iterable[tuple[tuple[str, str], tuple[int, datetime, datetime]]]) -> None:
        for name, (count, first, last) in taken:
            more, _, newest = self._fresh.get(name, (0, first, last))
            self._fresh[name] = (count + more, first, newest)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_S)
            try:
                await self.keep()
            except UNAVAILABLE as error:
                _log.info("what sources sent is kept later", error=f"{type(error).__name__}: {error}")
            except Exception:  # noqa: BLE001  counting what came must never be what ends the counting
                _log.exception("what sources sent could not be kept")
