"""The partitions of a topic side by side, each with at most one batch under way."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from services.kernel.eventlog.progress import Mark, OvertakenError, Progress
from services.kernel.eventlog.publisher import Outgoing, Published, Publisher
from services.kernel.eventlog.telemetry import RelayTelemetry
from services.kernel.failpoints import failpoint

MOST = 1000  # facts read at once; about what a batch holds


class RecordsLostError(Exception):
    """The broker gave an offset it had given before: it has lost records, or the topic was replaced."""


class Lane:
    """One partition on its way: what is acknowledged, what is marked, what was read and waits.

    It begins by saying its last fact again: the offset of the answer tells whether the broker still has what it had acknowledged.
    """

    def __init__(self, partition: int, mark: Mark) -> None:
        self.partition = partition
        self.acknowledged = max(0, mark.sequence - 1)
        self.marked = mark
        self.sending: asyncio.Task[Published] | None = None
        self._waiting: list[Outgoing] = []
        self._most = MOST
        self._next_offset = mark.next_offset

    def wanted(self, last: int) -> range:
        """The numbers to read next, of those up to the last one given."""
        if 2 * len(self._waiting) >= self._most:  # enough for a good batch
            return range(0)
        after = self._waiting[-1].sequence if self._waiting else self.acknowledged
        return range(after + 1, min(after + self._most, last) + 1)

    def send(self, taken: Sequence[Outgoing], publisher: Publisher, wake: Callable[[], None]) -> None:
        """Puts the next batch on its way, with what was taken from the log; `wake` is called when it has come to an end."""
        self._waiting += taken
        if self._waiting:
            self.sending = asyncio.create_task(publisher.publish(self.partition, self._waiting))
            self.sending.add_done_callback(lambda _: wake())

    @property
    def reached(self) -> Mark:
        """What may be marked."""
        return Mark(self.acknowledged, self._next_offset)

    def collect(self) -> int:
        """How many facts have been acknowledged since the last call; raises what went wrong."""
        if self.sending is None or not self.sending.done():
            return 0
        published = self.sending.result()
        self.sending = None
        if published.offset < self._next_offset:
            raise RecordsLostError(f"partition {self.partition}: offset {published.offset} after {self._next_offset - 1}")
        self._next_offset = published.offset + published.facts
        self.acknowledged = self._waiting[published.facts - 1].sequence
        self._waiting = self._waiting[published.facts :]
        self._most = max(10, published.facts) if self._waiting else min(MOST, 2 * self._most)
        return published.facts


class Lanes:
    """All partitions of the topic, moved on round by round."""

    def __init__(self, marks: Mapping[int, Mark], topic_id: str, progress: Progress, publisher: Publisher, telemetry: RelayTelemetry) -> None:
        self._lanes = [Lane(partition, mark) for partition, mark in sorted(marks.items())]
        self._topic_id = topic_id
        self._progress = progress
        self._publisher = publisher
        self._telemetry = telemetry
        self.sent = 0
        for lane in self._lanes:
            telemetry.acknowledged(lane.partition, lane.marked.sequence)

    @property
    def under_way(self) -> list[asyncio.Task[Published]]:
        """The batches that are not acknowledged yet."""
        return [lane.sending for lane in self._lanes if lane.sending is not None]

    async def move(self, wake: Callable[[], None]) -> bool:
        """One round: take what was acknowledged, mark it, send what has come. Whether there was anything to do."""
        moved = await self.mark()
        counters = await self._progress.counters()
        for lane in self._lanes:
            if counters[lane.partition] < lane.marked.sequence:
                raise OvertakenError(f"partition {lane.partition} ends at {counters[lane.partition]}, before its mark: the log was told again")
        free = [lane for lane in self._lanes if lane.sending is None and lane.acknowledged < counters[lane.partition]]
        taken = await self._take({lane.partition: run for lane in free if (run := lane.wanted(counters[lane.partition]))})
        for lane in free:
            lane.send(taken.get(lane.partition, ()), self._publisher, wake)
        backlog = sum(counters[lane.partition] - max(lane.acknowledged, lane.marked.sequence) for lane in self._lanes)
        self._telemetry.backlog.set(backlog)
        if moved or not backlog:
            self._telemetry.progress.set_to_current_time()
        return bool(moved or backlog)

    async def _take(self, wanted: Mapping[int, range]) -> Mapping[int, Sequence[Outgoing]]:
        if not wanted:
            return {}
        taken = await self._progress.take(wanted)
        failpoint("relay.after_read")
        return taken

    async def mark(self) -> int:
        """Remembers what was acknowledged since the last time, and tells how many facts that are."""
        count = 0
        for lane in self._lanes:
            if sent := lane.collect():
                count += sent
                self._telemetry.sent.inc(sent)
                self._telemetry.batches.inc()
                self._telemetry.acknowledged(lane.partition, lane.acknowledged)
        moved = [lane for lane in self._lanes if lane.acknowledged > lane.marked.sequence]
        if moved:
            now = {lane.partition: lane.reached for lane in moved}
            await self._progress.mark(self._topic_id, {lane.partition: lane.marked for lane in moved}, now)
            failpoint("relay.after_mark")
            for lane in moved:
                lane.marked = now[lane.partition]
        self.sent += count
        return count
