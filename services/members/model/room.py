"""The members room's model: one decision for each event about the things it owns, with what follows for the links that hang on them."""

from collections.abc import Callable, Iterable

import msgspec

from services.kernel.clock import Clock
from services.kernel.contracts.checking import may_write
from services.kernel.contracts.commands import Command, Document
from services.kernel.errors import Code, Fault, refuse
from services.kernel.lifecycle import standing
from services.kernel.lifecycle.standing import Standing
from services.kernel.lifecycle.state import State
from services.kernel.writing.model import Change, Decision, Entities, Entity
from services.members.model.amounts import Unlink, decide_amount
from services.members.model.families import MAKES, TREES, references
from services.members.model.links import depended_on, heirs, link_life
from services.members.model.registers import decide_standing

DEPENDANT = "dependant"
LINK_ENDED = "org.wangge.link.ended.v1"
LINK_CHANGED = "org.wangge.link.changed.v1"

CheckKind = Callable[[str, Document], None]
"""Refuses what a kind does not declare (unknown-kind, invalid): the kind's id, and the whole document."""


class MembersModel:
    """Implements kernel.writing.model.Model for areas, organisations, members, units, entries, links and amounts."""

    def __init__(self, check_kind: CheckKind, unlink: Unlink) -> None:
        self._check_kind = check_kind
        self._unlink = unlink

    def touched(self, command: Command) -> Iterable[str]:
        """The thing itself, then everything of this room that the event points at."""
        return dict.fromkeys([command.subject, *(subject for _, subject in references(command))])

    def trees(self, command: Command) -> Iterable[str]:
        """The tree that a move or a merge changes; a new leaf cannot close a circle."""
        return (command.family,) if command.family in TREES and command.verb in ("moved", "merged") else ()

    def decide(self, command: Command, entities: Entities, clock: Clock) -> Decision:  # noqa: ARG002  the time is the event's
        """The event's changes, its own first, then those of the links whose life or place hangs on it."""
        entity = entities.get(command.subject)
        makes = command.verb in (MAKES.get(command.family), "recorded")
        if entity is None and not makes:
            raise refuse(Code.UNKNOWN_REFERENCE, f"Nobody told of {command.subject} yet: tell of it first", Fault("/subject", command.subject))
        if entity is None or not makes or not _says_what_is_known(command, entity):
            if entity is not None and not makes:
                may_write(command, entity.kind or command.family)
            self._check_references(command, entities)
        if command.family == "amount":
            decision = decide_amount(command, entity, self._unlink)
        else:
            own = decide_standing(command, entity, entities)
            decision = Decision(()) if own is None else Decision((own, *self._follow(own, entities)))
        if decision.changes and command.verb in ("changed", "corrected"):
            self._check_kind(decision.changes[0].after.kind or command.family, decision.changes[0].data)
        return decision

    def _check_references(self, command: Command, entities: Entities) -> None:
        faults = []
        for field, subject in references(command):
            known = entities.get(subject)
            if known is None or known.state.withdrawn:
                faults.append(Fault(f"/data/{field}", f"{subject} {'is not known' if known is None else 'was withdrawn: it never was'}"))
        if faults:
            raise refuse(Code.UNKNOWN_REFERENCE, "; ".join(fault.detail for fault in faults) + ". Tell of it first", *faults)

    def _follow(self, own: Change, entities: Entities) -> list[Change]:
        """What the change means for those that hang on the thing. Puts everything into the entities."""
        if own.before is None or own.after.family == "link" or not _moves_links(own.before.state, own.after.state):
            entities.put(own.after)
            return []
        hanging = list(entities.dependants(own.after.subject))
        lived = {one.subject: link_life(one, entities).goes_on for one in hanging}
        entities.put(own.after)
        return [self._restate(one, lived[one.subject], entities) for one in hanging]

    def _restate(self, hanging: Entity, lived: bool, entities: Entities) -> Change:
        state = hanging.state
        assert isinstance(state, Standing)
        after = hanging
        depends = depended_on(standing.present(state), entities) if hanging.family == "link" else heirs(hanging.subject, entities)
        if depends != hanging.depends:
            after = msgspec.structs.replace(hanging, depends=depends)
            entities.put(after)
        ended = hanging.family == "link" and lived and not link_life(after, entities).goes_on
        return Change(hanging, after, LINK_ENDED if ended else LINK_CHANGED, standing.present(state), caused_by=DEPENDANT)


def _moves_links(before: State, after: State) -> bool:
    """Whether a link that ends at this thing may live or stand otherwise than before."""
    if not isinstance(before, Standing) or not isinstance(after, Standing) or after.withdrawn or len(after.versions) == len(before.versions):
        return True
    was, now = before.versions[-1].data, after.versions[-1].data
    return was is None or now is None or any(was.get(field) != now.get(field) for field in ("area", "organisation", "until"))


def _says_what_is_known(command: Command, entity: Entity) -> bool:
    """A making event for what exists, with known data: a duplicate, whatever became of its places; a nightly dump is safe."""
    state = entity.state
    if not isinstance(state, Standing):
        return command.data in (state.first, state.data)
    known = command.data in (state.first, standing.present(state))
    if known and command.family == "member":
        return standing.rejoin(state, command.time, command.verb, command.data) is None
    return known
