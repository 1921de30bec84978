"""The consumer of `inbound.v1`. kafka-python blocks, so one thread of its own makes every call."""

import asyncio
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import NamedTuple, TypeVar

import structlog
from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from services.gateway.intake.records import Record
from services.kernel.broker import connection
from services.kernel.failpoints import failpoint

_log = structlog.get_logger()
_T = TypeVar("_T")

POLL_S = 0.2
CALL_MS = 5_000  # kafka-python would wait without end for a coordinator that is away
FETCH_BYTES = 4 * 1024 * 1024  # kafka-python reads a fetch in one go, and heartbeats wait meanwhile; a larger record still comes, alone
EMPTY_HANDED_S = 30.0
"""How long a member may be without any partition before it joins anew. kafka-python's leader may hand out a topic's partitions before it knows of them,
and take what it learns a moment later for what it had handed out; then the group keeps its nothing for ever. A thirteenth intake joins anew in vain.

The same for a member that is joining: kafka-python begins to join anew when the leader's view of the topic changed, and forgets that it does when the view
changes back before the answer is there. It then neither joins nor reads nor beats, and each poll spins for as long as it lasts."""


class EmptyHandedError(KafkaError):  # type: ignore[misc]
    """The group has given this member nothing to read for too long, or has taken everything back and not given anything since."""


class Polled(NamedTuple):
    """New records in the order of each partition, and the partitions whose undecided records are to be forgotten first: they come again, here or elsewhere."""

    records: list[Record]
    moved: set[int]
    mine: int
    """How many partitions this member reads."""


class Inbound(ConsumerRebalanceListener):  # type: ignore[misc]
    """A member of the consumer group. Offsets are committed by hand only: `settled` says how far they may be."""

    def __init__(self, servers: str, topic: str, group: str, settled: Callable[[], Mapping[int, int]]) -> None:
        self._servers = servers
        self._topic = topic
        self._group = group
        self._settled = settled
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="inbound")
        self._consumer: KafkaConsumer | None = None
        self._moved: set[TopicPartition] = set()
        self._moving = Lock()  # kafka-python calls the listener from its own thread
        self._joining = False
        self._from_the_beginning = False
        self._committed: dict[int, int] = {}
        self._empty_since: float | None = None

    async def open(self, *, from_the_beginning: bool) -> None:
        """Joins the group; `from_the_beginning` for a topic that is another one than the offsets were committed for."""
        await self._call(self._open, from_the_beginning)

    async def poll(self, most: int) -> Polled:
        """Waits a moment for records; raises KafkaError."""
        return await self._call(self._poll, most)

    async def commit(self) -> Mapping[int, int]:
        """Commits what is settled and tells what that was. A commit that fails is no harm: its records come again, and are recognised."""
        return await self._call(self._commit)

    async def hold(self, partitions: set[int]) -> None:
        """Fetches nothing of these partitions until another call says otherwise."""
        await self._call(self._hold, partitions)

    async def close(self) -> None:
        """Leaves the group."""
        await self._call(self._close)

    def end(self) -> None:
        """Ends the thread, once closed."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Called by kafka-python; must not block."""
        with self._moving:
            self._moved.update(revoked)
            self._joining = True

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Called by kafka-python; must not block."""
        with self._moving:
            self._moved.update(assigned)
            self._joining = False
        _log.info("partitions assigned", topic=self._topic, partitions=sorted(one.partition for one in assigned))

    async def _call(self, function: Callable[..., _T], *arguments: object) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, function, *arguments)

    def _open(self, from_the_beginning: bool) -> None:
        self._close()
        self._consumer = KafkaConsumer(
            **connection(self._servers),
            client_id="wangge-intake",
            group_id=self._group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_bytes=FETCH_BYTES,
            fetch_max_wait_ms=100,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=3_000,
            request_timeout_ms=15_000,
            reconnect_backoff_max_ms=1_000,
        )
        self._from_the_beginning = from_the_beginning
        self._empty_since, self._joining = None, False
        self._consumer.partitions_for_topic(self._topic)  # to be known before the group hands them out
        self._consumer.subscribe([self._topic], listener=self)

    def _poll(self, most: int) -> Polled:
        assert self._consumer is not None
        fetched = self._consumer.poll(timeout_ms=int(POLL_S * 1000), max_records=most)
        self._bear_with_nothing(self._consumer)
        with self._moving:
            moved, self._moved = self._moved, set()
        for one in moved:
            # What was fetched may be from before the move or after it: read again from what is committed, it cannot be told apart.
            fetched.pop(one, None)
            self._committed.pop(one.partition, None)
            if one in self._consumer.assignment():
                self._seek(self._consumer, one)
        records = [
            Record(record.partition, record.offset, record.value, {name.lower(): value or b"" for name, value in record.headers})
            for some in fetched.values()
            for record in some
        ]
        return Polled(records, {one.partition for one in moved}, len(self._consumer.assignment()))

    def _bear_with_nothing(self, consumer: KafkaConsumer) -> None:
        if consumer.assignment() and not self._joining:
            self._empty_since = None
            return
        now = time.monotonic()
        if self._empty_since is None:
            self._empty_since = now
        elif now - self._empty_since > EMPTY_HANDED_S:
            raise EmptyHandedError(f"no partition of {self._topic} for {EMPTY_HANDED_S:.0f} s")
        time.sleep(POLL_S)  # a poll without partitions comes back at once, or has spun

    def _seek(self, consumer: KafkaConsumer, partition: TopicPartition) -> None:
        committed = None if self._from_the_beginning else consumer.committed(partition, timeout_ms=CALL_MS)
        if committed is None:
            consumer.seek_to_beginning(partition)
        else:
            consumer.seek(partition, committed)

    def _commit(self) -> Mapping[int, int]:
        if self._consumer is None:
            return {}
        mine = {one.partition for one in self._consumer.assignment()}
        settled = {partition: offset for partition, offset in self._settled().items() if partition in mine and self._committed.get(partition) != offset}
        if settled:
            try:
                offsets = {TopicPartition(self._topic, partition): OffsetAndMetadata(offset, "", -1) for partition, offset in settled.items()}
                failpoint("intake.before_commit")
                self._consumer.commit(offsets, timeout_ms=CALL_MS)
                failpoint("intake.after_commit")
            except KafkaError as error:
                _log.warning("offsets were not committed", error=f"{type(error).__name__}: {error}")
                return {}
            self._committed.update(settled)
        return settled

    def _hold(self, partitions: set[int]) -> None:
        assert self._consumer is not None
        mine = self._consumer.assignment()
        wanted = {one for one in mine if one.partition in partitions}
        paused = self._consumer.paused() & mine
        if wanted - paused:
            self._consumer.pause(*(wanted - paused))
        if paused - wanted:
            self._consumer.resume(*(paused - wanted))

    def _close(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._committed.clear()
        if consumer is not None:
            consumer.close(autocommit=False, timeout_ms=CALL_MS)
