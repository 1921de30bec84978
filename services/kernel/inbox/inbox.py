"""What was said before: (source, id) with the content's hash, across all rooms; and what was refused."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec

from services.kernel.contracts.commands import Command
from services.kernel.errors import Problem
from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.kernel.inbox", "inbox.sql")
Name = tuple[str, str]
"""(source, id)"""


class Refused(NamedTuple):
    """An event that was refused, with what may be kept of it."""

    source: str
    id: str
    problem: Problem
    masked: bytes  # JSON
    content: bytes | None = None  # the hash of what was told, where that could be read


async def find_known(connection: Connection, names: Iterable[Name]) -> dict[Name, bytes]:
    """The contents under which these names are remembered."""
    wanted = sorted(set(names))
    rows = await connection.fetch(_SQL.find_known, [name[0] for name in wanted], [name[1] for name in wanted])
    return {(row["source"], row["id"]): row["content"] for row in rows}


async def remember(connection: Connection, commands: Sequence[Command], owner: str) -> None:
    """Notes what was accepted or recognised, and clears earlier refusals of the same names.

    A unique violation means that another writer was quicker: decide again.
    """
    if not commands:
        return
    records = sorted((command.source, command.id, command.content, owner) for command in commands)
    await connection.copy_records_to_table("inbox", schema_name="log", columns=("source", "id", "content", "owner"), records=records)
    await connection.execute(_SQL.clear_refused, [record[0] for record in records], [record[1] for record in records])


async def keep_refused(connection: Connection, refused: Sequence[Refused], owner: str) -> None:
    """Keeps refused events with their reason; the last one is kept where a name stands several times, and all are counted."""
    last = {(one.source, one.id): one for one in refused}
    if not last:
        return
    times = Counter((one.source, one.id) for one in refused)
    rows = [last[name] for name in sorted(last)]
    problems = [msgspec.json.encode(row.problem.as_json()).decode() for row in rows]
    await connection.execute(
        _SQL.keep_refused,
        [row.source for row in rows],
        [row.id for row in rows],
        [row.problem.code for row in rows],
        problems,
        [row.masked.decode() for row in rows],
        owner,
        [times[row.source, row.id] for row in rows],
    )
