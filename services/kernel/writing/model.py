"""What a room hands to the kernel's writer: entities in memory, and a pure model that changes them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import msgspec

from services.kernel.clock import Clock
from services.kernel.contracts.commands import Command, Document
from services.kernel.contracts.facts import Row
from services.kernel.lifecycle.state import State


class Entity(msgspec.Struct):
    """One thing a room owns, as the batch holds it: replaced, never changed in place."""

    subject: str
    family: str
    kind: str | None
    parent: str | None
    depends: tuple[str, ...]
    state: State  # the lifecycle's memory of it, kept as JSON


class Entities:
    """The entities a batch has locked, and what the batch has made of them so far."""

    def __init__(self, loaded: Iterable[Entity]) -> None:
        self._now = {entity.subject: entity for entity in loaded}
        self._dependants: dict[str, set[str]] = {}
        self._journal: list[tuple[str, Entity | None]] = []
        for entity in self._now.values():
            self._index(entity)

    def _index(self, entity: Entity) -> None:
        for subject in entity.depends:
            self._dependants.setdefault(subject, set()).add(entity.subject)

    def get(self, subject: str) -> Entity | None:
        """The thing as it stands at this point of the batch, or None if nobody told of it."""
        return self._now.get(subject)

    def put(self, entity: Entity) -> None:
        """Makes a decided change visible to the commands that follow."""
        self._journal.append((entity.subject, self._now.get(entity.subject)))
        self._now[entity.subject] = entity
        self._index(entity)

    def keep(self) -> None:
        """What was put stays: the command is accepted."""
        self._journal.clear()

    def undo(self) -> None:
        """Takes back what was put since the last keep(): the command is refused."""
        for subject, before in reversed(self._journal):
            if before is None:
                del self._now[subject]
            else:
                self._now[subject] = before
        self._journal.clear()

    def dependants(self, subject: str) -> Iterator[Entity]:
        """The things whose rows hang on this one, in key order."""
        for name in sorted(self._dependants.get(subject, ())):
            entity = self._now.get(name)
            if entity is not None and subject in entity.depends:
                yield entity


class Change(NamedTuple):
    """One entity before and after a decision, and the fact that tells of it."""

    before: Entity | None
    after: Entity
    type: str  # of the fact: the told event's own, or what followed from it
    data: Document  # the fact's data, as the thing now is; was and now are added by the writer
    caused_by: str | None = None  # dependant | clock; None for the told event's own fact
    key: str | None = None  # the record key, where it is not the subject (attendance: its activity's)
    stated: str | None = None  # a late change's stated time


class Decision(NamedTuple):
    """What a command comes to: changes (the told event's own first), or none, which is a duplicate. Refusals are raised.

    Dependants whose rows may have moved follow, with before = after where only their rows change; the writer drops those whose rows did not.
    """

    changes: Sequence[Change]
    told: bytes | None = None  # what the log keeps of the event, where its kind lets it keep less than was told


class Model(Protocol):
    """A room's rules. Pure: no clock, no disk, no wire of its own."""

    def touched(self, command: Command) -> Iterable[str]:
        """Subjects of this room that the command may change or must know: its own first, then those it refers to."""
        ...

    def trees(self, command: Command) -> Iterable[str]:
        """The trees (`area`, `organisation`) whose shape the command may change; their ancestors are loaded, one writer at a time."""
        ...

    def decide(self, command: Command, entities: Entities, clock: Clock) -> Decision:
        """The command's changes on these entities, put into them; raises RefusedError."""
        ...


Counting = Callable[[Entity, Entities], Sequence[Row]]
"""Every row an entity contributes, from its first day on. Pure; the writer diffs before and after."""
