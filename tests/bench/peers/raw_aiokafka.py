"""aiokafka, msgspec and a dict; with a fourth argument the loop that only decodes, and throws away what it has read."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer

from services.metrics import fold
from tests.bench.peers.sums import Course, Sums, arguments, decode, text_of


async def main(*, only_decode: bool) -> None:
    servers, topic, facts = arguments()
    course, sums = Course(facts), Sums()
    read = fold._decode  # what the processor decodes by: as little as there can be
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=servers, auto_offset_reset="earliest", enable_auto_commit=False, max_partition_fetch_bytes=1 << 20)
    await consumer.start()
    done = False
    while not done:
        for records in (await consumer.getmany(timeout_ms=1000, max_records=10_000)).values():
            for record in records:
                if only_decode:
                    read(record.value)
                else:
                    sums.add(decode(record.value))
            done = course.add(len(records))
    course.end(None if only_decode else {text_of(cell): value for cell, value in sums.items()})
    await consumer.stop()


if __name__ == "__main__":
    asyncio.run(main(only_decode=len(sys.argv) > 4))
