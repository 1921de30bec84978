"""What a choice of letters comes to in PostgreSQL: dead letters, watermarks, rows; one transaction, the caller's."""

from collections.abc import Mapping
from typing import NamedTuple

from services.kernel.postgres.database import Connection
from services.metrics import deadletter, store
from services.metrics.model import Chosen, Partition, Watermark


class Written(NamedTuple):
    """What was written."""

    rows: int
    buried: int
    waiting: int | None  # rows that now wait to be merged; None if none were appended


async def write(connection: Connection, generation: int, before: Mapping[Partition, Watermark], chosen: Mapping[Partition, Chosen]) -> Written:
    """Writes these choices from the locked watermarks `before`; the rows come last, since they take everybody's commit number."""
    buried = await deadletter.bury(connection, generation, chosen)
    after = {partition: choice.watermark for partition, choice in chosen.items() if choice.watermark != before[partition]}
    await store.move_watermarks(connection, generation, before, after)
    letters = [letter for choice in chosen.values() for letter in choice.letters]
    if not letters:
        return Written(0, buried, None)
    waiting = await store.append(connection, generation, letters)
    return Written(sum(letter.lines for letter in letters), buried, waiting)
