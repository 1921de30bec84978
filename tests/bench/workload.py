"""What the processor is measured with: cases that move, four rows a fact, in 541 grids, of 20 kinds, over 400 days; on a topic of its own."""

import asyncio
import random
from collections import Counter
from datetime import date, timedelta

import msgspec
from aiokafka import AIOKafkaProducer

from services.kernel.contracts.facts import Row, canonical, row_as_json
from services.kernel.contracts.topics import PARTITIONS, partition_of

GRIDS, KINDS, DAYS = 541, 20, 400
_encode = msgspec.json.Encoder().encode


def fact(number: int, sequence: int, chance: random.Random) -> bytes:
    """A case that moves: one row taken back, three put."""
    day = date(2025, 1, 1) + timedelta(days=chance.randrange(DAYS))
    before = day - timedelta(days=chance.randrange(1, 30))
    grid, kind = f"zhuhai:g-{chance.randrange(GRIDS):03d}", f"case.livelihood.k{chance.randrange(KINDS):02d}"
    place = ("cases.open", kind, grid, f"zhuhai:o-{grid[-3:]}")
    new = canonical({"channel": "hotline", "state": "new", "tier": "2"})
    accepted = canonical({"channel": "hotline", "state": "accepted", "tier": "2"})
    now = [Row(*place, new, before, day), Row(*place, accepted, day), Row("cases.moved", *place[1:], canonical({"state": "accepted"}), day, day)]
    return _encode(
        {
            "specversion": "1.0",
            "id": "0192e4a0-1111-7222-8333-444455556666",
            "source": "urn:wangge:cases",
            "type": "org.wangge.case.moved.v1",
            "subject": f"case/zhuhai:c-{number}",
            "time": f"{day}T08:00:00+08:00",
            "datacontenttype": "application/json",
            "sequence": f"{sequence:020d}",
            "sourceepoch": 1,
            "catalogueversion": "ab12cd34",
            "recordedtime": f"{day}T00:00:01Z",
            "causationid": f"https://zhuhai.example/platform#e-{number}",
            "data": {
                "case": f"zhuhai:c-{number}",
                "state": "accepted",
                "was": [row_as_json(Row(*place, new, before))],
                "now": [row_as_json(row) for row in now],
            },
        }
    )


async def fill(servers: str, topic: str, facts: int) -> float:
    """Fills the topic; returns the mean size of a fact in bytes."""
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", max_batch_size=256 * 1024, max_request_size=4 << 20)
    await producer.start()
    chance, sequences, size = random.Random(7), Counter[int](), 0
    builders = {partition: producer.create_batch() for partition in range(PARTITIONS)}
    sent = []
    for number in range(facts):
        key = f"case/zhuhai:c-{number}"
        partition = partition_of(key)
        sequences[partition] += 1
        body = fact(number, sequences[partition], chance)
        size += len(body)
        if builders[partition].append(key=key.encode(), value=body, timestamp=None) is None:
            sent.append(await producer.send_batch(builders[partition], topic, partition=partition))
            builders[partition] = producer.create_batch()
            builders[partition].append(key=key.encode(), value=body, timestamp=None)
    for partition, builder in builders.items():
        if builder.record_count():
            sent.append(await producer.send_batch(builder, topic, partition=partition))
    await asyncio.gather(*sent)
    await producer.stop()
    return size / facts
