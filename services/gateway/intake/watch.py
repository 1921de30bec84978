"""Looks whether `inbound.v1` is there, and whether it is still the same one."""

import asyncio
import time

from kafka.errors import KafkaError

from services.kernel.topics import Topics

LOOK_EVERY_S = 5.0


class Watch:
    """One topic, looked at through the administration client, which blocks and so works in a thread."""

    def __init__(self, topics: Topics, topic: str) -> None:
        self._topics = topics
        self._topic = topic
        self._one_at_a_time = asyncio.Lock()
        self._seen_at = float("-inf")
        self._said = f"{topic} is not there: make the topics first"

    async def wait(self, stop: asyncio.Event) -> str | None:
        """The topic's id, once there is one; None when stopped before."""
        while not stop.is_set():
            if found := await self._look():
                return found
            await asyncio.sleep(1)
        return None

    async def until_replaced(self, topic_id: str, stop: asyncio.Event, ended: asyncio.Event) -> None:
        """Sets `ended` when another topic stands under the name, or when all is to stop."""
        looked = time.monotonic()
        while not stop.is_set():
            if time.monotonic() - looked > LOOK_EVERY_S:
                found, looked = await self._look(), time.monotonic()
                if found is not None and found != topic_id:
                    break
            await asyncio.sleep(0.2)
        ended.set()

    async def is_there(self) -> bool:
        """A health check: whether the broker has shown the topic lately; raises what it said instead."""
        if time.monotonic() - self._seen_at > 3 * LOOK_EVERY_S and not await self._look():
            raise ConnectionError(self._said)
        return True

    def close(self) -> None:
        """Drops the connection."""
        self._topics.close()

    async def _look(self) -> str | None:
        """The id, empty if there is no such topic, None if the broker did not answer."""
        try:
            async with self._one_at_a_time:
                described = await asyncio.to_thread(self._topics.describe, self._topic)
        except (KafkaError, OSError) as error:
            self._said = f"{type(error).__name__}: {error}"
            return None
        if described is None:
            return ""
        self._seen_at = time.monotonic()
        return described.id
