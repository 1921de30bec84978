"""Facts into the log, in the writer's own transaction: numbered without gaps, ready to be published as they are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from services.kernel.contracts.commands import Document
from services.kernel.contracts.facts import Row, row_as_json
from services.kernel.contracts.topics import partition_of
from services.kernel.ids import new_id
from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.kernel.eventlog", "append.sql")
_encode = msgspec.json.Encoder().encode
_COLUMNS = ("topic", "partition", "sequence", "id", "type", "key", "subject", "body", "told", "recorded")


class Fact(NamedTuple):
    """What happened, before it has its number."""

    type: str
    subject: str
    key: str  # the record key: partition and order
    time: str
    data: Document
    was: Sequence[Row]
    now: Sequence[Row]
    causation: str | None  # source#id of the told event
    caused_by: str | None
    stated: str | None
    extensions: Mapping[str, str | int | bool]
    told: bytes | None


class Log:
    """The log of one room: one topic, one source, under one epoch and catalogue."""

    def __init__(self, room: str, catalogue_version: str) -> None:
        self.room = room
        self.topic = f"{room}.v1"
        self._source = f"urn:wangge:{room}"
        self._catalogue = catalogue_version

    async def append(self, connection: Connection, facts: Sequence[Fact], now: datetime) -> None:
        """Writes the facts in their order. The last thing a transaction does: the counters it locks are everybody's."""
        if not facts:
            return
        partitions = [partition_of(fact.key) for fact in facts]
        wanted = Counter(partitions)
        numbered = sorted(wanted)
        epoch = await connection.fetchval(_SQL.read_epoch)
        given = await connection.fetch(_SQL.take_numbers, self.topic, numbered, [wanted[partition] for partition in numbered])
        following = {row["partition"]: row["n"] - wanted[row["partition"]] for row in given}
        records = []
        for fact, partition in zip(facts, partitions, strict=True):
            following[partition] += 1
            fact_id = new_id()
            body = self._body(fact, fact_id, following[partition], epoch, now)
            records.append((self.topic, partition, following[partition], fact_id, fact.type, fact.key, fact.subject, body, fact.told, now))
        await connection.copy_records_to_table("fact", schema_name="log", columns=_COLUMNS, records=records)
        await connection.execute(_SQL.wake_relay, self.room)

    def _body(self, fact: Fact, fact_id: UUID, sequence: int, epoch: int, now: datetime) -> bytes:
        event: dict[str, object] = {
            **fact.extensions,
            "specversion": "1.0",
            "id": str(fact_id),
            "source": self._source,
            "type": fact.type,
            "subject": fact.subject,
            "time": fact.time,
            "datacontenttype": "application/json",
            "sequence": f"{sequence:020d}",
            "sourceepoch": epoch,
            "catalogueversion": self._catalogue,
            "recordedtime": now,
        }
        optional = {"causationid": fact.causation, "causedby": fact.caused_by, "statedtime": fact.stated}
        event |= {name: value for name, value in optional.items() if value is not None}
        event["data"] = {**fact.data, "was": [row_as_json(row) for row in fact.was], "now": [row_as_json(row) for row in fact.now]}
        return _encode(event)
