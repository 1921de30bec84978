"""The three writing rooms over one real database: reader, model, counting and writer as they run, without HTTP."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry

from services.activities.counting import Counting as ActivitiesCounting
from services.activities.model import ActivitiesModel
from services.cases.counting import Counting as CasesCounting
from services.cases.model import CasesModel
from services.cases.workflows import Workflows
from services.kernel.catalogue import Catalogue
from services.kernel.contracts.checking import KindCheck
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.reading import Reader
from services.kernel.contracts.registry import owner_of
from services.kernel.eventlog.append import Log
from services.kernel.people import Pseudonyms
from services.kernel.postgres.database import Database
from services.kernel.writing.batch_api import _Batch, _decide, _decode
from services.kernel.writing.telemetry import WritingTelemetry
from services.kernel.writing.writer import Writer
from services.members.counting import Counting as MembersCounting
from services.members.model import MembersModel

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)
PEOPLE = Pseudonyms(b"a key of tests only, 32 bytes ok")
HERE = Enrolled(namespace="t", register="r")
Event = dict[str, Any]


class Rooms:
    """Events go to the room that owns their family; each `tell` is one request, decided in order."""

    def __init__(self, database: Database, catalogue: Catalogue, closed: date | None = None) -> None:
        self.database = database
        self.now = NOW
        reader = Reader(catalogue, PEOPLE, lambda: self.now)
        check, workflows = KindCheck(catalogue), Workflows(catalogue.kinds)
        parts = {
            "members": (MembersModel(check, reader.unlinked), MembersCounting(catalogue)),
            "activities": (ActivitiesModel(check, reader.unlinked), ActivitiesCounting(catalogue)),
            "cases": (CasesModel(workflows, check, reader.unlinked), CasesCounting(catalogue, workflows)),
        }
        self.reader = reader
        self.writers = {
            room: Writer(database, room, model, counting, Log(room, catalogue.version), lambda: self.now, WritingTelemetry(CollectorRegistry()), reader.masked_told, closed)
            for room, (model, counting) in parts.items()
        }
        self._number = 0

    def start(self) -> None:
        for writer in self.writers.values():
            writer.start()

    async def stop(self) -> None:
        for writer in self.writers.values():
            await writer.stop()

    def event(self, what: str, time: str, *, id_: str | None = None, source: str = "urn:t", **data: Any) -> Event:
        """A CloudEvent; a bare date is noon in Shanghai. Field names that are Python's own end in an underscore."""
        self._number += 1
        moment = f"{time}T12:00:00+08:00" if len(time) == 10 else time
        told = {name.rstrip("_"): value for name, value in data.items()}
        return {"specversion": "1.0", "id": id_ or f"e{self._number}", "source": source, "type": f"org.wangge.{what}.v1", "time": moment, "data": told}

    async def tell_all(self, *events: Event, enrolled: Enrolled = HERE) -> list[str]:
        """One request; each result as its status, or a refusal's code."""
        results: dict[int, str] = {}
        for room, writer in self.writers.items():
            mine = [number for number, event in enumerate(events) if (owner_of(event["type"]) or "members") == room]
            body = {"commands": [{"event": events[number], "enrolled": enrolled} for number in mine]}
            batch: _Batch = _decode(json.dumps(body, default=_enrolled).encode())
            for number, result in zip(mine, await _decide(batch.commands, self.reader, writer), strict=True):
                results[number] = result.problem.code if result.problem else result.status
        return [results[number] for number in range(len(events))]

    async def tell(self, what: str, time: str, *, enrolled: Enrolled = HERE, **data: Any) -> str:
        return (await self.tell_all(self.event(what, time, **data), enrolled=enrolled))[0]

    async def facts(self, subject: str | None = None) -> list[Event]:
        """What was published, that of each thing in the order it was written; of one thing only where one is named."""
        rows = await self.database.pool.fetch("SELECT body FROM log.fact ORDER BY topic, partition, sequence")
        found = [json.loads(row["body"]) for row in rows]
        return [fact for fact in found if subject in (None, fact["subject"])]

    async def rows(self, *measures: str) -> list[tuple[Any, ...]]:
        """What stands when each fact's `was` is taken off its `now`: (measure, key, area, organisation, from, to), sorted."""
        net: Counter[tuple[Any, ...]] = Counter()
        for fact in await self.facts():
            for sign, name in ((-1, "was"), (1, "now")):
                for row in fact["data"][name]:
                    full = [*row, *[None] * (10 - len(row))]
                    place_and_days = (full[0], fact["subject"].partition(":")[2], full[2], full[3], full[5], full[6])
                    face = (*place_and_days, json.dumps([full[4], *full[7:]]))
                    net[face] += sign
        assert all(n >= 0 for n in net.values()), "something was taken back that never was put"
        return sorted(face[:6] for face in net.elements() if face[0] in measures)

    async def refusals(self) -> list[Event]:
        rows = await self.database.pool.fetch("SELECT source, id, owner, code, problem, event, count, accepted_later FROM log.refusal ORDER BY first_at, id")
        return [{**dict(row), "event": json.loads(row["event"])} for row in rows]

    async def everything_kept(self) -> str:
        """All text that any table of log and rooms holds of what was told."""
        found = []
        for table in ("log.fact", "log.refusal", "members.entity", "activities.entity", "cases.entity"):
            rows: Sequence[Any] = await self.database.pool.fetch(f"SELECT t.*, to_jsonb(t) ->> 'event' AS e FROM {table} t")
            found += [value.decode() if isinstance(value, bytes) else str(value) for row in rows for value in row.values()]
        return "\n".join(found)

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


def _enrolled(value: object) -> object:
    assert isinstance(value, Enrolled)
    return {"namespace": value.namespace, "register": value.register, "kinds": list(value.kinds), "foreign": value.foreign}
