"""Topics are described whole, and a key's partition is the one everybody computes."""

import pytest

from services.kernel.contracts.registry import OWNERS, TYPES
from services.kernel.contracts.topics import BY_NAME, PARTITIONS, TOPICS, partition_of


def _crc32(data: bytes) -> int:
    """CRC-32 (reflected, polynomial 0xEDB88320), bit by bit."""
    remainder = 0xFFFFFFFF
    for byte in data:
        remainder ^= byte
        for _ in range(8):
            remainder = (remainder >> 1) ^ (0xEDB88320 if remainder & 1 else 0)
    return remainder ^ 0xFFFFFFFF


@pytest.mark.parametrize("key", ["", "123456789", "unit/zhuhai:u-1", "case/龙湖:c-1", "member/zhuhai:" + "a" * 20])
def test_a_partition_is_the_crc_of_the_key(key: str) -> None:
    assert partition_of(key) == _crc32(key.encode()) % 12


def test_the_check_value_of_crc_32_holds() -> None:
    assert _crc32(b"123456789") == 0xCBF43926


def test_every_owner_has_a_topic_of_twelve_partitions() -> None:
    assert {f"{owner}.v1" for owner in OWNERS.values()} <= set(BY_NAME)
    assert {topic.partitions for topic in TOPICS} == {PARTITIONS} == {12}


def test_every_topic_says_what_it_means_who_writes_it_and_who_reads_it() -> None:
    assert [topic.name for topic in TOPICS if not (topic.meaning and topic.key and topic.producer and topic.consumers and topic.retention_ms > 0)] == []


def test_every_type_is_owned_by_its_familys_room() -> None:
    assert {(one.family, one.owner) for one in TYPES.values()} == set(OWNERS.items())
