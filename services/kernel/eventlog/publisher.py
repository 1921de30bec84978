"""Facts to Kafka: whole batches, one at a time in each partition, each acknowledged by every replica in sync."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaProducer

from services.kernel.broker import connection
from services.kernel.failpoints import failpoint

BATCH_BYTES = 900_000
"""Below a broker's usual limit of 1 MB for a batch, with its head. A larger fact goes alone."""
REQUEST_BYTES = 16 << 20

_CONTENT_TYPE = ("content-type", b"application/cloudevents+json; charset=UTF-8")
_ANSWER_WITHIN_MS = 10_000
_STOP_WITHIN_S = 15


class Published(NamedTuple):
    """What a broker acknowledged: how many facts of the run, and the offset of the first."""

    facts: int
    offset: int


class Outgoing(NamedTuple):
    """A fact as it lies in the log."""

    sequence: int
    id: str
    type: str
    key: str
    body: bytes


class Publisher(Protocol):
    """What the relay needs of a producer; it is made anew after every failure."""

    async def start(self) -> None:
        """Connects."""
        ...

    async def publish(self, partition: int, facts: Sequence[Outgoing]) -> Published:
        """Sends the head of a run and waits for its acknowledgement.

        Must not be called for a partition before the last call for it has returned: a batch that fails while the next one succeeds disorders the topic.
        """
        ...

    async def stop(self) -> None:
        """Disconnects. What is not acknowledged yet may or may not arrive, but is not sent again."""
        ...


class KafkaPublisher:
    """The producer of one topic.

    It is not idempotent: an idempotent one repeats a lost batch for ever instead of failing, may stick after an outage until it is made anew,
    and does not start on every broker. What it would save are repetitions, which the sequence makes harmless.
    """

    def __init__(self, servers: str, topic: str) -> None:
        self._topic = topic
        self._producer = AIOKafkaProducer(
            **connection(servers),
            client_id=f"wangge-relay-{topic}",
            acks="all",
            enable_idempotence=False,
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES,
            request_timeout_ms=_ANSWER_WITHIN_MS,
            retry_backoff_ms=100,
            metadata_max_age_ms=30_000,
        )

    async def start(self) -> None:
        """Connects."""
        await self._producer.start()

    async def publish(self, partition: int, facts: Sequence[Outgoing]) -> Published:
        """Sends as much of a run as one batch holds; raises KafkaError when it is not acknowledged in time."""
        batch = self._producer.create_batch()
        count = 0
        for fact in facts:
            headers = [("ce_id", fact.id.encode()), ("ce_type", fact.type.encode()), ("ce_sequence", b"%020d" % fact.sequence), _CONTENT_TYPE]
            if batch.append(timestamp=None, key=fact.key.encode(), value=fact.body, headers=headers) is None:
                break
            count += 1
        batch.close()
        acknowledgement = await self._producer.send_batch(batch, self._topic, partition=partition)
        failpoint("relay.after_send")
        record = await acknowledgement
        failpoint("relay.after_ack")
        return Published(count, record.offset)

    async def stop(self) -> None:
        """Disconnects, within 15 s even from a broker that stands still."""
        try:
            async with asyncio.timeout(_STOP_WITHIN_S):
                # The producer's own stop() would first send what waits, and wait for as long as that takes.
                await self._producer._sender.close()  # noqa: SLF001
                await self._producer.stop()
        except TimeoutError:
            await self._producer.client.close()
