"""Topics on a real broker: made once, counted, emptied."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from services.kernel.contracts.topics import TOPICS
from services.kernel.topics import Topics, WrongPartitionsError
from tests.support.topics import remove

NAME = "test-topics.v1"
REPOSITORY = Path(__file__).resolve().parents[3]


def make(servers: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"WANGGE_KAFKA": servers}
    command = [sys.executable, "-m", "services.kernel.topics"]
    return subprocess.run(command, cwd=REPOSITORY, env=environment, capture_output=True, text=True, check=False, timeout=90)


def test_the_topics_of_the_contract_are_made_once_and_told_one_by_one(kafka):
    with Topics(kafka) as topics:
        for topic in TOPICS:
            remove(topics, topic.name)

    first, second = make(kafka), make(kafka)

    assert (first.returncode, second.returncode) == (0, 0)
    lines = [line.split("\t") for line in (first.stdout + second.stdout).splitlines()]
    assert [line[0] for line in lines] == [topic.name for topic in TOPICS] * 2
    assert {line[1] for line in lines} == {"12 partitions"}
    assert [line[3] for line in lines] == ["made"] * len(TOPICS) + ["there"] * len(TOPICS)
    assert [line[2] for line in lines[: len(TOPICS)]] == [line[2] for line in lines[len(TOPICS) :]]


def test_a_broker_that_is_not_there_is_said_so(unused_tcp_port, monkeypatch):
    monkeypatch.setenv("WANGGE_PATIENCE", "1")

    done = make(f"127.0.0.1:{unused_tcp_port}")

    assert done.returncode == 1
    assert "could not be made" in done.stderr


def test_another_number_of_partitions_is_never_accepted(kafka):
    with Topics(kafka) as topics:
        remove(topics, NAME)
        topics.make(TOPICS[0]._replace(name=NAME, partitions=3))

        with pytest.raises(WrongPartitionsError, match="3 partitions and needs 12"):
            topics.make(TOPICS[0]._replace(name=NAME))
        remove(topics, NAME)


def test_a_topic_made_anew_has_another_id(kafka):
    topic = TOPICS[0]._replace(name=NAME)
    with Topics(kafka) as topics:
        remove(topics, NAME)
        assert topics.describe(NAME) is None
        first, made = topics.make(topic)
        remove(topics, NAME)
        second, _ = topics.make(topic)
        remove(topics, NAME)

    assert made
    assert first.partitions == second.partitions == 12
    assert first.id != second.id


def test_an_emptied_topic_holds_nothing_and_goes_on_counting(kafka):
    with Topics(kafka) as topics:
        remove(topics, NAME)
        topics.make(TOPICS[0]._replace(name=NAME))
        producer = KafkaProducer(bootstrap_servers=kafka)
        producer.send(NAME, b"x", partition=4).get(10)
        topics.empty(NAME, 12)
        offset = producer.send(NAME, b"y", partition=4).get(10).offset
        producer.close()
        consumer = KafkaConsumer(bootstrap_servers=kafka)
        begins = consumer.beginning_offsets([TopicPartition(NAME, 4)])
        consumer.close()
        remove(topics, NAME)

    assert offset == 1
    assert list(begins.values()) == [1]
