"""Areas, organisations, members, units, entries, links: things that change at a moment."""

import msgspec

from services.kernel.contracts.commands import Command
from services.kernel.errors import Code, Fault, refuse
from services.kernel.lifecycle import standing
from services.kernel.lifecycle.standing import Standing, Told
from services.kernel.writing.model import Change, Entities, Entity
from services.members.model.families import MAKES, TREES, fields_of
from services.members.model.links import depended_on, heirs
from services.members.model.trees import check_place


def decide_standing(command: Command, entity: Entity | None, entities: Entities) -> Change | None:
    """What the event makes of the thing itself, or None for a duplicate; raises RefusedError."""
    if entity is None:
        return _make(command, entities)
    state = entity.state
    assert isinstance(state, Standing)
    if command.verb == "withdrawn":
        withdrawn = standing.withdraw(state)
        return None if withdrawn is None else _changed(command, entity, Told(withdrawn, state.newest, None), None, entity.depends)
    parent, depends = entity.parent, entity.depends
    if command.verb == MAKES[command.family]:
        if command.family != "member":
            standing.repeated(state, command.data)
            return None
        told = standing.rejoin(state, command.time, command.verb, command.data)
    elif command.verb in ("ended", "left"):
        told = standing.end(state, command.time, command.verb, fields_of(command))
    elif command.verb == "merged":
        parent = check_place(command, "into", entities)
        told = _merge(command, state, parent)
        depends = () if parent is None else (parent, *heirs(parent, entities))
    else:
        told, parent = _change(command, entity, state, entities)
    return None if told is None else _changed(command, entity, told, parent, depends)


def _make(command: Command, entities: Entities) -> Change:
    parent = check_place(command, "parent", entities) if command.family in TREES else None
    kind = command.kind or ("member" if command.family == "member" else None)
    depends = depended_on(command.data, entities) if command.family == "link" else ()
    state = standing.make(command.time, command.verb, command.data)
    return Change(None, Entity(command.subject, command.family, kind, parent, depends, state), command.type, command.data)


def _change(command: Command, entity: Entity, state: Standing, entities: Entities) -> tuple[Told | None, str | None]:
    """A change, a move in the tree or a transfer; with the tree's edge as it then is."""
    patch, extra = fields_of(command), None
    own_field = {"moved": "parent", "transferred": "organisation"}.get(command.verb)
    if own_field is not None:
        extra = {name: value for name, value in patch.items() if name != own_field}
        patch = {own_field: patch.get(own_field)}
        if patch[own_field] == standing.present(state).get(own_field):
            extra = None  # where it is already: nothing would change, whatever the reason
    told = standing.change(state, command.time, patch, command.verb, extra)
    moves = told is not None and command.verb == "moved"
    return told, check_place(command, "parent", entities) if moves else entity.parent


def _merge(command: Command, state: Standing, into: str | None) -> Told | None:
    """The end of a node that goes on elsewhere: told again it is a duplicate, into another or after an end a conflict."""
    if into is None:
        raise refuse(Code.INVALID, "into is missing: say what it went into", Fault("/data/into", "missing"))
    over = standing.ended(state)
    if over is not None and not state.withdrawn and over.extra.get("into") != command.data["into"]:
        how = f"merged into {over.extra['into']}" if "into" in over.extra else "ended"
        raise refuse(Code.CONFLICT, f"It was {how} at {over.at}: it cannot be merged any more.")
    told = standing.end(state, command.time, command.verb, fields_of(command))
    if told is None and over is None:
        raise refuse(Code.CONFLICT, f"Its last live day was {standing.present(state)['until']}: it cannot be merged any more.")
    return told


def _changed(command: Command, entity: Entity, told: Told, parent: str | None, depends: tuple[str, ...]) -> Change:
    data = standing.present(told.state)
    over = standing.ended(told.state)
    kind = data.get("kind")
    after = msgspec.structs.replace(entity, state=told.state, parent=parent, depends=depends, kind=kind if isinstance(kind, str) else entity.kind)
    return Change(entity, after, command.type, data if over is None else data | over.extra, stated=told.stated)
