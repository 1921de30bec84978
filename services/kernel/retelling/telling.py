"""One room's part of a retelling: its told events, in their order, decided anew into entities and facts of their own."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import asyncpg
import msgspec

from services.kernel.clock import system_clock
from services.kernel.contracts.commands import Document
from services.kernel.contracts.reading import Reader
from services.kernel.contracts.topics import partition_of
from services.kernel.eventlog.append import COLUMNS, Fact, Log, Written
from services.kernel.eventlog.late import keep_late
from services.kernel.ids import new_id
from services.kernel.postgres.database import Connection, Database
from services.kernel.postgres.queries import load
from services.kernel.writing.batch import Batch, Result
from services.kernel.writing.model import Counting, Model
from services.kernel.writing.store import EntityStore

_SQL = load("services.kernel.retelling", "retelling.sql")
_AT_ONCE = 1000
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode

CLOCK = "clock"


class Refusal(NamedTuple):
    """A told event that has no place under the new catalogue."""

    event: str  # source#id
    subject: str
    code: str
    detail: str


class Told(NamedTuple):
    """What one pass came to: events decided, facts written, facts carried over as they were, and what could not be told."""

    events: int
    facts: int
    carried: int
    refused: tuple[Refusal, ...]


class NoRetellingError(Exception):
    """Nothing was begun."""


class RoomRetelling:
    """Tells a room's log again, from where the last pass ended to where the log ends now. As the owner; in one transaction, so a pass is whole or was not."""

    def __init__(self, database: Database, room: str, model: Model, counting: Counting, reader: Reader, version: str) -> None:
        self._database = database
        self._room = room
        self._model = model
        self._counting = counting
        self._reader = reader
        self._log = Log(room, version)
        self._store = EntityStore(f"retold_{room}")
        self._epoch = 0
        self._numbers: dict[int, int] = {}
        self._reached: dict[int, int] = {}
        self._events = self._facts = self._carried_over = 0
        self._refused: list[Refusal] = []

    async def run(self) -> Told:
        """One pass."""
        async with self._database.transaction() as connection:
            await connection.execute(_SQL.no_hurry)
            begun = await connection.fetchrow(_SQL.read_retelling)
            if begun is None:
                raise NoRetellingError("nothing is being told again")
            self._epoch = begun["epoch"]
            self._numbers = {row["partition"]: row["n"] for row in await connection.fetch(_SQL.read_numbers, self._log.topic)}
            rows: list[asyncpg.Record] = []
            async for row in connection.cursor(_SQL.read_told, self._log.topic, prefetch=_AT_ONCE):
                rows.append(row)
                if len(rows) == _AT_ONCE:
                    await self._tell(connection, rows)
                    rows = []
            await self._tell(connection, rows)
            partitions = sorted(self._numbers)
            reached, numbers = [self._reached.get(one, 0) for one in partitions], [self._numbers[one] for one in partitions]
            await connection.execute(_SQL.note_reached, self._log.topic, partitions, reached, numbers)
        return Told(self._events, self._facts, self._carried_over, tuple(self._refused))

    async def _tell(self, connection: Connection, rows: Sequence[asyncpg.Record]) -> None:
        commands = [self._reader.retold(row["told"]) for row in rows if row["told"] is not None]
        entities = await self._store.lock_for(connection, self._model, commands)
        outcome = Batch(self._model, self._counting, system_clock, entities, {}).decide(commands)
        await self._store.save(connection, list(outcome.made.values()), list(outcome.changed.values()))
        written = list(self._written(rows, iter(outcome.results), outcome.facts))
        table = f"fact_{self._room}_epoch_{self._epoch}"
        await connection.copy_records_to_table(table, schema_name="log", columns=COLUMNS, records=[one.record for one in written])
        for one in written:
            if one.late is not None:
                await keep_late(connection, self._epoch, self._log.topic, [one.late], one.record[-1])
        self._events += len(commands)
        self._facts += len(written)

    def _written(self, rows: Sequence[asyncpg.Record], results: Iterator[Result], facts: Sequence[Fact]) -> Iterator[Written]:
        """The facts in the order of those they come after: what a told event brought about, and in between what the clock said."""
        made = _by_command(facts)
        for row in rows:
            self._reached[row["partition"]] = max(row["sequence"], self._reached.get(row["partition"], 0))
            if row["told"] is None:
                fact = _decode(row["body"])
                if fact.get("causedby") == CLOCK:
                    yield self._carried(row, fact)
                continue
            result = next(results)
            if result.status == "accepted":
                for fact in next(made):
                    partition = partition_of(fact.key)
                    yield self._log.written(fact, partition, self._number(partition), self._epoch, row["recorded"])
            elif result.problem is None:  # it changes nothing any more: its fact stays, and counts nothing
                body = _decode(row["body"])
                body["data"] |= {"was": [], "now": []}
                yield self._carried(row, body)
            else:
                body = _decode(row["body"])
                self._refused.append(Refusal(str(body.get("causationid")), row["subject"], result.problem.code, result.problem.detail))

    def _carried(self, row: asyncpg.Record, body: Document) -> Written:
        """A fact as it was, under its new number."""
        partition, fact_id = partition_of(row["key"]), new_id()
        sequence = self._number(partition)
        renewed = {"id": str(fact_id), "sequence": f"{sequence:020d}", "sourceepoch": self._epoch, "catalogueversion": self._log.version}
        self._carried_over += 1
        place = (self._log.topic, partition, sequence, fact_id, row["type"], row["key"], row["subject"])
        return Written((*place, _encode({**body, **renewed}), row["told"], row["recorded"]), None)

    def _number(self, partition: int) -> int:
        self._numbers[partition] += 1
        return self._numbers[partition]


def _by_command(facts: Sequence[Fact]) -> Iterator[list[Fact]]:
    """The facts of each accepted command: its own, which has what was told, and those that followed from it."""
    own: list[Fact] = []
    for fact in facts:
        if fact.told is not None and own:
            yield own
            own = []
        own.append(fact)
    if own:
        yield own
