"""A topic full of facts, sent as the relay sends them: prepared batches, the partition given."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaProducer

from services.kernel.contracts.topics import PARTITIONS
from tests.bench.load.editions import Numbered


async def fill(servers: str, topic: str, facts: Iterable[Numbered]) -> tuple[int, float]:
    """Sends the facts in their order; how many there were, and their mean size in bytes."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_batch_size=256 * 1024, max_request_size=4 << 20)
    await producer.start()
    number = size = 0
    builders = {partition: producer.create_batch() for partition in range(PARTITIONS)}
    sent = []
    for fact in facts:
        number, size = number + 1, size + len(fact.body)
        key = fact.key.encode()
        if builders[fact.partition].append(key=key, value=fact.body, timestamp=None) is None:
            sent.append(await producer.send_batch(builders[fact.partition], topic, partition=fact.partition))
            builders[fact.partition] = producer.create_batch()
            builders[fact.partition].append(key=key, value=fact.body, timestamp=None)
    for partition, builder in builders.items():
        if builder.record_count():
            sent.append(await producer.send_batch(builder, topic, partition=partition))
    await asyncio.gather(*sent)
    await producer.stop()
    return number, size / max(1, number)
