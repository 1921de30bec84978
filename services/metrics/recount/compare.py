"""The live tables against the log: what the facts put and took back, added up by other means than the processor's."""

from typing import Any, NamedTuple

import msgspec

from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.metrics", "sql/recount.sql")


class Difference(NamedTuple):
    """One place where the live figure and the recount disagree."""

    cell: str
    live: int
    recounted: int


class Compared(NamedTuple):
    """How much was looked at, and what differed."""

    cells: int
    events: int
    differences: list[Difference]


def _name(table: str, row: Any) -> str:
    parts = {key: value for key, value in row.items() if value is not None and key not in {"live", "recounted", "live_count", "recounted_count"}}
    return f"{table} {msgspec.json.encode(parts, enc_hook=str).decode()}"


async def compare_with_log(connection: Connection) -> Compared:
    """Recounts up to the watermarks, in the snapshot of the caller's transaction: cells, unmerged rows, rows and presence.

    A fact that the processor put aside is a difference too: it was told, and no figure has it.
    """
    marks = await connection.fetchrow(_SQL.read_snapshot)
    assert marks is not None  # the migration writes it
    generation, merged = marks["live"], marks["merged"]
    await connection.execute(_SQL.unfold_log.replace("$1", str(int(generation))))  # CREATE TABLE AS takes no parameters
    found = {
        "dead letter": await connection.fetch(_SQL.list_dead_letters, generation),
        "cell": await connection.fetch(_SQL.differ_in_cells, generation, merged),
        "row": await connection.fetch(_SQL.differ_in_rows, generation),
        "presence": await connection.fetch(_SQL.differ_in_presence, generation, merged),
    }
    differences = [Difference(_name(table, row), int(row["live"]), int(row["recounted"])) for table, rows in found.items() for row in rows]
    cells = await connection.fetchval(_SQL.count_cells, generation)
    events = await connection.fetchval(_SQL.count_events, generation)
    return Compared(cells, events, differences)
