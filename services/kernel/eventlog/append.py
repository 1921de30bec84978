"""Facts into the log, in the writer's own transaction: numbered without gaps, ready to be published as they are."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from services.kernel.contracts.commands import Document
from services.kernel.contracts.facts import Row, row_as_json
from services.kernel.contracts.topics import partition_of
from services.kernel.eventlog.late import Late, keep_late
from services.kernel.ids import new_id
from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.kernel.eventlog", "append.sql")
_encode = msgspec.json.Encoder().encode
COLUMNS = ("topic", "partition", "sequence", "id", "type", "key", "subject", "body", "told", "recorded")


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


class Written(NamedTuple):
    """A fact's line in the log, by COLUMNS, and its note if it was told late."""

    record: tuple[Any, ...]
    late: Late | None


class ClosedError(OSError):
    """The log takes nothing from this process now: another catalogue is active, or it is being told again. Nothing is wrong with the event."""


class Log:
    """The log of one room: one topic, one source, under one epoch and catalogue."""

    def __init__(self, room: str, catalogue_version: str) -> None:
        self.room = room
        self.topic = f"{room}.v1"
        self._source = f"urn:wangge:{room}"
        self.version = catalogue_version

    async def append(self, connection: Connection, facts: Sequence[Fact], now: datetime) -> None:
        """Writes the facts in their order; ClosedError if the log is not open to them. A transaction's last act: the counters it locks are everybody's."""
        if not facts:
            return
        partitions = [partition_of(fact.key) for fact in facts]
        wanted = Counter(partitions)
        numbered = sorted(wanted)
        given = await connection.fetch(_SQL.take_numbers, self.topic, numbered, [wanted[partition] for partition in numbered])
        epoch = await self._epoch(connection)
        following = {row["partition"]: row["n"] - wanted[row["partition"]] for row in given}
        written = []
        for fact, partition in zip(facts, partitions, strict=True):
            following[partition] += 1
            written.append(self.written(fact, partition, following[partition], epoch, now))
        await connection.copy_records_to_table("fact", schema_name="log", columns=COLUMNS, records=[one.record for one in written])
        await keep_late(connection, epoch, self.topic, (one.late for one in written if one.late is not None), now)
        await connection.execute(_SQL.wake_relay, self.room)

    def written(self, fact: Fact, partition: int, sequence: int, epoch: int, now: datetime) -> Written:
        """A fact with its number, as the log keeps it."""
        fact_id = new_id()
        body = self._body(fact, fact_id, sequence, epoch, now)
        late = None
        if fact.stated is not None:
            rows = (*fact.now, *fact.was)
            late = Late(partition, sequence, fact.type, fact.subject, fact.data.get("kind"), rows, fact.causation, fact.stated, fact.time)
        return Written((self.topic, partition, sequence, fact_id, fact.type, fact.key, fact.subject, body, fact.told, now), late)

    async def _epoch(self, connection: Connection) -> int:
        """Which telling of the log this is; ClosedError if it is not for this process. Read last: whoever closes the log waits for those with numbers."""
        row = await connection.fetchrow(_SQL.read_epoch)
        assert row is not None
        if row["closed_for"] is not None:
            raise ClosedError(row["closed_for"])
        if row["catalogue"] not in (None, self.version):
            raise ClosedError(f"catalogue {row['catalogue']} is active, this process has {self.version}")
        return int(row["epoch"])

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
            "catalogueversion": self.version,
            "recordedtime": now,
        }
        optional = {"causationid": fact.causation, "causedby": fact.caused_by, "statedtime": fact.stated}
        event |= {name: value for name, value in optional.items() if value is not None}
        event["data"] = {**fact.data, "was": [row_as_json(row) for row in fact.was], "now": [row_as_json(row) for row in fact.now]}
        return _encode(event)
