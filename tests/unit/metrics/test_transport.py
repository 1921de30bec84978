import inspect
import re
from importlib.metadata import version
from types import SimpleNamespace

import aiokafka
import pytest
from aiokafka.consumer.fetcher import Fetcher
from faust.transport import consumer as faust_consumer
from faust.transport.drivers import aiokafka as driver
from prometheus_client import CollectorRegistry

from services.metrics import transport
from services.metrics.model import Partition
from services.metrics.stops import Retry
from services.metrics.telemetry import Telemetry
from services.metrics.transport import BatchConsumer

P, Q = Partition("cases.v1", 0), Partition("members.v1", 3)


@pytest.mark.parametrize(("package", "pinned"), [("faust-streaming", "0.15.3"), ("mode-streaming", "0.7.1"), ("aiokafka", "0.14.0")])
def test_the_packages_whose_private_parts_we_use_are_the_ones_we_read(package, pinned):
    assert version(package) == pinned


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (faust_consumer.Consumer, "_drain_messages"),
        (faust_consumer.Consumer, "_wait_next_records"),
        (faust_consumer.Consumer, "perform_seek"),
        (faust_consumer.Consumer, "seek_to_committed"),
        (faust_consumer.Consumer, "_get_active_partitions"),
        (driver.Consumer, "_new_consumer_thread"),
        (driver.AIOKafkaConsumerThread, "_create_worker_consumer"),
        (driver.AIOKafkaConsumerThread, "_ensure_consumer"),
        (driver.AIOKafkaConsumerThread, "seek_wait"),
        (driver.AIOKafkaConsumerThread, "call_thread"),
        (aiokafka.AIOKafkaConsumer, "highwater"),
    ],
)
def test_every_private_part_that_we_override_or_call_is_there(owner, name):
    assert callable(getattr(owner, name))


def test_fausts_fetcher_still_runs_the_loop_that_we_override():
    assert "_drain_messages(self)" in inspect.getsource(faust_consumer.Fetcher)


def test_a_resumed_assignment_still_seeks_through_us():
    assert "self.seek_to_committed()" in inspect.getsource(faust_consumer.Consumer.perform_seek)


def test_faust_still_asks_us_whether_a_partition_hangs():
    assert "self.verify_event_path(now, tp)" in inspect.getsource(faust_consumer.Consumer.verify_all_partitions_active)
    assert "stream_inbound_time" in inspect.getsource(driver.AIOKafkaConsumerThread.verify_event_path), "it looks for what never comes through its streams"


def test_the_client_still_keeps_its_fetch_wait_and_its_records_where_we_reach_for_them():
    assert "_fetch_max_wait_ms" in inspect.getsource(aiokafka.AIOKafkaConsumer)
    assert "self._records" in inspect.getsource(Fetcher)
    assert "self._fetcher" in inspect.getsource(aiokafka.AIOKafkaConsumer)


def test_every_name_with_an_underscore_that_the_transport_uses_of_others_is_watched_here():
    """A new private part in transport.py needs a line above."""
    used = set(
        re.findall(
            r"(?:self\._thread|consumer|fetcher|_ensure_consumer\(\))\.(_\w+)|super\(\)\.(_\w+)|self\.(_wait_next_records)", inspect.getsource(transport)
        )
    )

    assert {name for names in used for name in names if name.removeprefix("__init__")} == {
        "_fetch_max_wait_ms",
        "_fetcher",
        "_stopped",
        "_create_worker_consumer",
        "_wait_next_records",
    }


class Feed:
    """Takes what it is given; stops where it is told."""

    def __init__(self):
        self.taken, self.reached, self.due = [], {}, []

    async def take(self, fetched):
        self.taken.append(dict(fetched))

    def retries(self):
        due, self.due = self.due, []
        return due

    def forget(self, assigned):
        self.assigned = assigned

    def sought(self, offsets):
        self.reached.update(offsets)


class Finder:
    def __init__(self, offsets):
        self.offsets, self.asked = offsets, []

    async def find(self, partitions, rewound=()):
        self.asked.append((set(partitions), set(rewound)))
        return {partition: 0 if partition in rewound else self.offsets[partition] for partition in partitions}


class Thread:
    """The client's thread, without a client."""

    def __init__(self, assigned):
        self.assigned, self.sought = assigned, []

    async def seek_wait(self, offsets):
        self.sought.append({Partition(*tp): offset for tp, offset in offsets.items()})

    def assignment(self):
        return set(self.assigned)


@pytest.fixture
def consumer():
    """A consumer in its third group generation with two partitions, all parts of Faust replaced."""
    one = BatchConsumer.__new__(BatchConsumer)
    one.app = SimpleNamespace(consumer_generation_id=3)
    one.flow_active = True
    one._thread = Thread({P, Q})
    one._feed, one._finder, one._telemetry = Feed(), Finder({P: 100, Q: 200}), Telemetry(CollectorRegistry())
    one._sought, one._owed, one._rewound, one._hinted, one._hinting, one._hint_at = {}, None, set(), {}, None, 0.0
    return one


async def test_an_assignment_reads_on_from_the_watermarks(consumer):
    found = await consumer.seek_to_committed()

    assert consumer._thread.sought == [{P: 100, Q: 200}]
    assert found == {P: 100, Q: 200}
    assert consumer._feed.reached == {P: 100, Q: 200}
    assert consumer._feed.assigned == {P, Q}


async def test_streams_that_never_get_a_record_are_not_told_as_hung(consumer):
    consumer.verify_event_path(1e9, P)  # Faust's own asks its thread, which this one would not know how to answer


async def test_a_fetch_from_where_we_sought_is_handed_over_whole(consumer):
    await consumer.seek_to_committed()

    assert consumer._usable({P: ["a", "b"], Q: ["c"]}, {P, Q}, 3) == {P: ["a", "b"], Q: ["c"]}
    assert consumer._owed is None


@pytest.mark.parametrize("why", ["another generation", "flow stopped", "not active", "not sought", "sought in an earlier generation"])
async def test_what_is_fetched_and_not_handed_over_is_read_again(consumer, why):
    await consumer.seek_to_committed()
    generation, active = 3, {P, Q}
    match why:
        case "another generation":
            generation = 2
        case "flow stopped":
            consumer.flow_active = False
        case "not active":
            active = {Q}
        case "not sought":
            del consumer._sought[P]
        case _:
            consumer.app.consumer_generation_id = generation = 4

    usable = consumer._usable({P: ["a"]}, active, generation)
    consumer.flow_active = True
    await consumer._seek_what_is_due()

    assert usable == {}
    assert consumer._thread.sought[1:] == [{P: 100, Q: 200}]


async def test_nothing_is_sought_while_the_flow_is_stopped_and_it_is_not_forgotten(consumer):
    consumer.owe_seek("watchdog", {Q})
    consumer.flow_active = False

    await consumer._seek_what_is_due()
    assert consumer._thread.sought == []
    consumer.flow_active = True
    await consumer._seek_what_is_due()

    assert consumer._finder.asked == [({P, Q}, {Q})]
    assert consumer._thread.sought == [{P: 100, Q: 0}]


async def test_a_stopped_partition_is_sought_alone_and_from_the_beginning_where_asked(consumer):
    consumer._feed.due = [Retry(P, True), Retry(Partition("cases.v1", 9), False)]

    await consumer._seek_what_is_due()

    assert consumer._finder.asked == [({P}, {P})]
    assert consumer._thread.sought == [{P: 0}]


async def test_a_seek_that_fails_is_owed_again(consumer):
    async def fail(_):
        raise aiokafka.errors.IllegalStateError("No current assignment")

    consumer._thread.seek_wait = fail
    consumer.owe_seek("dropped")

    await consumer._seek_what_is_due()

    assert consumer._owed == "failed seek"


async def test_a_commit_of_hints_may_fail_without_harm(consumer):
    async def fail(_):
        raise aiokafka.errors.CommitFailedError("rebalanced")

    consumer._thread.commit_hints = fail
    await consumer._commit_hints({P: 5})

    assert consumer._hinted == {}
    assert consumer._telemetry.hints_failed._value.get() == 1
