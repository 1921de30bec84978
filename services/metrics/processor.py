"""Whole fetches into signed rows, each fact once: read while the last transaction commits, then one transaction for all partitions of a batch."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

import asyncpg
import structlog

from services.kernel.failpoints import failpoint
from services.kernel.pace import Pace
from services.kernel.postgres.database import Database
from services.metrics import deadletter, ledger, store
from services.metrics.batch import Batch
from services.metrics.model import Chosen, Partition, Stop, Watermark, choose
from services.metrics.patience import Patience
from services.metrics.reader import Reader
from services.metrics.stops import Retry, Stops
from services.metrics.telemetry import Telemetry

_log = structlog.get_logger()

_NO_FIT = (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, asyncpg.ProgramLimitExceededError, ValueError, TypeError, OverflowError)
"""What means that the database cannot keep what a letter says: a verdict on the content, never on the moment."""

_HELD_BACK_MOST_S = 60.0  # then it goes on whatever waits: the group would take a silent worker's partitions away


class Record(Protocol):
    """What of a Kafka record the processor reads."""

    offset: int
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Limits(NamedTuple):
    """How much a processor takes at a time; see the settings."""

    batch: int = 10_000
    linger_s: float = 0.05
    reject_budget: int = 10
    unmerged_rows: int = 2_000_000


class GenerationMovedError(Exception):
    """The live generation is another one than the batch was folded for."""


class Processor:
    """Counts what the transport hands over. `take` and `run` work side by side in one event loop."""

    def __init__(
        self,
        database: Database,
        telemetry: Telemetry,
        limits: Limits = Limits(),  # noqa: B008 - a constant
        *,
        topic_id: Callable[[str], str | None] = lambda _: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._telemetry = telemetry
        self._limits = limits
        self._topic_id = topic_id
        self._clock = clock
        self._patience = Patience(clock, telemetry.retries.inc)
        self._reader = Reader(database, self._patience)
        self._stops = Stops()
        self._pending: Batch | None = None
        self._committing: Batch | None = None
        self._some, self._room = asyncio.Event(), asyncio.Event()
        self._room.set()
        self._waiting_rows = 0
        self.reached: dict[Partition, int] = {}

    # ---- the transport's side

    async def take(self, fetched: Mapping[Partition, Sequence[Record]]) -> None:
        """Reads a whole fetch and puts it in line; returns when there is room for the next one. What it was given is applied, or due to be read again."""
        failpoint("processor.after_fetch")
        await self._room.wait()
        generation = await self._reader.generation()
        bodies = {partition: [(record.value, record.offset) for record in records] for partition, records in fetched.items()}
        for partition, letters in (await self._reader.read(generation, bodies)).items():
            for letter, record in zip(letters, fetched[partition], strict=True):
                if letter.fault is not None:
                    letter.sequence = _sequence(record)
            if self._pending is None:
                self._pending = Batch(generation)
            self._pending.add(generation, partition, letters)
            self._some.set()
        if self._pending is not None and self._pending.size >= self._limits.batch:
            self._room.clear()

    def retries(self) -> list[Retry]:
        """Stopped partitions that the transport should read again now."""
        return self._stops.due(self._clock())

    def forget(self, assigned: set[Partition]) -> None:
        """Tells which partitions are ours from now on; what is known of others is dropped."""
        for partition, reason in self._stops.forget(assigned):
            self._telemetry.stopped.labels(*partition, reason).set(0)
        self.reached = {partition: offset for partition, offset in self.reached.items() if partition in assigned}

    def sought(self, offsets: Mapping[Partition, int]) -> None:
        """Tells where partitions are read from now."""
        self.reached.update(offsets)

    def waits(self, partition: Partition) -> bool:
        """Whether it is known why a partition does not move: its facts are in our hands, or wait for the database, the merge, the relay or a person."""
        held = (self._pending, self._committing)
        known = self._patience.waiting_since is not None or partition in self._stops
        return known or any(batch is not None and partition in batch.letters for batch in held)

    # ---- the database's side

    async def run(self) -> None:
        """Commits what has been taken, batch after batch, until it is cancelled."""
        pace = Pace()
        while True:
            await self._some.wait()
            if self._pending is not None and self._pending.size < self._limits.batch:
                await pace.keep(self._limits.linger_s)
            self._committing, self._pending = self._pending, None
            self._some.clear()
            self._room.set()
            if self._committing is not None:
                await self._hold_back()
                await self.apply(self._committing)
            self._committing = None

    async def apply(self, batch: Batch) -> None:
        """Applies a batch, however long it takes: waits for a database that does not serve, buries what it cannot keep."""
        try:
            chosen = await self._patience.insist(lambda: self._commit(batch))
        except GenerationMovedError:
            generation = await self._reader.renew()
            _log.info("the live generation moved", generation=generation)
            await self.apply(await self._reader.read_again(batch, generation))
        except _NO_FIT as error:
            if batch.size > 1:
                for half in batch.halves():
                    await self.apply(half)
                return
            ((_, letter),) = batch
            if letter.fault is not None:
                raise
            letter.fault, letter.lines, letter.packed = f"{type(error).__name__}: {error}"[:300], 0, []
            await self.apply(batch)
        else:
            self._report(batch, chosen)

    async def _commit(self, batch: Batch) -> dict[Partition, Chosen]:
        started = self._clock()
        async with self._database.transaction() as connection:
            if await store.hold_live(connection) != batch.generation:
                raise GenerationMovedError
            before = await store.lock_watermarks(connection, batch.generation, sorted(batch.letters))
            chosen = {partition: choose(self._known(partition, before[partition]), letters) for partition, letters in batch.letters.items()}
            chosen = await deadletter.keep_to_budget(connection, batch.generation, chosen, before, self._limits.reject_budget)
            written = await ledger.write(connection, batch.generation, before, chosen)
            failpoint("processor.before_commit")
        failpoint("processor.after_commit")
        if written.waiting is not None:
            self._waiting_rows = written.waiting
        self._telemetry.rows.inc(written.rows)
        self._telemetry.buried.inc(written.buried)
        self._telemetry.commits.inc()
        self._telemetry.commit_seconds.observe(self._clock() - started)
        self._telemetry.batch_facts.observe(batch.size)
        return chosen

    def _known(self, partition: Partition, watermark: Watermark) -> Watermark:
        """The watermark with an offset hint of this incarnation of the topic, or none."""
        topic_id = self._topic_id(partition.topic)
        return watermark if watermark.topic_id == topic_id else watermark._replace(topic_id=topic_id, next_offset=None)

    async def _hold_back(self) -> None:
        """Waits while too many rows are waiting to be merged."""
        if self._waiting_rows <= self._limits.unmerged_rows:
            return
        started = self._clock()
        while self._waiting_rows > self._limits.unmerged_rows and self._clock() - started < _HELD_BACK_MOST_S:
            await asyncio.sleep(0.1)
            self._waiting_rows = await self._patience.insist(self._count_waiting)
        self._telemetry.held_back.inc(self._clock() - started)

    async def _count_waiting(self) -> int:
        async with self._database.transaction() as connection:
            return await store.count_waiting(connection)

    # ---- telling

    def _report(self, batch: Batch, chosen: Mapping[Partition, Chosen]) -> None:
        telemetry = self._telemetry
        telemetry.progress.set_to_current_time()
        for partition, choice in chosen.items():
            telemetry.facts.labels(partition.topic).inc(len(choice.letters))
            telemetry.repeated.labels(partition.topic).inc(choice.repeated)
            telemetry.sequence.labels(*partition).set(choice.watermark.sequence)
            if choice.watermark.next_offset is not None:
                self.reached[partition] = choice.watermark.next_offset
            self._tell_stops(batch, partition, choice)

    def _tell_stops(self, batch: Batch, partition: Partition, choice: Chosen) -> None:
        news = self._stops.note(partition, choice, batch.letters[partition], self._clock())
        if news is None:
            return
        where = {"topic": partition.topic, "partition": partition.partition, "watermark": choice.watermark.sequence}
        if news.healed is not None:
            self._telemetry.stopped.labels(*partition, news.healed).set(0)
            _log.info("partition goes on", **where)
        if news.stopped is not None:
            self._telemetry.stops.labels(partition.topic, news.stopped).inc()
            self._telemetry.stopped.labels(*partition, news.stopped).set(1)
            _log.error(_ADVICE[news.stopped], **where)


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
