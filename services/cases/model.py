"""The rules of cases: opening, moving through the workflow of their kind, assignment. Pure: a command and entities become changes, or a refusal."""

from collections.abc import Callable, Iterable, Iterator

import msgspec

from services.cases.workflows import Workflows
from services.kernel.clock import Clock
from services.kernel.contracts.checking import may_write
from services.kernel.contracts.commands import Command, Document
from services.kernel.errors import Code, Fault, RefusedError, refuse
from services.kernel.lifecycle import standing
from services.kernel.lifecycle.stamps import stamp
from services.kernel.lifecycle.standing import Standing, Told
from services.kernel.writing.model import Change, Decision, Entities, Entity

CheckKind = Callable[[str, Document], None]
"""Refuses what a kind does not declare (unknown-kind, invalid): the kind's id, and the whole document."""

Unlink = Callable[[Command, str], Command]
"""The command without its people where the kind is unlinkable (kernel.contracts.reading.Reader.unlinked)."""

KEPT = ("state", "into", "person")
"""Fields of a case that moves and assignments set and an opening cannot tell, but for the state of one that is taken over."""


class CasesModel:
    """Implements kernel.writing.model.Model for cases."""

    def __init__(self, workflows: Workflows, check_kind: CheckKind, unlink: Unlink) -> None:
        self._workflows = workflows
        self._check_kind = check_kind
        self._unlink = unlink

    def touched(self, command: Command) -> Iterator[str]:
        """The case itself, then the cases it names."""
        yield command.subject
        yield from (subject for _, subject in _cases_in(command))

    def trees(self, command: Command) -> Iterable[str]:  # noqa: ARG002
        """None: cases have parents, but nothing is counted along them."""
        return ()

    def decide(self, command: Command, entities: Entities, clock: Clock) -> Decision:  # noqa: ARG002  the time is the event's
        """The command's changes; none where it says what is known. Raises RefusedError."""
        entity = entities.get(command.subject)
        if entity is None and command.verb != "opened":
            raise refuse(Code.UNKNOWN_REFERENCE, f"nobody told of {command.subject} yet: tell of it first", Fault("/subject", "is not known"))
        if entity is not None and command.verb == "opened":
            _bar_other(_case(entity), command.data)
            return Decision(())
        if entity is not None and entity.kind is not None:
            may_write(command, entity.kind)
            command = self._unlink(command, entity.kind)
        told = self._open(command) if entity is None else self._restate(command, _case(entity), entities)
        if told is None:
            return Decision(())
        _bar_unknown(command, entities)
        told = self._without_people(command, told)
        data = standing.present(told.state)
        after = Entity(command.subject, "case", data["kind"], None, (), told.state)
        return Decision((Change(entity, after, command.type, _fact(command, data), stated=told.stated),), command.told)

    def _without_people(self, command: Command, told: Told) -> Told:
        """A case that becomes of an unlinkable kind names nobody from then on."""
        last = told.state.versions[-1]
        if last.data is None:
            return told
        data = self._unlink(msgspec.structs.replace(command, data=last.data), last.data["kind"]).data
        if data == last.data:
            return told
        versions = [*told.state.versions[:-1], msgspec.structs.replace(last, data=data)]
        return told._replace(state=msgspec.structs.replace(told.state, versions=versions))

    def _restate(self, command: Command, case: Standing, entities: Entities) -> Told | None:
        """What is known of a case, after the command; None where it stays as it is."""
        match command.verb:
            case "withdrawn":
                withdrawn = standing.withdraw(case)
                return None if withdrawn is None else Told(withdrawn, case.newest, None)
            case "moved":
                return self._move(command, case, entities)
            case "assigned":
                who = {"organisation": command.data["organisation"], "person": command.data.get("person")}
                return standing.change(case, command.time, who, "assigned")
            case _:
                return self._change(command, case)

    def _open(self, command: Command) -> Told:
        data = command.data
        self._check_kind(data["kind"], data)
        initial = self._workflows.initial(data["kind"])
        state = data.get("state", initial)
        if "state" in data and not data.get("opening"):
            raise _invalid("state", f"a case opens as {initial}; only an opening (opening: true) says in which state it is taken over")
        self._bar_stateless("state", data["kind"], state)
        made = standing.make(command.time, "opened", data)
        first = msgspec.structs.replace(made.versions[0], data={**data, "state": state})
        return Told(msgspec.structs.replace(made, versions=[first]), first.at, None)

    def _move(self, command: Command, case: Standing, entities: Entities) -> Told | None:
        """A move; told late it holds from the newest told time, unless the state was set by an event dated after it."""
        present, data = standing.present(case), command.data
        to, into = data["to"], data.get("into")
        extra = {"to": to, **{name: data[name] for name in ("amount_fen",) if data.get(name) is not None}}
        told = standing.change(case, command.time, {"state": to, "into": into}, "moved", extra)
        says_no_more = to == present["state"] and "amount_fen" not in extra and into == present.get("into")
        if says_no_more or _state_set_after(case, command):
            return None
        self._workflows.bar_illegal(present["kind"], present["state"], to)
        if into is not None:
            self._bar_merge(command, present["kind"], entities)
        return told

    def _change(self, command: Command, case: Standing) -> Told | None:
        patch = {name: value for name, value in command.data.items() if name != "case"}
        told = standing.change(case, command.time, patch)
        if told is None:
            return None
        data = standing.present(told.state)
        self._check_kind(data["kind"], data)
        self._bar_stateless("kind", data["kind"], data["state"])
        return told

    def _bar_stateless(self, field: str, kind: str, state: str) -> None:
        names = self._workflows.names(kind)
        if state not in names:
            raise _invalid(field, f"{kind} has no state {state}; it has {', '.join(names)}")

    def _bar_merge(self, command: Command, kind: str, entities: Entities) -> None:
        """A case is merged by a move into a final state, and never into one that was merged into it."""
        if not self._workflows.state(kind, command.data["to"]).final:
            finals = [name for name in self._workflows.names(kind) if self._workflows.state(kind, name).final]
            raise _invalid("into", f"a merged case is closed: move it to one of {', '.join(finals)}")
        other = entities.get(f"case/{command.data['into']}")
        gone = None if other is None else standing.present(_case(other)).get("into")
        if gone is not None and f"case/{gone}" == command.subject:
            raise _invalid("into", f"{command.data['into']} was merged into this case")


def _bar_other(case: Standing, data: Document) -> None:
    """Raises conflict unless an opening repeats the first or the present data; what only later events tell need not be repeated."""
    present = standing.present(case)
    kept = {name: present[name] for name in KEPT if name in present and name not in data}
    if {**data, **kept} != present:
        standing.repeated(case, data)


def _bar_unknown(command: Command, entities: Entities) -> None:
    """Raises where the event names a case that nobody told of, that never was, or that is the case itself."""
    for field, subject in _cases_in(command):
        known = entities.get(subject)
        if subject == command.subject and field in ("parent", "into"):
            raise _invalid(field, "a case cannot name itself here")
        if subject != command.subject and (known is None or known.state.withdrawn):
            detail = f"{subject} {'is not known' if known is None else 'was withdrawn: it never was'}"
            raise refuse(Code.UNKNOWN_REFERENCE, f"{detail}. Tell of it first", Fault(f"/data/{field}", detail))


def _state_set_after(case: Standing, command: Command) -> bool:
    """Whether the state was told by an event dated after this one. The state every case opens in is nobody's telling."""
    opened = case.versions[0].at if "state" in case.first else ""
    return case.set_at.get("state", opened) > stamp(command.time)


def _fact(command: Command, data: Document) -> Document:
    """The fact's data: the case as it now is, and what this event told beside its fields."""
    beside = {name: command.data[name] for name in ("by", "reason") if command.data.get(name) is not None}
    if command.verb == "moved" and command.data.get("amount_fen") is not None:
        beside["settled_fen"] = command.data["amount_fen"]
    return {**data, **beside}


def _cases_in(command: Command) -> Iterator[tuple[str, str]]:
    for field in ("parent", "into", "of", "by"):
        value = command.data.get(field)
        if isinstance(value, str) and field in ("parent", "into"):
            yield field, f"case/{value}"
        elif isinstance(value, str) and value.startswith("case/"):
            yield field, value
    yield from (found for found in command.references_in_attributes() if found[1].startswith("case/"))


def _case(entity: Entity) -> Standing:
    assert isinstance(entity.state, Standing)
    return entity.state


def _invalid(field: str, detail: str) -> RefusedError:
    return refuse(Code.INVALID, f"{field}: {detail}", Fault(f"/data/{field}", detail))
