"""The topics, described as data: what stands on each, by which key, who writes and reads it, how long it is kept."""

import zlib
from typing import NamedTuple

PARTITIONS = 12
"""Of every topic. Never changed: sequences are numbered per partition."""

DAY_MS = 86_400_000


class Topic(NamedTuple):
    """One topic of the contract."""

    name: str
    meaning: str
    key: str
    producer: str
    consumers: tuple[str, ...]
    retention_ms: int
    partitions: int = PARTITIONS
    max_message_bytes: int = 8 * 1024 * 1024

    @property
    def configs(self) -> dict[str, str]:
        """The broker's settings of this topic."""
        return {"retention.ms": str(self.retention_ms), "max.message.bytes": str(self.max_message_bytes)}


_FACT_KEY = "family/namespace:key of the entity, in UTF-8"

TOPICS: tuple[Topic, ...] = (
    Topic(
        "members.v1",
        "facts of areas, organisations, members, units, entries, links and amounts",
        _FACT_KEY,
        "members",
        ("metrics",),
        7 * DAY_MS,
    ),
    Topic(
        "activities.v1",
        "facts of activities, attendance, shifts and visits",
        f"{_FACT_KEY}; attendance: of its activity",
        "activities",
        ("metrics",),
        7 * DAY_MS,
    ),
    Topic("cases.v1", "facts of cases, and the marks of their clock", _FACT_KEY, "cases", ("metrics",), 7 * DAY_MS),
    Topic(
        "inbound.v1",
        "events as sources tell them, with the sources' own references to people: readable by the intake only",
        "source",
        "district systems",
        ("gateway",),
        3 * DAY_MS,
    ),
    Topic("rejected.v1", "events of inbound.v1 that were refused, masked, with ce_rejectedreason", "source", "gateway", ("district systems",), 30 * DAY_MS),
)

BY_NAME: dict[str, Topic] = {topic.name: topic for topic in TOPICS}


def partition_of(key: str) -> int:
    """The partition of a record key: CRC-32 (zlib) of its UTF-8 bytes modulo the number of partitions; sent explicitly, never left to a client's hash."""
    return zlib.crc32(key.encode()) % PARTITIONS
