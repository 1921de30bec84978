"""A member of the group that is given nothing to read joins anew instead of waiting for ever."""

import pytest
from kafka import TopicPartition
from kafka.errors import KafkaError

from services.gateway.intake import inbound
from services.gateway.intake.inbound import EMPTY_HANDED_S, POLL_S, EmptyHandedError, Inbound, Polled


class Group:
    """A consumer whose group gives it what the test says."""

    def __init__(self, **_: object) -> None:
        self.given: set[TopicPartition] = set()
        self.called: list[str] = []

    def partitions_for_topic(self, _: str) -> set[int]:
        self.called.append("asked for the topic's partitions")
        return {0}

    def subscribe(self, _: list[str], **__: object) -> None:
        self.called.append("joined")

    def poll(self, **_: object) -> dict[TopicPartition, list[object]]:
        return {}

    def assignment(self) -> set[TopicPartition]:
        return self.given

    def close(self, **_: object) -> None:
        self.called.append("left")


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Naps instead of waiting: the clock goes on by what was slept."""
    naps: list[float] = []
    monkeypatch.setattr(inbound, "KafkaConsumer", Group)
    monkeypatch.setattr(inbound.time, "sleep", naps.append)
    monkeypatch.setattr(inbound.time, "monotonic", lambda: sum(naps))
    return naps


def group_of(one: Inbound) -> Group:
    assert isinstance(one._consumer, Group)
    return one._consumer


def test_the_topic_is_known_before_the_group_hands_it_out(slept: list[float]) -> None:
    one = Inbound("k:9092", "inbound.v1", "g", dict)

    one._open(False)

    assert group_of(one).called == ["asked for the topic's partitions", "joined"]
    one.end()


def test_without_a_partition_it_rests_between_polls_and_in_the_end_says_so(slept: list[float]) -> None:
    one = Inbound("k:9092", "inbound.v1", "g", dict)
    one._open(False)

    def poll_on() -> None:
        for _ in range(1000):
            assert one._poll(10) == Polled([], set(), 0)

    with pytest.raises(EmptyHandedError, match=r"no partition of inbound\.v1 for 30 s"):
        poll_on()

    assert EMPTY_HANDED_S <= sum(slept) <= EMPTY_HANDED_S + 2 * POLL_S
    assert issubclass(EmptyHandedError, KafkaError), "what the intake answers by making its consumer anew"
    one._open(False)
    assert one._poll(10) == Polled([], set(), 0), "the patience begins again"
    one.end()


def test_with_a_partition_it_never_rests(slept: list[float]) -> None:
    one = Inbound("k:9092", "inbound.v1", "g", dict)
    one._open(False)
    one._poll(10)
    group_of(one).given = {TopicPartition("inbound.v1", 0)}
    before = len(slept)

    for _ in range(1000):
        assert one._poll(10).mine == 1

    assert len(slept) == before
    one.end()


def test_a_member_that_never_ends_joining_joins_anew(slept: list[float]) -> None:
    one = Inbound("k:9092", "inbound.v1", "g", dict)
    one._open(False)
    group_of(one).given = {TopicPartition("inbound.v1", 0)}
    one.on_partitions_assigned(group_of(one).given)
    one._moved.clear()
    one._poll(10)

    one.on_partitions_revoked(group_of(one).given)  # kafka-python keeps them as assigned until it has joined
    one._moved.clear()

    def poll_on() -> None:
        for _ in range(1000):
            one._poll(10)

    with pytest.raises(EmptyHandedError):
        poll_on()

    assert EMPTY_HANDED_S <= sum(slept) <= EMPTY_HANDED_S + 2 * POLL_S
    one._open(False)
    group_of(one).given = {TopicPartition("inbound.v1", 0)}
    one._poll(10)
    assert sum(slept) <= EMPTY_HANDED_S + 2 * POLL_S, "nothing of it is left after joining anew"
    one.end()
