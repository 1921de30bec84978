"""The topics on the broker: made, counted, identified and emptied. `python -m services.kernel.topics` makes those of the contract.

The administration client blocks; callers in an event loop use a thread.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Self

import structlog
from kafka import KafkaAdminClient
from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError, NodeNotReadyError, TopicAlreadyExistsError
from kafka.structs import TopicPartition
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from services.kernel.broker import connection
from services.kernel.contracts.topics import TOPICS, Topic

_log = structlog.get_logger()

UNANSWERED = (KafkaConnectionError, KafkaTimeoutError, NodeNotReadyError, OSError)
"""What means that no broker answers now: wait and ask again."""

_TO_HIGH_WATERMARK = -1  # DeleteRecords: everything there is
_UNKNOWN_TOPIC = 3


class WrongPartitionsError(Exception):
    """A topic has another number of partitions than its records were numbered for; only a person can decide what to do about it."""


class TopicSettings(BaseSettings):
    """What making a topic needs."""

    model_config = SettingsConfigDict(env_prefix="WANGGE_", extra="ignore", frozen=True)

    kafka: str = Field(default="127.0.0.1:9092", title="Kafka's bootstrap servers")
    patience: float = Field(default=30, title="Seconds to wait for a broker that does not answer")
    kafka_replication: int = Field(default=1, ge=1, title="Copies of each topic; with 3 or more, 2 must have a record before it is acknowledged")


class Described(NamedTuple):
    """A topic as the broker has it. A topic that was deleted and made again has another id."""

    id: str
    partitions: int


class _Client(KafkaAdminClient):  # type: ignore[misc]
    """kafka-python's client, which leaves its thread behind when no broker answers the constructor."""

    def __init__(self, **configs: object) -> None:
        try:
            super().__init__(**configs)
        except BaseException:
            self._closed = False
            self.close()
            raise


class Topics:
    """Administration of one broker's topics."""

    def __init__(self, servers: str, *, replication: int = 1, answer_within_s: float = 15) -> None:
        self._servers = servers
        self._replication = replication
        self._answer_within_ms = int(answer_within_s * 1000)
        self._client: _Client | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Drops the connection; the next call makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def describe(self, name: str) -> Described | None:
        """The topic's id and its number of partitions; None if there is no such topic. KafkaError or OSError if no broker answers."""
        topic = self._ask().describe_topics([name])[0]
        if topic["error_code"] == _UNKNOWN_TOPIC or not topic["partitions"]:
            return None
        return Described(str(topic["topic_id"]), len(topic["partitions"]))

    def make(self, topic: Topic) -> tuple[Described, bool]:
        """The topic, made if it was missing (then True); WrongPartitionsError if it has another number of partitions."""
        made = False
        described = self.describe(topic.name)
        if described is None:
            made = self._create(topic)
            described = self.describe(topic.name)
        if described is None:
            raise NodeNotReadyError(f"{topic.name} was made and is not there yet")
        if described.partitions != topic.partitions:
            raise WrongPartitionsError(f"{topic.name} has {described.partitions} partitions and needs {topic.partitions}")
        return described, made

    def empty(self, name: str, partitions: int) -> None:
        """Drops every record that the topic holds now."""
        self._ask().delete_records({TopicPartition(name, partition): _TO_HIGH_WATERMARK for partition in range(partitions)})

    def _create(self, topic: Topic) -> bool:
        options = {"num_partitions": topic.partitions, "replication_factor": self._replication, "configs": self._configs(topic.configs)}
        client = self._ask()
        try:
            client.create_topics({topic.name: options}, wait_for_metadata=True)
        except TopicAlreadyExistsError:
            client.wait_for_topics([topic.name])
            return False
        return True

    def _configs(self, configs: Mapping[str, str]) -> dict[str, str]:
        safe = {"min.insync.replicas": "2"} if self._replication >= 3 else {}
        return {**safe, **configs}

    def _ask(self) -> _Client:
        if self._client is None:
            self._client = _Client(
                **connection(self._servers),
                client_id="wangge-topics",
                bootstrap_timeout_ms=3000,
                request_timeout_ms=self._answer_within_ms,
                reconnect_backoff_max_ms=1000,  # the default of 30 s would outlast most outages
            )
        return self._client


def make_all(topics: Topics, wanted: Sequence[Topic], *, patience_s: float) -> list[tuple[Topic, Described, bool]]:
    """Makes what is missing, in order; waits as long as its patience for the broker to answer, then raises what it said last."""
    until = time.monotonic() + patience_s
    while True:
        try:
            return [(topic, *topics.make(topic)) for topic in wanted]
        except UNANSWERED as error:
            if time.monotonic() >= until:
                raise
            _log.info("waiting for the broker", error=str(error))
            topics.close()
            time.sleep(0.5)


def main() -> int:
    """Makes the contract's topics and prints one line each; 0 if all are as they should be."""
    settings = TopicSettings()
    try:
        with Topics(settings.kafka, replication=settings.kafka_replication) as topics:
            for topic, described, made in make_all(topics, TOPICS, patience_s=settings.patience):
                sys.stdout.write(f"{topic.name}\t{described.partitions} partitions\t{described.id}\t{'made' if made else 'there'}\n")
    except (KafkaError, OSError, WrongPartitionsError) as error:
        sys.stderr.write(f"the topics could not be made: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
