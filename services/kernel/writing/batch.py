"""One batch, decided in memory: commands in their order become results, changed entities and facts. Pure."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from services.kernel.clock import Clock
from services.kernel.contracts.commands import Command
from services.kernel.contracts.facts import Row
from services.kernel.errors import Code, Problem, RefusedError, problem
from services.kernel.eventlog.append import Fact
from services.kernel.inbox.inbox import Name, Refused
from services.kernel.lifecycle.standing import Standing
from services.kernel.writing.model import Change, Counting, Entities, Entity, Model


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


class Batch:
    """Decides items one by one on the entities that were locked for them."""

    def __init__(self, model: Model, counting: Counting, clock: Clock, entities: Entities, known: dict[Name, bytes]) -> None:
        self._model = model
        self._counting = counting
        self._clock = clock
        self._entities = entities
        self._known = dict(known)
        self._rows: dict[str, Sequence[Row]] = {}
        self._outcome = Outcome([], {}, {}, [], [], [])

    def decide(self, items: Sequence[Command | Refused]) -> Outcome:
        """All items in their order; what one changes the next ones see."""
        for item in items:
            self._outcome.results.append(self._refuse(item, item.problem) if isinstance(item, Refused) else self._decide(item))
        return self._outcome

    def _refuse(self, refused: Refused, reason: Problem) -> Result:
        self._outcome.refused.append(refused)
        return Result(refused.id, "rejected", reason)

    def _decide(self, command: Command) -> Result:
        name = (command.source, command.id)
        if (content := self._known.get(name)) is not None:
            if content == command.content:
                return Result(command.id, "duplicate")
            told_before = problem(Code.CONFLICT, "this source told something else under this id before: give the new event an id of its own")
            return self._refuse(Refused(*name, told_before, command.told), told_before)
        self._count_before(command.subject)
        try:
            changes = self._model.decide(command, self._entities, self._clock).changes
        except RefusedError as error:
            self._entities.undo()
            return self._refuse(Refused(*name, error.problem, command.told), error.problem)
        for change in changes:
            self._entities.put(change.after)
        self._entities.keep()
        self._known[name] = command.content
        self._outcome.remembered.append(command)
        for position, change in enumerate(changes):
            self._record(command, change, own=position == 0)
        return Result(command.id, "accepted" if changes else "duplicate")

    def _count_before(self, subject: str) -> None:
        entity = self._entities.get(subject)
        for one in ([] if entity is None else [entity]) + list(self._entities.dependants(subject)):
            if one.subject not in self._rows:
                self._rows[one.subject] = self._counting(one, self._entities)

    def _record(self, command: Command, change: Change, *, own: bool) -> None:
        entity = change.after
        before, after = self._rows.get(entity.subject, ()), self._counting(entity, self._entities)
        was, now = _difference(before, after)
        if not own and not was and not now:
            return
        self._rows[entity.subject] = after
        if change.before is None:
            self._outcome.made[entity.subject] = entity
        elif entity.subject in self._outcome.made:
            self._outcome.made[entity.subject] = entity
        elif entity is not change.before:
            self._outcome.changed[entity.subject] = entity
        late = change.stated is not None and isinstance(entity.state, Standing)
        self._outcome.facts.append(
            Fact(
                type=change.type,
                subject=entity.subject,
                key=change.key or entity.subject,
                time=entity.state.newest if late and isinstance(entity.state, Standing) else command.time.isoformat(),
                data=change.data,
                was=was,
                now=now,
                causation=f"{command.source}#{command.id}",
                caused_by=change.caused_by,
                stated=change.stated,
                extensions=command.extensions,
                told=command.told if own else None,
            )
        )


def _difference(before: Sequence[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """What only before has, and what only after has, each as often as it has it more."""
    if not before:
        return [], list(after)
    old, new = Counter(before), Counter(after)
    return list((old - new).elements()), list((new - old).elements())
