"""One batch, decided in memory: commands in their order become results, changed entities and facts. Pure."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from typing import NamedTuple

import msgspec

from services.kernel.clock import Clock
from services.kernel.contracts.commands import Command
from services.kernel.contracts.facts import Row
from services.kernel.errors import Code, Problem, RefusedError, problem, refuse
from services.kernel.eventlog.append import Fact
from services.kernel.inbox.inbox import Name, Refused
from services.kernel.lifecycle.standing import Standing
from services.kernel.writing.model import Change, Counting, Entities, Entity, Model

Mask = Callable[[Command, Problem], bytes]
"""What may be kept of a refused command, as JSON (kernel.contracts.reading.Reader.masked_told)."""

TOLD_BEFORE = problem(Code.CONFLICT, "this source told something else under this id before: give the new event an id of its own")


class Result(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one event: accepted, duplicate, rejected (problem says why) or unavailable (not known to be stored: send again)."""

    id: str
    status: str
    problem: Problem | None = None


class Outcome(msgspec.Struct):
    """What a batch comes to, before it is written."""

    results: list[Result]
    made: dict[str, Entity]
    changed: dict[str, Entity]
    facts: list[Fact]
    remembered: list[Command]
    refused: list[Refused]
    contradicted: list[Refused]  # refused because something else was accepted under their names: before this batch, or earlier in it


class _Counted(NamedTuple):
    """A change with the rows its thing now has, and the difference its fact carries."""

    change: Change
    rows: Sequence[Row]
    was: list[Row]
    now: list[Row]


class Batch:
    """Decides items one by one on the entities that were locked for them. Days up to `closed` are not to be changed any more (None: all may)."""

    def __init__(
        self,
        model: Model,
        counting: Counting,
        clock: Clock,
        entities: Entities,
        known: dict[Name, bytes],
        mask: Mask = lambda command, _: command.told,
        closed: date | None = None,
    ) -> None:
        self._model = model
        self._counting = counting
        self._clock = clock
        self._entities = entities
        self._known = dict(known)
        self._mask = mask
        self._closed = closed
        self._rows: dict[str, Sequence[Row]] = {}
        self._outcome = Outcome([], {}, {}, [], [], [], [])

    def decide(self, items: Sequence[Command | Refused]) -> Outcome:
        """All items in their order; what one changes the next ones see."""
        for item in items:
            content = self._known.get((item.source, item.id))
            if content is not None:
                result = self._recognise(item, content)
            else:
                result = self._refuse(item) if isinstance(item, Refused) else self._decide(item)
            self._outcome.results.append(result)
        return self._outcome

    def _recognise(self, item: Command | Refused, content: bytes) -> Result:
        """What was accepted before is never judged again, also where it would be refused today."""
        if item.content == content:
            return Result(item.id, "duplicate")
        kept = item.masked if isinstance(item, Refused) else self._mask(item, TOLD_BEFORE)
        self._outcome.contradicted.append(Refused(item.source, item.id, TOLD_BEFORE, kept))
        return Result(item.id, "rejected", TOLD_BEFORE)

    def _refuse(self, refused: Refused) -> Result:
        self._outcome.refused.append(refused)
        return Result(refused.id, "rejected", refused.problem)

    def _decide(self, command: Command) -> Result:
        name = (command.source, command.id)
        self._count_before(command.subject)
        try:
            counted, told = self._change(command)
        except RefusedError as error:
            self._entities.undo()
            return self._refuse(Refused(*name, error.problem, self._mask(command, error.problem)))
        self._entities.keep()
        self._known[name] = command.content
        self._outcome.remembered.append(command)
        for position, one in enumerate(counted):
            self._keep(one)
            if position == 0 or one.was or one.now:  # a dependant of which no figure moved has nothing to tell
                self._rows[one.change.after.subject] = one.rows
                self._outcome.facts.append(_fact(command, one, _holds_from(command, counted[0].change), told if position == 0 else None))
        return Result(command.id, "accepted" if counted else "duplicate")

    def _count_before(self, subject: str) -> None:
        entity = self._entities.get(subject)
        for one in ([] if entity is None else [entity]) + list(self._entities.dependants(subject)):
            if one.subject not in self._rows:
                self._rows[one.subject] = self._counting(one, self._entities)

    def _change(self, command: Command) -> tuple[list[_Counted], bytes]:
        changes, told = self._model.decide(command, self._entities, self._clock)
        for change in changes:
            self._entities.put(change.after)
        counted = []
        for change in changes:
            rows = self._counting(change.after, self._entities)
            counted.append(_Counted(change, rows, *_difference(self._rows.get(change.after.subject, ()), rows)))
        if self._closed is not None:
            _bar_closed(counted, self._closed)
        return counted, told or command.told

    def _keep(self, one: _Counted) -> None:
        """A new or changed entity is written; one of which only the rows moved is as it was."""
        entity = one.change.after
        if one.change.before is None or entity.subject in self._outcome.made:
            self._outcome.made[entity.subject] = entity
        elif entity is not one.change.before:
            self._outcome.changed[entity.subject] = entity


def _fact(command: Command, one: _Counted, time: str, told: bytes | None) -> Fact:
    change = one.change
    return Fact(
        type=change.type,
        subject=change.after.subject,
        key=change.key or change.after.subject,
        time=time,
        data=change.data,
        was=one.was,
        now=one.now,
        causation=f"{command.source}#{command.id}",
        caused_by=change.caused_by,
        stated=change.stated,
        extensions=command.extensions,
        told=told,
    )


def _holds_from(command: Command, own: Change) -> str:
    """The time a change holds from: the event's, or, told late, the newest told time of its thing."""
    state = own.after.state
    return state.newest if own.stated is not None and isinstance(state, Standing) else command.time.isoformat()


def _difference(before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """What only before has, and what only after has, each as often as it has it more."""
    if not before:
        return [], list(after)
    old, new = Counter(before), Counter(after)
    return list((old - new).elements()), list((new - old).elements())


def _bar_closed(counted: Sequence[_Counted], closed: date) -> None:
    """Raises too-late if any figure of a closed day would change. A stretch that only ends otherwise changes no day before its earlier end."""
    moved: Counter[tuple[object, ...]] = Counter()
    for one in counted:
        for sign, rows in ((-1, one.was), (1, one.now)):
            for row in rows:
                face = row._replace(day=date.min, until=None)
                moved[face, row.day] += sign
                if row.until != row.day:
                    moved[face, row.until or date.max] -= sign
    changed = [day for (_, day), count in moved.items() if count and isinstance(day, date) and day <= closed]
    if changed:
        raise refuse(Code.TOO_LATE, f"it would change figures of {min(changed)}, and days up to {closed} are closed: ask the operator to open them")
