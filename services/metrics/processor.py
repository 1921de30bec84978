"""Whole fetches into signed rows, each fact once: read while the last transaction commits, then one transaction for all partitions of a batch."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol, TypeVar

import asyncpg
import structlog

from services.kernel.failpoints import failpoint
from services.kernel.postgres.database import LOST_RACE, UNAVAILABLE, Database
from services.metrics import deadletter, store
from services.metrics.batch import Batch
from services.metrics.fold import read
from services.metrics.model import Axes, Chosen, Letter, Partition, Stop, Watermark, choose
from services.metrics.stops import Retry, Stops
from services.metrics.telemetry import Telemetry

_log = structlog.get_logger()
_T = TypeVar("_T")

_NO_FIT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError, ValueError, TypeError, OverflowError)
"""What means that the database cannot keep what a letter says: a verdict on the content, never on the moment."""

_AXES_KEPT = 1_000_000  # about 300 MB; beyond that the numbers are asked for again
_HELD_BACK_MOST_S = 60.0  # then it goes on whatever waits: the group would take a silent worker's partitions away


class Record(Protocol):
    """What of a Kafka record the processor reads."""

    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class GenerationMovedError(Exception):
    """The live generation is another one than the batch was folded for."""


class Processor:
    """Counts what the transport hands over. `take` and `run` work side by side in one event loop."""

    def __init__(
        self,
        database: Database,
        telemetry: Telemetry,
        *,
        batch: int = 10_000,
        linger_s: float = 0.02,
        reject_budget: int = 10,
        unmerged_rows: int = 2_000_000,
        topic_id: Callable[[str], str | None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._telemetry = telemetry
        self._limit = batch
        self._linger = linger_s
        self._budget = reject_budget
        self._unmerged = unmerged_rows
        self._topic_id = topic_id
        self._clock = clock
        self._axes: dict[Axes, int] = {}
        self._generation = 0
        self._pending: Batch | None = None
        self._some = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._stops = Stops()
        self._waiting = 0
        self.reached: dict[Partition, int] = {}
        self.waiting_since: float | None = None

    # ---- the transport's side

    async def take(self, fetched: Mapping[Partition, Sequence[Record]]) -> None:
        """Reads a whole fetch and puts it in line; returns when there is room for the next one. What it was given is applied, or due to be read again."""
        failpoint("processor.after_fetch")
        await self._room.wait()
        if self._generation == 0:
            self._generation = await self._insist(self._read_generation)
        generation = self._generation
        for partition, records in fetched.items():
            letters = await self._read(generation, [(record.value, record.offset) for record in records])
            for letter, record in zip(letters, records, strict=True):
                if letter.fault is not None:
                    letter.sequence = _sequence(record)
            if self._pending is None:
                self._pending = Batch(generation)
            self._pending.add(generation, partition, letters)
            self._some.set()
            await asyncio.sleep(0)  # a fetch of 10,000 takes a tenth of a second: let the health checks and the commit in between
        if self._pending is not None and self._pending.size >= self._limit:
            self._room.clear()

    def retries(self) -> list[Retry]:
        """Stopped partitions that the transport should read again now."""
        return self._stops.due(self._clock())

    def forget(self, assigned: set[Partition]) -> None:
        """Tells which partitions are ours from now on; what is known of others is dropped."""
        for partition, reason in self._stops.forget(assigned):
            self._telemetry.stopped.labels(*partition, reason).set(0)
        self.reached = {partition: offset for partition, offset in self.reached.items() if partition in assigned}

    def is_stopped(self, partition: Partition) -> bool:
        """Whether a partition waits for what only the relay, a rebuild or a person can bring."""
        return partition in self._stops

    # ---- the database's side

    async def run(self) -> None:
        """Commits what has been taken, batch after batch, until it is cancelled."""
        while True:
            await self._some.wait()
            if self._pending is not None and self._pending.size < self._limit:
                await asyncio.sleep(self._linger)
            batch, self._pending = self._pending, None
            self._some.clear()
            self._room.set()
            if batch is not None:
                await self._hold_back()
                await self.apply(batch)

    async def apply(self, batch: Batch) -> None:
        """Applies a batch, however long it takes: waits for a database that does not serve, buries what it cannot keep."""
        try:
            chosen = await self._insist(lambda: self._commit(batch))
        except GenerationMovedError:
            await self.apply(await self._read_again(batch))
        except _NO_FIT as error:
            if batch.size > 1:
                for half in batch.halves():
                    await self.apply(half)
                return
            ((_, letter),) = batch
            if letter.fault is not None:
                raise
            letter.fault, letter.lines = f"{type(error).__name__}: {error}"[:300], []
            await self.apply(batch)
        else:
            self._report(batch, chosen)

    async def _read_again(self, batch: Batch) -> Batch:
        """The batch for the generation that is live now, in which axes have other numbers."""
        self._axes, self._generation = {}, await self._insist(self._read_generation)
        again = Batch(self._generation)
        for partition, old in batch.letters.items():
            letters = await self._read(again.generation, [(letter.body, letter.offset) for letter in old])
            for letter, before in zip(letters, old, strict=True):
                if before.fault is not None:
                    letter.sequence, letter.fault, letter.lines = before.sequence, before.fault, []
            again.add(again.generation, partition, letters)
        _log.info("the live generation moved", generation=again.generation)
        return again

    async def _commit(self, batch: Batch) -> dict[Partition, Chosen]:
        started, waiting = self._clock(), self._waiting
        async with self._database.transaction() as connection:
            if await store.hold_live(connection) != batch.generation:
                raise GenerationMovedError
            before = await store.lock_watermarks(connection, batch.generation, sorted(batch.letters))
            chosen = {partition: choose(self._known(partition, before[partition]), letters) for partition, letters in batch.letters.items()}
            chosen = await deadletter.keep_to_budget(connection, batch.generation, chosen, before, self._budget)
            buried = await deadletter.bury(connection, batch.generation, chosen)
            await store.move_watermarks(connection, batch.generation, before, store.moved(chosen, before))
            letters = [letter for choice in chosen.values() for letter in choice.letters]
            if letters:
                waiting = await store.append(connection, batch.generation, letters)
            failpoint("processor.before_commit")
        failpoint("processor.after_commit")
        self._waiting = waiting
        self._telemetry.buried.inc(buried)
        self._telemetry.commits.inc()
        self._telemetry.commit_seconds.observe(self._clock() - started)
        self._telemetry.batch_facts.observe(batch.size)
        return chosen

    def _known(self, partition: Partition, watermark: Watermark) -> Watermark:
        """The watermark with an offset hint of this incarnation of the topic, or none."""
        topic_id = self._topic_id(partition.topic)
        return watermark if watermark.topic_id == topic_id else watermark._replace(topic_id=topic_id, next_offset=None)

    # ---- reading

    async def _read(self, generation: int, records: Sequence[tuple[bytes | None, int | None]]) -> list[Letter]:
        if len(self._axes) > _AXES_KEPT:
            self._axes = {}
        axes, missing = self._axes, set[Axes]()
        letters: list[Letter] = []
        incomplete: list[int] = []
        for index, (body, offset) in enumerate(records):
            known = len(missing)
            letters.append(read(body, offset, axes, missing))
            if len(missing) != known or (missing and any(line[0] == 0 for line in letters[-1].lines)):
                incomplete.append(index)
        if missing:
            axes.update(await self._insist(lambda: self._number(generation, missing)))
            for index in incomplete:
                letters[index] = read(*records[index], axes, set())
        return letters

    async def _number(self, generation: int, missing: set[Axes]) -> dict[Axes, int]:
        async with self._database.transaction() as connection:
            return await store.number_axes(connection, generation, missing)

    async def _read_generation(self) -> int:
        async with self._database.transaction() as connection:
            return await store.read_live(connection)

    # ---- waiting

    async def _insist(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Repeats what the database could not do now, at growing intervals, for as long as it takes."""
        delay = 0.05
        while True:
            try:
                result = await attempt()
            except (*UNAVAILABLE, *LOST_RACE, store.WatermarkMovedError) as error:
                if self.waiting_since is None:
                    self.waiting_since = self._clock()
                    _log.warning("the database does not serve, trying again", error=f"{type(error).__name__}: {error}")
                self._telemetry.retries.inc()
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)
            else:
                self.waiting_since = None
                return result

    async def _hold_back(self) -> None:
        """Waits while too many rows are waiting to be merged."""
        if self._waiting <= self._unmerged:
            return
        started = self._clock()
        while self._waiting > self._unmerged and self._clock() - started < _HELD_BACK_MOST_S:
            self.waiting_since = started
            await asyncio.sleep(0.1)
            self._waiting = await self._insist(self._count_waiting)
        self.waiting_since = None
        self._telemetry.held_back.inc(self._clock() - started)

    async def _count_waiting(self) -> int:
        async with self._database.transaction() as connection:
            return await store.count_waiting(connection)

    # ---- telling

    def _report(self, batch: Batch, chosen: Mapping[Partition, Chosen]) -> None:
        telemetry, now = self._telemetry, self._clock()
        telemetry.progress.set_to_current_time()
        for partition, choice in chosen.items():
            topic = partition.topic
            telemetry.facts.labels(topic).inc(len(choice.letters))
            telemetry.rows.inc(sum(len(letter.lines) for letter in choice.letters))
            telemetry.repeated.labels(topic).inc(choice.repeated)
            telemetry.sequence.labels(*partition).set(choice.watermark.sequence)
            if choice.watermark.next_offset is not None:
                self.reached[partition] = choice.watermark.next_offset
            news = self._stops.note(partition, choice, batch.letters[partition], now)
            if news is None:
                continue
            if news.stopped is not None:
                telemetry.stops.labels(topic, news.stopped).inc()
                telemetry.stopped.labels(*partition, news.stopped).set(1)
                _log.error(_ADVICE[news.stopped], topic=topic, partition=partition.partition, watermark=choice.watermark.sequence)
            if news.healed is not None:
                telemetry.stopped.labels(*partition, news.healed).set(0)
                _log.info("partition goes on", topic=topic, partition=partition.partition, watermark=choice.watermark.sequence)


_ADVICE = {
    Stop.GAP: "partition stopped: the next fact has not come; it is read again until the relay sends it",
    Stop.EPOCH: "partition stopped: the log has a later epoch; rebuild needed",
    Stop.BUDGET: "partition stopped: too many of its last facts could not be read; see the dead letters",
}


def _sequence(record: Record) -> int | None:
    """The sequence that a record's header tells, for bodies that cannot be read; None if it carries none, so is none of ours."""
    for name, value in record.headers:
        if name == "ce_sequence":
            return int(value) if value.isdigit() else None
    return None
