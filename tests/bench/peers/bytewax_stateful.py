"""Bytewax: rows by place into `stateful_map`, the newest values into a sink. Its state lies in memory; a fifth argument is a folder for its recovery store."""

import subprocess
import sys
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig
from bytewax.testing import cluster_main

from tests.bench.peers.sums import Course, arguments, changes, decode, text_of

Values = dict[str, tuple[int, int]]


class Screen(StatelessSinkPartition[tuple[str, list[tuple[str, tuple[int, int]]]]]):
    """Keeps the newest value of each cell, as whoever shows them would."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def write_batch(self, items: list[tuple[str, list[tuple[str, tuple[int, int]]]]]) -> None:
        for _, cells in items:
            self._values.update(cells)


class Screens(DynamicSink[Any]):
    """One for each worker; there is one worker."""

    def __init__(self, values: Values) -> None:
        self._values = values

    def build(self, step_id: str, worker_index: int, worker_count: int) -> Screen:
        return Screen(self._values)


def add(state: Values | None, rows: list[tuple[str, int, int]]) -> tuple[Values, list[tuple[str, tuple[int, int]]]]:
    """One place's cells and what has come for them."""
    state = {} if state is None else state
    newest = []
    for cell, value, count in rows:
        before = state.get(cell, (0, 0))
        state[cell] = after = (before[0] + value, before[1] + count)
        newest.append((cell, after))
    return state, newest


def main() -> None:
    servers, topic, facts = arguments()
    course, values = Course(facts), Values()

    def by_place(message: Any) -> Iterable[tuple[str, list[tuple[str, int, int]]]]:
        places: dict[str, list[tuple[str, int, int]]] = {}
        for cell, value, count in changes(decode(message.value)):
            places.setdefault(cell[2] or "", []).append((text_of(cell), value, count))
        course.add(1)
        return places.items()

    flow = Dataflow("sums")
    read = op.input("read", flow, KafkaSource([servers], [topic], tail=False, batch_size=1000))
    summed = op.stateful_map("sum", op.flat_map("rows", read, by_place), add)
    op.output("show", summed, Screens(values))
    recovery = None
    if len(sys.argv) > 4:
        subprocess.run([sys.executable, "-m", "bytewax.recovery", sys.argv[4], "1"], check=True)
        recovery = RecoveryConfig(sys.argv[4])
    cluster_main(flow, [], 0, epoch_interval=timedelta(seconds=0.5), recovery_config=recovery)
    course.end(values)


if __name__ == "__main__":
    main()
