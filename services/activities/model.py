"""The rules of activities and of the records about them. Pure: a command and the entities it touches become changes, or a refusal."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime

import msgspec

from services.activities.documents import check_activity, check_attendance, check_shift
from services.kernel.catalogue.catalogue import covered_by
from services.kernel.clock import Clock
from services.kernel.contracts.checking import may_write
from services.kernel.contracts.commands import Command, Document
from services.kernel.errors import Code, Fault, refuse
from services.kernel.lifecycle import record as records
from services.kernel.lifecycle.record import Record
from services.kernel.writing.model import Change, Decision, Entities, Entity

CORRECTED = "org.wangge.attendance.corrected.v1"
MAKING = frozenset({"planned", "held", "recorded", "logged"})
REFERRING = ("activity", "of", "by", "to", "who")
"""Fields that may name a thing of this room: an activity is the only family of ours that can be referred to."""

CheckKind = Callable[[str, Document], None]
"""Refuses what a kind does not declare (unknown-kind, invalid): the kind's id, and the whole document."""

Unlink = Callable[[Command, str], Command]
"""The command without its people where the kind is unlinkable (kernel.contracts.reading.Reader.unlinked)."""


class ActivitiesModel:
    """Implements kernel.writing.model.Model for activities, attendances, shifts and visits."""

    def __init__(self, check_kind: CheckKind, unlink: Unlink) -> None:
        self._check_kind = check_kind
        self._unlink = unlink

    def touched(self, command: Command) -> Iterator[str]:
        """The record itself, then the activities it names."""
        yield command.subject
        yield from (subject for _, subject in _activities_in(command))

    def trees(self, command: Command) -> Iterable[str]:  # noqa: ARG002
        """None: nothing of this room stands in a tree."""
        return ()

    def decide(self, command: Command, entities: Entities, clock: Clock) -> Decision:
        """The command's changes; none where it says what is known. Raises RefusedError."""
        entity = entities.get(command.subject)
        if entity is None and command.verb not in MAKING:
            raise refuse(Code.UNKNOWN_REFERENCE, f"nobody told of {command.subject} yet: tell of it first", Fault("/subject", "is not known"))
        kind = _kind(command, entity, entities)
        command = self._unlink(command, kind)
        state = _make(command) if entity is None else _restate(command, _record(entity))
        if state is None:
            return Decision(())
        _bar_writing(command, kind)
        if entity is not None and command.family == "attendance":
            _bar_writing(command, _kind_of(entities.get(entity.depends[0]), kind))  # of the activity it was at, should it be put to another one
        _bar_unknown(command, entities)
        if entity is not None:
            state = self._without_people(command, state, kind if command.family == "attendance" else state.data["kind"])
        self._check(command.family, state, entities, clock())
        after = _entity(command, state)
        own = Change(entity, after, command.type, _told(command, state), key=after.depends[0] if after.depends else None)
        return Decision((own, *self._dependants(command, after, entities)), command.told)

    def _without_people(self, command: Command, state: Record, kind: str) -> Record:
        """A record that was told of a linkable kind, and is of an unlinkable one now, names nobody any more."""
        data = self._unlink(msgspec.structs.replace(command, data=state.data), kind).data
        return state if data == state.data else msgspec.structs.replace(state, data=data)

    def _dependants(self, command: Command, own: Entity, entities: Entities) -> Iterator[Change]:
        """Attendances count where, when and whether their activity does, and name nobody where it is of an unlinkable kind."""
        if command.family != "activity":
            return
        about = msgspec.structs.replace(command, family="attendance")
        for entity in entities.dependants(command.subject):
            state = self._without_people(about, _record(entity), own.kind or own.family)
            after = entity if state is entity.state else msgspec.structs.replace(entity, state=state)
            yield Change(entity, after, CORRECTED, state.data, caused_by="dependant", key=command.subject)

    def _check(self, family: str, state: Record, entities: Entities, now: datetime) -> None:
        """Holds the whole document against the contract and its kind; a withdrawn one can be no worse than it was."""
        if state.withdrawn:
            return
        data = state.data
        if family == "activity":
            check_activity(data, now, held="held" in state.extra)
        elif family == "attendance":
            check_attendance(data)
            activity = entities.get(f"activity/{data['activity']}")
            assert activity is not None  # known, as every reference
            self._check_kind(_record(activity).data["kind"], data)
            return
        elif family == "shift":
            check_shift(data, now)
        self._check_kind(data["kind"], data)


def _kind(command: Command, entity: Entity | None, entities: Entities) -> str:
    """The kind that decides who may write the record and whether it may name people: its own as it was, of an attendance its activity's."""
    if command.family == "attendance":
        named = command.data.get("activity")
        subject = entity.depends[0] if entity is not None and not named else f"activity/{named}"
        entity = entities.get(subject)
    known = command.kind if entity is None else entity.kind
    return known or command.family


def _kind_of(entity: Entity | None, otherwise: str) -> str:
    return otherwise if entity is None or entity.kind is None else entity.kind


def _bar_writing(command: Command, kind: str) -> None:
    """Raises not-allowed where the source may not write this kind; a right to all attendance holds at every activity."""
    if not (command.family == "attendance" and covered_by("attendance", command.kinds)):
        may_write(command, kind)


def _bar_unknown(command: Command, entities: Entities) -> None:
    """Raises unknown-reference where the event names an activity that nobody told of, or that never was."""
    faults = []
    for field, subject in _activities_in(command):
        known = entities.get(subject)
        if subject != command.subject and (known is None or known.state.withdrawn):
            faults.append(Fault(f"/data/{field}", f"{subject} {'is not known' if known is None else 'was withdrawn: it never was'}"))
    if faults:
        raise refuse(Code.UNKNOWN_REFERENCE, f"{'; '.join(fault.detail for fault in faults)}. Tell of it first", *faults)


def _make(command: Command) -> Record:
    told = {"held": command.data} if command.verb == "held" else {}
    return records.make(command.time, command.data, told)


def _restate(command: Command, state: Record) -> Record | None:
    """What is known, after the command; None where it stays as it is."""
    match command.verb:
        case "planned" | "recorded" | "logged":
            records.repeated(state, command.data)
            return None
        case "held":
            return _hold(command, state)
        case "cancelled":
            return _cancel(command, state)
        case "withdrawn":
            return records.withdraw(state)
        case _:
            return records.correct(state, command.data)


def _hold(command: Command, state: Record) -> Record | None:
    """Completes a plan, once: the fields of the holding replace the plan's, the others stay."""
    if "held" in state.extra or state.withdrawn:
        records.repeated(state, command.data, state.extra.get("held", state.first))
        return None
    if "cancelled" in state.extra:
        raise refuse(Code.ILLEGAL_TRANSITION, "it was cancelled; from there it can only be withdrawn. Tell what took place after all under a new key.")
    return msgspec.structs.replace(state, data={**state.data, **command.data}, extra={**state.extra, "held": command.data})


def _cancel(command: Command, state: Record) -> Record | None:
    records.bar_withdrawn(state)
    if "cancelled" in state.extra:
        return None
    reason = {name: value for name, value in command.data.items() if name != "activity"}
    return msgspec.structs.replace(state, extra={**state.extra, "cancelled": reason})


def _entity(command: Command, state: Record) -> Entity:
    kind = state.data.get("kind")
    depends = (f"activity/{state.data['activity']}",) if command.family == "attendance" else ()
    return Entity(command.subject, command.family, kind, None, depends, state)


def _told(command: Command, state: Record) -> Document:
    """The fact's data: the record as it now is, and the reason that an end of it was given."""
    reason = command.data.get("reason") if command.verb in ("cancelled", "withdrawn") else None
    return state.data if reason is None else {**state.data, "reason": reason}


def _activities_in(command: Command) -> Iterator[tuple[str, str]]:
    """(field, activity/key) of every activity that the event names beside the one it is about."""
    for field in REFERRING:
        value = command.data.get(field)
        if field == "activity" and value and command.family != "activity":
            yield field, f"activity/{value}"
        elif field != "activity" and isinstance(value, str) and value.startswith("activity/"):
            yield field, value
    for host in command.data.get("hosts") or ():
        if host.startswith("activity/"):
            yield "hosts", host
    yield from (found for found in command.references_in_attributes() if found[1].startswith("activity/"))


def _record(entity: Entity) -> Record:
    assert isinstance(entity.state, Record)
    return entity.state
