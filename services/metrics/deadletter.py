"""Records that could not be read or counted: kept with their reason, in the transaction that moves the watermark past them, and never too many."""

from collections.abc import Mapping

from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load
from services.metrics.model import Chosen, Partition, Watermark, cut

_SQL = load("services.metrics", "sql/deadletter.sql")
WINDOW = 1000
"""The reject budget counts the last so many sequences of a partition."""


async def keep_to_budget(
    connection: Connection, generation: int, chosen: Mapping[Partition, Chosen], before: Mapping[Partition, Watermark], budget: int
) -> dict[Partition, Chosen]:
    """The same choices, cut where a partition would bury more than its budget among its last facts.

    What is counted stands in the database, so a restarted worker, or the next one, has no fresh budget: only code that can read the facts goes on.
    """
    kept: dict[Partition, Chosen] = {}
    for partition, choice in chosen.items():
        faults = sum(letter.fault is not None for letter in choice.letters)
        if faults:
            buried = await connection.fetchval(_SQL.count_recent, generation, *partition, before[partition].sequence, WINDOW)
            allowed = max(0, budget - int(buried))
            kept[partition] = choice if faults <= allowed else cut(choice, allowed, before[partition])
        else:
            kept[partition] = choice
    return kept


async def bury(connection: Connection, generation: int, chosen: Mapping[Partition, Chosen]) -> int:
    """Keeps the unreadable and the foreign letters of these choices; returns how many they are."""
    dead = [
        (*partition, letter.sequence, letter.offset, letter.fault or "", letter.body)
        for partition, choice in chosen.items()
        for letter in (*choice.letters, *choice.foreign)
        if letter.fault is not None
    ]
    if dead:
        await connection.execute(_SQL.bury, generation, *(list(column) for column in zip(*dead, strict=True)))
    return len(dead)
