"""Group commit: everything that waits goes into one transaction, in its order; one writer per process."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import asyncpg
import msgspec
import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

from services.kernel.clock import Clock
from services.kernel.contracts.commands import Command
from services.kernel.errors import Code, problem
from services.kernel.eventlog.append import Log
from services.kernel.failpoints import failpoint
from services.kernel.inbox.inbox import Refused, find_known, keep_refused, remember
from services.kernel.postgres.database import LOST_RACE, UNAVAILABLE, Connection, Database
from services.kernel.writing.batch import Batch, Mask, Outcome, Result
from services.kernel.writing.model import Counting, Model
from services.kernel.writing.store import EntityStore
from services.kernel.writing.telemetry import WritingTelemetry

_log = structlog.get_logger()
Item = Command | Refused

MOST = 2000  # items a transaction: large enough to hide the commit, small enough to answer within a fraction of a second
UNHOLDABLE = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError)
"""What the database says of content that it can never keep."""

ATTEMPTS = 3  # reading and deciding again after a lost race


class _Waiting(NamedTuple):
    items: Sequence[Item]
    request: object  # its correlation id
    answer: asyncio.Future[list[Result]]


class Writer:
    """The only one in its process that writes a room's entities and facts."""

    def __init__(
        self,
        database: Database,
        room: str,
        model: Model,
        counting: Counting,
        log: Log,
        clock: Clock,
        telemetry: WritingTelemetry,
        mask: Mask = lambda command, _: command.told,
        closed: date | None = None,
    ) -> None:
        self._database = database
        self._room = room
        self._model = model
        self._counting = counting
        self._log = log
        self._clock = clock
        self._telemetry = telemetry
        self._mask = mask
        self._closed = closed
        self._store = EntityStore(room)
        self._queue: asyncio.Queue[_Waiting] = asyncio.Queue(maxsize=64)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to take what waits."""
        self._task = asyncio.create_task(self._run(), name="writer")

    async def check(self) -> bool:
        """Whether it still takes what waits."""
        return self._task is not None and not self._task.done()

    async def stop(self) -> None:
        """Finishes what was handed over, then stops."""
        await self._queue.join()
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def write(self, items: Sequence[Item]) -> list[Result]:
        """One result per item, in order. Accepted and duplicate mean committed; unavailable means: not known to be, send again."""
        if not items:
            return []
        waiting = _Waiting(items, get_contextvars().get("trace_id"), asyncio.get_running_loop().create_future())
        await self._queue.put(waiting)
        return await waiting.answer

    async def _run(self) -> None:
        while True:
            group = [await self._queue.get()]
            size = len(group[0].items)
            while size < MOST and not self._queue.empty():
                group.append(self._queue.get_nowait())
                size += len(group[-1].items)
            items = [item for waiting in group for item in waiting.items]
            with bound_contextvars(trace_id=[waiting.request for waiting in group if waiting.request]):
                try:
                    results = await self._write(items)
                except Exception:  # noqa: BLE001  whatever it was, the next group must still be served
                    _log.exception("a group could not be written")
                    results = [Result(item.id, "unavailable") for item in items]
            start = 0
            for waiting in group:
                end = start + len(waiting.items)
                if not waiting.answer.done():
                    waiting.answer.set_result(results[start:end])
                start = end
                self._queue.task_done()

    async def _write(self, items: Sequence[Item]) -> list[Result]:
        """Decides and commits; halves a group that the database refuses until the culprit stands alone."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return await self._attempt(items)
            except LOST_RACE as error:
                self._telemetry.lost_races.inc()
                _log.info("lost a race, deciding again", attempt=attempt, error=str(error))
            except UNAVAILABLE as error:
                _log.warning("the database is not available", error=f"{type(error).__name__}: {error}")
                break
            except UNHOLDABLE as error:
                return await self._halve(items, error)
            except Exception:  # noqa: BLE001  a mistake of ours: whoever it does not concern is still decided
                _log.exception("a batch failed")
                if len(items) == 1:
                    break
                return await self._halve(items, None)
        return [Result(item.id, "unavailable") for item in items]

    async def _halve(self, items: Sequence[Item], error: Exception | None) -> list[Result]:
        if len(items) == 1:
            return [await self._give_up(items[0], type(error).__name__)]
        middle = len(items) // 2
        results = await self._write(items[:middle])
        lost = {item.source for item, result in zip(items[:middle], results, strict=True) if result.status == "unavailable"}
        later = items[middle:]
        written = iter(await self._write([item for item in later if item.source not in lost]) if later else ())
        return results + [Result(item.id, "unavailable") if item.source in lost else next(written) for item in later]

    async def _give_up(self, item: Item, error: str) -> Result:
        """Refuses what the database cannot hold; of the event only its name is kept, since all else may be what it stumbles over."""
        refusal = problem(Code.INVALID, f"the database cannot hold this event ({error})")
        masked = msgspec.json.encode({"source": item.source, "id": item.id})
        try:
            async with self._database.transaction() as connection:
                await keep_refused(connection, [Refused(item.source, item.id, refusal, masked)], self._room)
        except (*LOST_RACE, *UNAVAILABLE, *UNHOLDABLE):
            return Result(item.id, "unavailable")
        return Result(item.id, "rejected", refusal)

    async def _attempt(self, items: Sequence[Item]) -> list[Result]:
        with self._telemetry.transaction.time():
            async with self._database.transaction() as connection:
                outcome = await self._decide(connection, items)
                await self._save(connection, outcome)
                failpoint(f"{self._room}.before_commit")
        failpoint(f"{self._room}.after_commit")
        self._telemetry.count(outcome)
        return outcome.results

    async def _decide(self, connection: Connection, items: Sequence[Item]) -> Outcome:
        commands = [item for item in items if isinstance(item, Command)]
        known = await find_known(connection, ((item.source, item.id) for item in items))
        fresh = [command for command in commands if (command.source, command.id) not in known]
        entities = await self._store.lock_for(connection, self._model, fresh)
        return Batch(self._model, self._counting, self._clock, entities, known, self._mask, self._closed).decide(items)

    async def _save(self, connection: Connection, outcome: Outcome) -> None:
        await self._store.save(connection, list(outcome.made.values()), list(outcome.changed.values()))
        await keep_refused(connection, outcome.refused, self._room)
        await remember(connection, outcome.remembered, self._room)
        await keep_refused(connection, outcome.contradicted, self._room)
        await self._log.append(connection, outcome.facts, self._clock())
