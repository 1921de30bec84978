"""Events told to the cases room in memory: decided by the kernel's own batch, on what a writer would have loaded for them."""

from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import msgspec

from services.cases.counting import Counting
from services.cases.model import CasesModel
from services.cases.workflows import Workflows
from services.kernel.catalogue.counted import Counted
from services.kernel.catalogue.kinds import Kind, Names, State, StateMark
from services.kernel.contracts.commands import Command, Document
from services.kernel.contracts.facts import Row
from services.kernel.errors import Code, refuse
from services.kernel.eventlog.append import Fact
from services.kernel.writing.batch import Batch, Result
from services.kernel.writing.model import Entities, Entity

NOW = datetime(2030, 1, 1, tzinfo=UTC)
DEMAND, DEBT = "case.demand", "case.debt"


def at(day: str, clock: str = "12:00:00") -> datetime:
    """A moment of a Shanghai day."""
    return datetime.fromisoformat(f"{day}T{clock}+08:00").astimezone(UTC)


def _state(name: str, to: str = "", *marks: StateMark) -> State:
    return State(id=name, names=Names(zh=name, en=name), marks=marks, to=tuple(to.split()))


def _kind(name: str, *states: State) -> Kind:
    return Kind(id=name, family="case", names=Names(zh=name, en=name), access="internal", attributes={}, fields={}, marks=frozenset(), states=states)


KINDS = {
    DEMAND: _kind(
        DEMAND,
        _state("reported", "accepted void duplicate", "initial"),
        _state("accepted", "solving solved void duplicate"),
        _state("solving", "solved accepted"),
        _state("solved", "closed solving", "resolved"),
        _state("closed", "solving", "resolved", "final"),
        _state("void", "accepted", "final"),
        _state("duplicate", "accepted", "final", "merged"),
    ),
    DEBT: _kind(
        DEBT,
        _state("reported", "solved", "initial"),
        _state("solved", "part paid", "resolved", "final"),
        _state("part", "solved paid"),
        _state("paid", "", "resolved", "final"),
    ),
}
"""A demand that runs through departments, and a debt whose states mean other things by the same names."""


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
    """The cases room without a database: tells commands one by one, keeps what they make."""

    def __init__(self) -> None:
        workflows = Workflows(KINDS)
        self.model = CasesModel(workflows, check_kind, unlinked)
        self.counting = Counting(Declared(), workflows)
        self.entities: dict[str, Entity] = {}
        self.facts: list[Fact] = []
        self.counted: Counter[tuple[str, Row]] = Counter()
        self._number = 0

    def open(self, key: str, time: datetime, **data: Any) -> Result:
        """Tells that a demand was opened."""
        return self.tell("case.opened", key, time, **{"kind": DEMAND} | data)

    def move(self, key: str, time: datetime, to: str, **data: Any) -> Result:
        """Tells that a case moved."""
        return self.tell("case.moved", key, time, to=to, **data)

    def tell(self, what: str, key: str, time: datetime, **data: Any) -> Result:
        """Tells `case.verb` of a key."""
        self._number += 1
        verb, data = what.partition(".")[2], {"case": key, **data}
        content = msgspec.json.encode([what, str(time), data])
        command = Command(
            "source", str(self._number), f"org.wangge.{what}.v1", "case", verb, f"case/{key}", time, data.get("kind"), data, content, b"{}", {}, "t", False
        )
        loaded = [self.entities[name] for name in sorted(set(self.model.touched(command)) & self.entities.keys())]
        outcome = Batch(self.model, self.counting, lambda: NOW, Entities(loaded), {}).decide([command])
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

    def rows(self, measure: str | None = None) -> list[Row]:
        """What a reader of the facts has counted."""
        return sorted((row for (_, row), n in self.counted.items() for _ in range(n) if measure in (None, row.measure)), key=str)

    def standing(self, measure: str, day: date) -> list[Row]:
        """The stretches of a measure that hold on a day."""
        return [row for row in self.rows(measure) if row.day <= day and row.until != row.day and (row.until is None or day < row.until)]

    def flow(self, measure: str) -> list[tuple[str, str]]:
        """(day, dimensions) of a flow's occurrences, in order."""
        return sorted((row.day.isoformat(), row.dims) for row in self.rows(measure))
