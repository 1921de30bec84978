"""Faust's consumer, handing over whole fetches: the only file that knows Faust's private parts (a contract test watches them).

Faust carries every record through a dozen tasks of its own; here its agent, assignment and lifecycle stay, and what it fetches goes to the processor in one
piece. Offsets committed to Kafka are hints for lag and scaling: positions come from PostgreSQL, on each assignment and whenever something that was fetched is
not applied, since the client never fetches it again by itself.
"""
# ruff: noqa: SLF001 - the private parts are the point of this file

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast

import aiokafka
import structlog
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from services.metrics.model import Partition
from services.metrics.stops import Retry
from services.metrics.telemetry import Telemetry

_log = structlog.get_logger()

Fetched = Mapping[Partition, Sequence[Any]]


class Feed(Protocol):
    """What the transport hands its fetches to."""

    @property
    def reached(self) -> Mapping[Partition, int]:
        """The offset behind the last record applied, by partition."""
        ...

    async def take(self, fetched: Fetched) -> None:
        """Takes a whole fetch; holds the transport back by not returning."""
        ...

    def retries(self) -> list[Retry]:
        """Partitions to be read again now."""
        ...

    def forget(self, assigned: set[Partition]) -> None:
        """Learns which partitions are ours."""
        ...

    def sought(self, offsets: Mapping[Partition, int]) -> None:
        """Learns where these partitions are read from now."""
        ...


class Finder(Protocol):
    """Knows where to read from."""

    async def find(self, partitions: Collection[Partition], rewound: Collection[Partition] = ()) -> Mapping[Partition, int]:
        """The offset to read each partition from."""
        ...


class Progress(NamedTuple):
    """How far one of our partitions is."""

    partition: Partition
    reached: int
    high_watermark: int | None  # of the last answered fetch; None: none has been answered yet
    buffered: bool  # the client holds records of it that we have not asked for yet


class _Thread(driver.AIOKafkaConsumerThread):  # type: ignore[misc]  # Faust is untyped to us
    """The client's thread, with the fetch wait that Faust does not let us set, and an offset commit that may fail."""

    def _create_worker_consumer(self, transport: driver.Transport) -> aiokafka.AIOKafkaConsumer:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = cast("BatchTransport", transport).fetch_wait_ms
        return consumer

    async def commit_hints(self, offsets: Mapping[Partition, int]) -> None:
        """Commits offsets as hints; raises what Kafka says, where Faust's own commit would crash the worker."""
        await self.call_thread(self._ensure_consumer().commit, {TopicPartition(*tp): OffsetAndMetadata(offset, "") for tp, offset in offsets.items()})

    def high_watermark(self, partition: Partition) -> int | None:
        """The partition's high watermark as the last fetch response told it; not from ListOffsets, which not every broker answers rightly."""
        highwater: int | None = self._ensure_consumer().highwater(TopicPartition(*partition))
        return highwater

    def is_buffered(self, partition: Partition) -> bool:
        """Whether records of the partition have been fetched and not yet been handed over."""
        return TopicPartition(*partition) in self._ensure_consumer()._fetcher._records


class BatchConsumer(driver.Consumer):  # type: ignore[misc]
    """The consumer. Records are applied, or their partition is sought back."""

    _hint_every_s = 5.0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        transport = cast("BatchTransport", self.transport)
        self._feed, self._finder, self._telemetry = transport.feed, transport.finder, transport.telemetry
        self._sought: dict[Partition, int] = {}  # the group generation in which a partition was sought
        self._owed: str | None = None
        self._rewound: set[Partition] = set()
        self._hinted: dict[Partition, int] = {}
        self._hinting: asyncio.Task[None] | None = None
        self._hint_at = 0.0

    def _new_consumer_thread(self) -> _Thread:
        return _Thread(self, loop=self.loop, beacon=self.beacon)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Nothing: Faust would look for records in its streams, which get none, and take us for hung after five minutes. watchdog.py sees whether we get on."""

    def owe_seek(self, reason: str, rewound: Collection[Partition] = ()) -> None:
        """Asks for all partitions to be read again from their watermarks (those `rewound`: from the beginning), as soon as the loop comes by."""
        self._owed = reason
        self._rewound.update(rewound)

    def progress(self) -> list[Progress]:
        """How far each of our partitions is; those still to be sought are left out."""
        out = []
        thread = cast(_Thread, self._thread)
        for partition, generation in list(self._sought.items()):
            if generation != self.app.consumer_generation_id:
                continue
            try:
                high_watermark, buffered = thread.high_watermark(partition), thread.is_buffered(partition)
            except (AttributeError, KeyError, AssertionError):  # a rebalance is under way
                continue
            out.append(Progress(partition, self._feed.reached.get(partition, 0), high_watermark, buffered))
        return out

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Called by Faust on each assignment: reads on from the watermarks, never from the group's offsets."""
        assigned = self.assignment()
        self._feed.forget({Partition(*tp) for tp in assigned})
        self._telemetry.assigned.set(len(assigned))
        return await self._seek({Partition(*tp) for tp in assigned}, reason="assignment")

    async def _seek(self, partitions: set[Partition], *, reason: str, rewound: Collection[Partition] = ()) -> Mapping[TP, int]:
        generation = self.app.consumer_generation_id
        offsets = await self._finder.find(partitions, rewound)
        found = {TP(*partition): offset for partition, offset in offsets.items()}
        if found:
            await self._thread.seek_wait(found)
        self._telemetry.seeks.labels(reason).inc()
        self._sought.update(dict.fromkeys(partitions, generation))
        self._feed.sought(offsets)
        return found

    async def _drain_messages(self, fetcher: Any) -> None:
        try:
            while not (self._stopped.is_set() or fetcher._stopped.is_set()):
                await self._seek_what_is_due()
                generation = self.app.consumer_generation_id
                records, active = await self._wait_next_records(0.25)
                usable = self._usable(records or {}, active, generation)
                if usable:
                    try:
                        await self._feed.take(usable)
                    except asyncio.CancelledError:
                        self.owe_seek("cancelled")
                        raise
                self._send_hints()
                await asyncio.sleep(0)
        except self.consumer_stopped_errors:
            if not self.transport.app.should_stop:
                raise

    def _usable(self, records: Mapping[Any, Sequence[Any]], active: set[TP] | None, generation: int) -> Fetched:
        """What of a fetch is still ours and was read from where we wanted; the rest is owed a seek, or its tail would be lost without a word."""
        same = generation == self.app.consumer_generation_id and self.flow_active
        usable: dict[Partition, Sequence[Any]] = {}
        for tp, fetched in records.items():
            partition = Partition(*tp)
            if same and (active is None or tp in active) and self._sought.get(partition) == generation:
                usable[partition] = fetched
            else:
                self.owe_seek("dropped")
        return usable

    async def _seek_what_is_due(self) -> None:
        if not self.flow_active:
            return
        owed, self._owed = self._owed, None
        retries = {retry.partition: retry for retry in self._feed.retries()}
        assigned = {Partition(*tp) for tp in self.assignment()}
        try:
            if owed is not None and assigned:
                rewound, self._rewound = self._rewound, set()
                await self._seek(assigned, reason=owed, rewound=rewound)
            mine = retries.keys() & assigned
            if mine:
                await self._seek(set(mine), reason="stopped", rewound={partition for partition in mine if retries[partition].from_beginning})
        except (aiokafka.errors.KafkaError, TimeoutError) as error:
            _log.warning("could not set reading back, trying again", error=f"{type(error).__name__}: {error}")
            self.owe_seek("failed seek")
            await asyncio.sleep(0.2)

    def _send_hints(self) -> None:
        """Every few seconds tells Kafka how far we are; nothing depends on it."""
        now = time.monotonic()
        if now < self._hint_at or (self._hinting is not None and not self._hinting.done()):
            return
        self._hint_at = now + self._hint_every_s
        mine = {Partition(*tp) for tp in self.assignment()}
        hints = {partition: offset for partition, offset in self._feed.reached.items() if partition in mine and self._hinted.get(partition) != offset}
        if hints:
            self._hinting = asyncio.create_task(self._commit_hints(hints))

    async def _commit_hints(self, offsets: Mapping[Partition, int]) -> None:
        try:
            await cast(_Thread, self._thread).commit_hints(offsets)
        except (aiokafka.errors.KafkaError, OSError) as error:
            self._telemetry.hints_failed.inc()
            _log.info("offsets not committed", error=f"{type(error).__name__}: {error}")
        else:
            self._hinted.update(offsets)


class BatchTransport(driver.Transport):  # type: ignore[misc]
    """The transport to put into a Faust app (`app.transport = BatchTransport(…)`), before its consumer is made."""

    Consumer = BatchConsumer

    def __init__(self, app: Any, *, feed: Feed, finder: Finder, telemetry: Telemetry, fetch_wait_ms: int) -> None:
        super().__init__(app.conf.broker_consumer, app)
        self.feed = feed
        self.finder = finder
        self.telemetry = telemetry
        self.fetch_wait_ms = fetch_wait_ms
