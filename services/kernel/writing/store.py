"""A room's entities in PostgreSQL: read and locked for a batch; new ones copied in, known ones written with one statement."""

from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import msgspec

from services.kernel.contracts.commands import Command
from services.kernel.lifecycle.state import State
from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load
from services.kernel.writing.model import Entities, Entity, Model

_decode = msgspec.json.Decoder(State).decode
_encode = msgspec.json.Encoder().encode
_subject = attrgetter("subject")
_COLUMNS = ("subject", "family", "kind", "parent", "depends", "state")


def _entity(row: Any) -> Entity:
    return Entity(row["subject"], row["family"], row["kind"], row["parent"], tuple(row["depends"]), _decode(row["state"]))


class EntityStore:
    """The entity table of one room."""

    def __init__(self, room: str) -> None:
        self._room = room
        self._sql = load("services.kernel.writing", "entities.sql", room=room)

    async def lock_for(self, connection: Connection, model: Model, commands: Sequence[Command]) -> Entities:
        """All that these commands may change or must know, locked: each tree by its lock, then things in key order."""
        own = {command.subject for command in commands}
        referred = {subject for command in commands for subject in model.touched(command)} - own
        trees = {tree for command in commands for tree in model.trees(command)}
        loaded = []
        if trees:
            nodes = {subject for subject in own | referred if subject.partition("/")[0] in trees}
            loaded = await self.lock_trees(connection, trees, nodes)
        loaded += await self.lock(connection, list(own), list(referred)) if own else []
        return Entities(loaded)

    async def lock(self, connection: Connection, own: Sequence[str], referred: Sequence[str]) -> list[Entity]:
        """The things a batch may change, those that hang on them, and those that either refers to, as far as they exist; locked."""
        rows = list(await connection.fetch(self._sql.lock_own, sorted(own)))
        rows += await connection.fetch(self._sql.lock_dependants, sorted(own))
        held = {row["subject"]: row for row in rows}
        wanted = {*referred, *(subject for row in rows for subject in row["depends"])} - held.keys()
        while wanted:  # once; again only where something referred to hangs on others itself, as a merged node does
            found = {row["subject"]: row for row in await connection.fetch(self._sql.lock_referred, sorted(wanted))}
            held |= found
            wanted = {subject for row in found.values() for subject in row["depends"]} - held.keys() - wanted
        return [_entity(row) for row in held.values()]

    async def lock_trees(self, connection: Connection, trees: Iterable[str], nodes: Iterable[str]) -> list[Entity]:
        """Takes the locks of these trees, then reads the nodes' ancestors."""
        for tree in sorted(trees):
            await connection.execute(self._sql.lock_tree, tree)
        return [_entity(row) for row in await connection.fetch(self._sql.read_ancestors, sorted(nodes))]

    async def save(self, connection: Connection, made: Sequence[Entity], changed: Sequence[Entity]) -> None:
        """Writes new and changed things. A unique violation among the new means that another writer was quicker: decide again."""
        if made:
            records = [(one.subject, one.family, one.kind, one.parent, one.depends, _encode(one.state).decode()) for one in sorted(made, key=_subject)]
            await connection.copy_records_to_table("entity", schema_name=self._room, columns=_COLUMNS, records=records)
        if changed:
            ordered = sorted(changed, key=_subject)
            await connection.execute(
                self._sql.update_entities,
                [entity.subject for entity in ordered],
                [entity.kind for entity in ordered],
                [entity.parent for entity in ordered],
                [" ".join(entity.depends) for entity in ordered],
                [_encode(entity.state).decode() for entity in ordered],
            )

    async def read(self, connection: Connection, subject: str) -> Entity | None:
        """One thing, or None."""
        row = await connection.fetchrow(self._sql.read_entity, subject)
        return None if row is None else _entity(row)
