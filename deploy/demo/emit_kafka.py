"""Tells a replay's events on Kafka, with the small blocking client that a district system would use."""

import json
from collections import Counter
from collections.abc import Sequence

from kafka import KafkaProducer
from kafka.errors import KafkaError

from deploy.demo.emit import Event, Pace, Told, batches
from deploy.demo.gateway import GatewayError
from services.kernel.broker import connection
from services.kernel.contracts.topics import partition_of

INBOUND = "inbound.v1"


class KafkaEmitter:
    """By inbound.v1: one event a record, structured, keyed by its source. What becomes of the events is told on rejected.v1 only."""

    def __init__(self, servers: str, key: str, topic: str = INBOUND) -> None:
        self._servers = servers
        self._key = key
        self._topic = topic

    def emit(self, events: Sequence[Event], pace: Pace, told: Told) -> Counter[str]:
        """Counts what the broker has acknowledged; GatewayError if it does not."""
        try:
            return self._emit(events, pace, told)
        except KafkaError as error:
            raise GatewayError(f"the broker at {self._servers} does not take the events ({type(error).__name__}); see ./run status") from error

    def _emit(self, events: Sequence[Event], pace: Pace, told: Told) -> Counter[str]:
        producer = KafkaProducer(**connection(self._servers), client_id="wangge-demo", acks="all", linger_ms=20)
        headers = [("content-type", b"application/cloudevents+json; charset=UTF-8"), ("wangge-key", self._key.encode())]
        try:
            for batch in batches(events, pace.batch):
                sent = []
                for event in batch:
                    source = str(event["source"])
                    value = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()
                    sent.append(producer.send(self._topic, value, key=source.encode(), headers=headers, partition=partition_of(source)))
                producer.flush(timeout=60)
                for one in sent:
                    one.get(timeout=60)
                told(batch)
                pace.keep(len(batch))
        finally:
            producer.close(timeout=10)
        return Counter(sent=len(events))
