"""faust-streaming as it comes: `take` into a dict, or, with `table` for a fourth argument, a table that each event updates, with its changelog topic."""

import asyncio
import logging
import sys
import tempfile
from collections.abc import Callable
from typing import Any

import faust

from tests.bench.peers.sums import Course, Sums, arguments, changes, decode, group, text_of


async def take(stream: Any, course: Course, sums: Sums) -> bool:
    """Batches into a dict."""
    async for bodies in stream.take(2000, within=0.5):
        for body in bodies:
            sums.add(decode(body))
        if course.add(len(bodies)):
            return True
    return False


async def update(stream: Any, course: Course, table: Any) -> bool:
    """Events into a table, one by one."""
    async for body in stream:
        for cell, value, count in changes(decode(body)):
            text = text_of(cell)
            before = table[text]
            table[text] = [before[0] + value, before[1] + count]
        if course.add(1):
            return True
    return False


def create_app(servers: str, topic: str, facts: int, *, with_table: bool, done: Callable[[], None]) -> faust.App:
    """The app with its one agent."""
    course, sums = Course(facts), Sums()
    app = faust.App(
        group(topic), broker=f"kafka://{servers}", value_serializer="raw", key_serializer="raw", store="memory://",
        web_enabled=False, topic_allow_declare=True, topic_partitions=12, consumer_auto_offset_reset="earliest", broker_max_poll_records=500,
        datadir=tempfile.mkdtemp(prefix="wangge-bench-faust-"), stream_wait_empty=False,
    )  # fmt: skip
    table = app.Table("sums", default=lambda: [0, 0], partitions=12, key_type=str, value_type=list) if with_table else None

    @app.agent(app.topic(topic, key_type=bytes, value_type=bytes))
    async def count(stream: Any) -> None:
        if await (update(stream, course, table) if with_table else take(stream, course, sums)):
            course.end({str(cell): value for cell, value in table.items()} if with_table else {text_of(cell): value for cell, value in sums.items()})
            done()

    return app


async def main() -> None:
    servers, topic, facts = arguments()
    ended = asyncio.Event()
    app = create_app(servers, topic, facts, with_table=sys.argv[4:] == ["table"], done=ended.set)
    await app.start()
    await ended.wait()
    await asyncio.wait_for(app.stop(), 20)


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr)
    asyncio.run(main())
