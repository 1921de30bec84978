"""Refused for good: kept in the list (what no room has kept, without its data) and told on `rejected.v1`. Done before the record's offset may be committed."""

import asyncio
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import msgspec
from kafka import KafkaProducer

from services.gateway.intake.backlog import Item
from services.kernel.broker import connection
from services.kernel.contracts.topics import partition_of
from services.kernel.errors import Problem
from services.kernel.inbox.inbox import Refused, keep_refused
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load

_SQL = load("services.gateway", "sql/intake.sql")
_ENCODE = msgspec.json.Encoder().encode
_CONTENT_TYPE = ("content-type", b"application/cloudevents+json; charset=UTF-8")

KEEPER = "gateway"
NAMELESS = "urn:wangge:inbound"
"""The source under which records without a readable source are kept; their id is partition-offset."""


class Refusal(NamedTuple):
    """One record and why it was refused."""

    item: Item
    problem: Problem

    @property
    def name(self) -> tuple[str, str]:
        """(source, id), made up where the record has none."""
        told = self.item.told
        if told.source is None or told.id is None:
            return NAMELESS, f"{self.item.partition}-{self.item.offset}"
        return told.source, told.id


class Rejected:
    """The list of refused events and the topic of refused events."""

    def __init__(self, database: Database, servers: str, topic: str) -> None:
        self._database = database
        self._servers = servers
        self._topic = topic
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="rejected")
        self._producer: KafkaProducer | None = None

    async def keep(self, refusals: Sequence[Refusal]) -> None:
        """Keeps and tells them all; raises what hinders it, and may then be called again with the same."""
        names = sorted({refusal.name for refusal in refusals})
        columns = [name[0] for name in names], [name[1] for name in names]
        async with self._database.transaction() as connection:
            kept = {(row["source"], row["id"]): row["event"] for row in await connection.fetch(_SQL.find_kept, *columns)}
            missing = [_without_data(refusal) for refusal in refusals if refusal.name not in kept]
            await keep_refused(connection, missing, KEEPER)
        kept |= {(one.source, one.id): one.masked.decode() for one in missing}
        records = [_record(refusal, msgspec.json.decode(kept[refusal.name])) for refusal in refusals]
        await asyncio.get_running_loop().run_in_executor(self._thread, self._tell, records)

    async def close(self) -> None:
        """Ends the producer."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._drop)
        self._thread.shutdown(wait=False)

    def _tell(self, records: Sequence[tuple[str, bytes, list[tuple[str, bytes]]]]) -> None:
        if self._producer is None:
            self._producer = KafkaProducer(
                **connection(self._servers),
                client_id="wangge-rejected",
                max_request_size=16 << 20,
                linger_ms=5,
                max_block_ms=10_000,
                delivery_timeout_ms=15_000,
                request_timeout_ms=10_000,
            )
        try:
            told = [
                self._producer.send(self._topic, value, key=source.encode(), headers=headers, partition=partition_of(source))
                for source, value, headers in records
            ]
            self._producer.flush(timeout=20)
            for one in told:
                one.get(timeout=0)
        except Exception:
            self._drop()
            raise

    def _drop(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close(timeout=2)


def _without_data(refusal: Refusal) -> Refused:
    """Nobody has looked whether the data of such a record names a person, so none of it is kept."""
    source, id_ = refusal.name
    attributes = {"specversion": "1.0", "id": id_, "source": source}
    if refusal.item.told.type is not None:
        attributes["type"] = refusal.item.told.type[:200]
    return Refused(source, id_, refusal.problem, _ENCODE(attributes))


def _record(refusal: Refusal, event: Mapping[str, Any]) -> tuple[str, bytes, list[tuple[str, bytes]]]:
    source, id_ = refusal.name
    problem = refusal.problem
    type_ = str(event.get("type", "org.wangge.unreadable"))
    value = {"specversion": "1.0", **event, "id": id_, "source": source, "type": type_, "rejectedreason": problem.code, "rejecteddetail": problem.detail}
    headers = [("ce_id", id_), ("ce_source", source), ("ce_type", type_), ("ce_rejectedreason", problem.code)]
    return source, _ENCODE(value), [*((name, text.encode()) for name, text in headers), _CONTENT_TYPE]
