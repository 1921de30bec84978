"""Where to read on: the watermark's offset, where it still means something, else the beginning."""

import asyncio
from collections.abc import Collection

import structlog
from kafka.errors import KafkaError

from services.kernel.postgres.database import UNAVAILABLE, Database
from services.kernel.topics import Topics
from services.metrics import store
from services.metrics.model import Partition, Watermark

_log = structlog.get_logger()
BEGINNING = 0
"""On a topic whose first records have expired the broker answers that it is out of range, and the client goes to the first one there is."""


class UnknownPartitionError(Exception):
    """The broker gave us a partition that has no watermark: a topic has another number of partitions than its facts are numbered for."""


class Positions:
    """Looks positions up. An offset is good for one incarnation of a topic only, so topics' ids are asked for each time."""

    def __init__(self, database: Database, topics: Topics) -> None:
        self._database = database
        self._topics = topics
        self._ids: dict[str, str | None] = {}
        self._one = asyncio.Lock()

    def topic_id(self, topic: str) -> str | None:
        """The incarnation of a topic, as it was when positions were last looked up."""
        return self._ids.get(topic)

    async def find(self, partitions: Collection[Partition], rewound: Collection[Partition] = ()) -> dict[Partition, int]:
        """The offset to read each partition from; the beginning for those `rewound`. Waits for a database that does not serve."""
        async with self._one:
            for topic in {partition.topic for partition in partitions}:
                self._ids[topic] = await self._ask(topic)
            watermarks = await self._read()
        found = {}
        for partition in partitions:
            watermark = watermarks.get(Partition(*partition))
            if watermark is None:
                raise UnknownPartitionError(f"{partition.topic} has a partition {partition.partition} that nothing is numbered for")
            same = watermark.topic_id is not None and watermark.topic_id == self._ids[partition.topic]
            found[partition] = watermark.next_offset if same and watermark.next_offset is not None and partition not in rewound else BEGINNING
        return found

    async def _ask(self, topic: str) -> str | None:
        try:
            described = await asyncio.to_thread(self._topics.describe, topic)
        except (KafkaError, OSError) as error:
            _log.warning("the broker does not tell a topic's id, reading from the beginning", topic=topic, error=f"{type(error).__name__}: {error}")
            return None
        return described.id if described is not None else None

    async def _read(self) -> dict[Partition, Watermark]:
        delay = 0.1
        while True:
            try:
                async with self._database.transaction() as connection:
                    return await store.read_watermarks(connection, await store.read_live(connection))
            except UNAVAILABLE as error:
                _log.warning("the database does not tell the watermarks, trying again", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(delay)
                delay = min(delay * 2, 2.0)
