"""Which incarnation of a topic the broker has, and what to do when it is not the one the log was published to."""

import asyncio
import time

import structlog
from kafka.errors import KafkaError

from services.kernel.contracts.topics import Topic
from services.kernel.eventlog.progress import Progress
from services.kernel.topics import Topics

_log = structlog.get_logger()

LOOK_EVERY_S = 3.0


class TopicReplacedError(Exception):
    """The topic is gone, or another one stands under its name."""


class Incarnation:
    """One topic, looked at through the administration client, which blocks and so works in a thread."""

    def __init__(self, topics: Topics, topic: Topic) -> None:
        self._topics = topics
        self._topic = topic
        self._one_at_a_time = asyncio.Lock()
        self._seen_at = float("-inf")
        self._said = "nothing seen yet"

    async def settle(self, progress: Progress, *, lost: bool) -> tuple[str, bool]:
        """The id of the topic that will be published to, made if it was missing; and whether everything is to be published again.

        If the log was published to another one, or `lost` says that this one has lost records, all marks go back to 0: everything is published again.
        What the topic holds then goes first, for a batch that was under way while it was replaced may have fallen into it before its predecessors.
        """
        async with self._one_at_a_time:
            described, made = await asyncio.to_thread(self._topics.make, self._topic)
        self._see()
        before = (await progress.read()).topic_id
        if before is None:
            await progress.note_topic(described.id)
        elif lost or before != described.id:
            _log.warning("publishing the whole log again", topic=self._topic.name, topic_id=described.id, before=before, made=made, lost=lost)
            await self._empty()
            await progress.start_over(described.id)
            return described.id, True
        return described.id, False

    async def watch(self, topic_id: str) -> None:
        """Looks every few seconds; ends with TopicReplacedError when the topic is not this one any more."""
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            found = await self.look()
            if found is not None and found != topic_id:
                raise TopicReplacedError(f"{self._topic.name} is {found or 'gone'}, not {topic_id}")

    async def look(self) -> str | None:
        """The topic's id, empty if there is no such topic, None if the broker did not answer."""
        try:
            async with self._one_at_a_time:
                described = await asyncio.to_thread(self._topics.describe, self._topic.name)
        except (KafkaError, OSError) as error:
            self._said = f"{type(error).__name__}: {error}"
            return None
        self._see()
        return described.id if described else ""

    async def is_there(self) -> bool:
        """A health check: whether the broker has shown the topic lately; raises what it said instead."""
        if time.monotonic() - self._seen_at > 3 * LOOK_EVERY_S and not await self.look():
            raise ConnectionError(self._said)
        return True

    async def _empty(self) -> None:
        try:
            async with self._one_at_a_time:
                await asyncio.to_thread(self._topics.empty, self._topic.name, self._topic.partitions)
        except (KafkaError, OSError) as error:
            # Not every broker allows it. Consumers then meet at most one batch a partition too early, and read on until the number they wait for.
            _log.warning("the topic could not be emptied first", topic=self._topic.name, error=str(error))

    def _see(self) -> None:
        self._seen_at = time.monotonic()
