"""Telling events on Kafka."""

import json
from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError

from deploy.demo import emit_kafka
from deploy.demo.emit import Pace
from deploy.demo.emit_kafka import KafkaEmitter
from deploy.demo.gateway import GatewayError
from services.kernel.contracts.topics import partition_of

EVENTS = [{"id": str(number), "source": "https://d.example/高新", "time": "2019-01-01"} for number in range(3)]


class Acknowledged:
    def __init__(self, error: Exception | None) -> None:
        self._error = error

    def get(self, timeout: float) -> None:
        if self._error is not None:
            raise self._error


class Producer:
    """kafka-python's producer, as far as the emitter uses it."""

    error: Exception | None = None
    sent: list[dict[str, Any]]
    closed = False

    def __init__(self, **configs: Any) -> None:
        self.configs = configs
        type(self).sent = []

    def send(self, topic: str, value: bytes, **record: Any) -> Acknowledged:
        self.sent.append({"topic": topic, "value": value, **record})
        return Acknowledged(self.error)

    def flush(self, timeout: float) -> None:
        pass

    def close(self, timeout: float) -> None:
        type(self).closed = True


@pytest.fixture
def producer(monkeypatch: pytest.MonkeyPatch) -> type[Producer]:
    class Own(Producer):
        pass

    monkeypatch.setattr(emit_kafka, "KafkaProducer", Own)
    return Own


def test_records_are_whole_events_keyed_by_their_source_under_the_sources_key(producer: type[Producer]) -> None:
    counts = KafkaEmitter("broker", "the-key").emit(EVENTS, Pace(3, 0), lambda _: None)

    assert counts == {"sent": 3}
    assert [json.loads(record["value"]) for record in producer.sent] == EVENTS
    assert {(record["topic"], record["key"], record["partition"]) for record in producer.sent} == {
        ("inbound.v1", EVENTS[0]["source"].encode(), partition_of(EVENTS[0]["source"]))
    }
    assert dict(producer.sent[0]["headers"]) == {"content-type": b"application/cloudevents+json; charset=UTF-8", "wangge-key": b"the-key"}


def test_a_broker_that_does_not_acknowledge_is_said_and_the_producer_closed(producer: type[Producer]) -> None:
    producer.error = KafkaTimeoutError()

    with pytest.raises(GatewayError, match="broker"):
        KafkaEmitter("broker", "the-key").emit(EVENTS, Pace(3, 0), lambda _: None)

    assert producer.closed
