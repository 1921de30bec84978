"""Pathway: a table of rows, grouped by cell and reduced; changes go to a subscriber. Its state lies in memory."""

import os
from collections.abc import Callable
from typing import Any

import pathway as pw

from tests.bench.peers.sums import Course, arguments, changes, decode, group, text_of


def main() -> None:
    servers, topic, facts = arguments()
    course, values = Course(facts), dict[str, tuple[int, int]]()
    seen = counted_at = 0
    ended = {"sums": 0, "count": 0}  # the moments in its own time up to which all changes have come

    @pw.udf
    def rows(body: bytes) -> list[tuple[str, int, int]]:
        course.add(1)
        return [(text_of(cell), value, count) for cell, value, count in changes(decode(body))]

    settings = {"bootstrap.servers": servers, "group.id": group(topic), "auto.offset.reset": "earliest", "session.timeout.ms": "6000"}
    read = pw.io.kafka.read(settings, topic=topic, format="raw", autocommit_duration_ms=500)
    cells = read.select(row=rows(pw.this.data)).flatten(pw.this.row)
    cells = cells.select(cell=pw.declare_type(str, cells.row[0]), value=pw.declare_type(int, cells.row[1]), count=pw.declare_type(int, cells.row[2]))
    sums = cells.groupby(cells.cell).reduce(cells.cell, value=pw.reducers.sum(cells.value), count=pw.reducers.sum(cells.count))
    counted = read.reduce(facts=pw.reducers.count())

    def show(key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:
        if is_addition:
            values[row["cell"]] = (row["value"], row["count"])

    def count(key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:
        nonlocal seen, counted_at
        if is_addition:
            seen, counted_at = row["facts"], time

    def end(name: str) -> Callable[[int], None]:
        def note(time: int) -> None:
            ended[name] = time
            if seen >= facts and min(ended.values()) >= counted_at:
                course.end(values)
                os._exit(0)  # it would wait for more

        return note

    pw.io.subscribe(sums, on_change=show, on_time_end=end("sums"))
    pw.io.subscribe(counted, on_change=count, on_time_end=end("count"))
    pw.run(monitoring_level=pw.MonitoringLevel.NONE)


if __name__ == "__main__":
    main()
