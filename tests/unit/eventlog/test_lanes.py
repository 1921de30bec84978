"""Partitions on their way: in order, one batch at a time, marks behind acknowledgements, whatever fails."""

import asyncio
from collections.abc import Mapping, Sequence
from random import Random

import pytest
from aiokafka.errors import KafkaError
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.kernel.eventlog.lanes import Lanes, RecordsLostError
from services.kernel.eventlog.progress import Mark, OvertakenError
from services.kernel.eventlog.publisher import Outgoing, Published
from services.kernel.eventlog.telemetry import RelayTelemetry

TOPIC_ID = "topic-1"


class Memory:
    """A log and its marks, as PostgreSQL keeps them."""

    def __init__(self, facts: Mapping[int, int]) -> None:
        self.given = dict(facts)
        self.marks = dict.fromkeys(facts, Mark())
        self.taken = 0

    async def counters(self) -> dict[int, int]:
        return dict(self.given)

    async def take(self, wanted: Mapping[int, range]) -> dict[int, list[Outgoing]]:
        self.taken += 1
        assert all(run.stop - 1 <= self.given[partition] for partition, run in wanted.items()), "numbers were asked for that nothing has"
        return {partition: [Outgoing(number, f"id-{number}", "t", "k", b"body") for number in run] for partition, run in wanted.items()}

    async def mark(self, topic_id: str, before: Mapping[int, Mark], now: Mapping[int, Mark]) -> None:
        assert topic_id == TOPIC_ID
        if any(self.marks[partition] != before[partition] for partition in now):
            raise OvertakenError
        self.marks |= now

    @property
    def marked(self) -> dict[int, int]:
        return {partition: mark.sequence for partition, mark in self.marks.items()}


class Broker:
    """Partitions in memory; `fails` says which call fails and whether what it carried arrived all the same."""

    def __init__(self, *, most: int = 7, fails: Random | None = None) -> None:
        self.records: dict[int, list[int]] = {}
        self.under_way: set[int] = set()
        self._most = most
        self._fails = fails

    async def publish(self, partition: int, facts: Sequence[Outgoing]) -> Published:
        assert partition not in self.under_way, "two batches of one partition at once"
        self.under_way.add(partition)
        try:
            await asyncio.sleep(0)
            luck = self._fails.random() if self._fails else 1.0
            if luck < 0.15:
                raise KafkaError("never arrived")
            kept = self.records.setdefault(partition, [])
            offset = len(kept)
            kept += [fact.sequence for fact in facts[: self._most]]
            if luck < 0.3:
                raise KafkaError("arrived, but the answer did not")
            return Published(min(len(facts), self._most), offset)
        finally:
            self.under_way.discard(partition)


def telemetry() -> RelayTelemetry:
    return RelayTelemetry(CollectorRegistry(), "t.v1")


def lanes(memory: Memory, broker: Broker, shown: RelayTelemetry | None = None) -> Lanes:
    return Lanes(dict(memory.marks), TOPIC_ID, memory, broker, shown or telemetry())


async def drive(moving: Lanes, memory: Memory) -> None:
    for _ in range(10_000):
        await moving.move(lambda: None)
        await asyncio.sleep(0)
        if memory.marked == memory.given and not moving.under_way:
            return
    raise AssertionError("it never came to an end")


async def test_everything_arrives_once_and_in_order_when_nothing_fails():
    memory, broker = Memory({0: 40, 1: 3, 2: 0}), Broker()

    await drive(lanes(memory, broker), memory)

    assert broker.records == {0: list(range(1, 41)), 1: [1, 2, 3]}


async def test_a_round_reads_the_log_once_for_all_its_partitions():
    memory, broker = Memory({0: 4, 1: 3, 2: 0}), Broker()

    await lanes(memory, broker).move(lambda: None)

    assert memory.taken == 1


async def test_the_figures_tell_what_was_sent_and_what_is_left():
    memory, shown, registry = Memory({0: 10}), None, CollectorRegistry()
    shown = RelayTelemetry(registry, "t.v1")

    await drive(lanes(memory, Broker(), shown), memory)
    memory.given[0] = 12
    await lanes(memory, Broker(), shown).move(lambda: None)

    assert registry.get_sample_value("wangge_relay_sent_total", {"topic": "t.v1"}) == 10
    assert registry.get_sample_value("wangge_relay_acknowledged_sequence", {"topic": "t.v1", "partition": "0"}) == 10
    assert registry.get_sample_value("wangge_relay_backlog", {"topic": "t.v1"}) == 2


async def test_a_mark_never_runs_ahead_of_its_acknowledgement():
    memory, broker = Memory({0: 5}), Broker()
    moving = lanes(memory, broker)

    await moving.move(lambda: None)
    assert memory.marked == {0: 0}
    await asyncio.gather(*moving.under_way)
    await moving.mark()
    assert memory.marked == {0: 5}


async def test_whoever_finds_its_marks_moved_stops():
    memory, broker = Memory({0: 5}), Broker()
    moving = lanes(memory, broker)
    await moving.move(lambda: None)
    await asyncio.gather(*moving.under_way)

    memory.marks[0] = Mark(3, 3)
    with pytest.raises(OvertakenError):
        await moving.mark()


async def test_an_offset_that_was_given_before_means_that_records_are_lost():
    memory, broker = Memory({0: 20}), Broker()
    moving = lanes(memory, broker)
    await moving.move(lambda: None)
    await asyncio.gather(*moving.under_way)
    broker.records[0] = []

    with pytest.raises(RecordsLostError):
        await drive(moving, memory)


async def test_a_new_beginning_says_its_last_fact_again_and_so_finds_what_was_lost_meanwhile():
    memory, broker = Memory({0: 20, 1: 4}), Broker()
    await drive(lanes(memory, broker), memory)

    moving = lanes(memory, broker)
    await moving.move(lambda: None)
    await asyncio.gather(*moving.under_way)
    assert broker.records == {0: [*range(1, 21), 20], 1: [1, 2, 3, 4, 4]}

    broker.records = {0: list(range(1, 15)), 1: [1, 2, 3, 4, 4]}
    moving = lanes(memory, broker)
    await moving.move(lambda: None)
    await asyncio.gather(*moving.under_way)
    with pytest.raises(RecordsLostError):
        await moving.move(lambda: None)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.integers(0, 3), st.integers(0, 60), min_size=1), st.integers(1, 9), st.integers(0, 2**32))
async def test_whatever_fails_each_number_appears_and_first_appears_in_order(facts, most, seed):
    memory, broker = Memory(facts), Broker(most=most, fails=Random(seed))
    for _ in range(2_000):
        moving = lanes(memory, broker)
        try:
            await drive(moving, memory)
            break
        except KafkaError:
            await asyncio.gather(*moving.under_way, return_exceptions=True)

    for partition, last in facts.items():
        assert list(dict.fromkeys(broker.records.get(partition, []))) == list(range(1, last + 1))


async def test_a_log_that_was_told_again_and_is_shorter_makes_the_relay_read_its_marks_anew() -> None:
    log, broker = Memory({0: 5}), Broker()
    lanes = Lanes({0: Mark(5, 5)}, TOPIC_ID, log, broker, RelayTelemetry(CollectorRegistry(), "cases.v1"))  # type: ignore[arg-type]
    log.given = {0: 3}

    with pytest.raises(OvertakenError, match="told again"):
        await lanes.move(lambda: None)
