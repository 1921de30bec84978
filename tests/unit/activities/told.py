"""Events told to the activities room in memory: decided by the kernel's own batch, on what a writer would have loaded for them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec

from services.activities.counting import Counting
from services.activities.model import ActivitiesModel
from services.kernel.catalogue.counted import Counted
from services.kernel.contracts.commands import Command, Document
from services.kernel.contracts.facts import Row
from services.kernel.errors import Code, refuse
from services.kernel.eventlog.append import Fact
from services.kernel.writing.batch import Batch, Result
from services.kernel.writing.model import Entities, Entity

SHANGHAI = timezone(timedelta(hours=8))
NOW = datetime(2030, 1, 1, tzinfo=UTC)


def at(day: str, clock: str = "12:00") -> str:
    """A moment of a Shanghai day, as normalised events carry it."""
    return datetime.fromisoformat(f"{day}T{clock}:00+08:00").astimezone(UTC).isoformat()


class Declared:
    """A catalogue for tests: attributes that are texts are dimensions, whole numbers are added up."""

    def counted(self, kind: str, document: Document) -> Counted:
        attributes = document.get("attributes") or {}
        texts = {name: value for name, value in attributes.items() if isinstance(value, str)}
        return Counted(texts, tuple(sorted((name, value) for name, value in attributes.items() if isinstance(value, int) and not isinstance(value, bool))))


def check_kind(kind: str, data: Document) -> None:
    """Every kind knows every attribute but this one."""
    if "undeclared" in (data.get("attributes") or {}):
        raise refuse(Code.INVALID, f"{kind} declares no attribute undeclared")


def unlinked(command: Command, kind: str) -> Command:
    """Kinds that are asked in secret name nobody."""
    if not kind.endswith(".secret"):
        return command
    data = {name: value for name, value in command.data.items() if name not in ("person", "by")}
    if command.family == "attendance" and "person" in command.data:
        data["head_count"] = 1
    return msgspec.structs.replace(command, data=data)


class Room:
    """The activities room without a database: tells commands one by one, keeps what they make."""

    def __init__(self) -> None:
        self.model = ActivitiesModel(check_kind, unlinked)
        self.entities: dict[str, Entity] = {}
        self.facts: list[Fact] = []
        self.counted: Counter[tuple[str, Row]] = Counter()
        self._number = 0

    def tell(self, what: str, key: str, time: str = at("2026-05-01"), **data: Any) -> Result:
        """Tells `family.verb` of a key."""
        command = self.command(what, key, time, data)
        outcome = Batch(self.model, Counting(Declared()), lambda: NOW, Entities(self._loaded(command)), {}).decide([command])
        for subject, entity in (outcome.made | outcome.changed).items():
            self.entities[subject] = msgspec.json.decode(msgspec.json.encode(entity), type=Entity)
        self.facts += outcome.facts
        for fact in outcome.facts:
            for row in fact.was:
                self.counted[fact.subject, row] -= 1
            for row in fact.now:
                self.counted[fact.subject, row] += 1
        assert min(self.counted.values(), default=0) >= 0, "a fact took back what it had not put"
        return outcome.results[0]

    def command(self, what: str, key: str, time: str, data: Document) -> Command:
        self._number += 1
        family, _, verb = what.partition(".")
        data = {family: key, **data}
        content = msgspec.json.encode([what, time, data])
        moment = datetime.fromisoformat(time)
        return Command(
            "source",
            str(self._number),
            f"org.wangge.{what}.v1",
            family,
            verb,
            f"{family}/{key}",
            moment,
            data.get("kind"),
            data,
            content,
            b"{}",
            {},
            "t",
            False,
        )

    def _loaded(self, command: Command) -> list[Entity]:
        """What the kernel's writer loads: the thing, what hangs on it, what the event names and what either depends on."""
        held = {command.subject, *(one.subject for one in self.entities.values() if command.subject in one.depends)}
        held |= {subject for name in held & self.entities.keys() for subject in self.entities[name].depends} | set(self.model.touched(command))
        return [self.entities[name] for name in sorted(held & self.entities.keys())]

    def rows(self, measure: str | None = None) -> list[Row]:
        """What a reader of the facts has counted."""
        return sorted((row for (_, row), n in self.counted.items() for _ in range(n) if measure in (None, row.measure)), key=str)

    def days(self, measure: str) -> list[date]:
        """The days of a measure's occurrences."""
        return [row.day for row in self.rows(measure)]

    def total(self, measure: str) -> int:
        """The sum of a measure."""
        return sum(row.value for row in self.rows(measure))
