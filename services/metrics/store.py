"""What the processor and the rebuild say to PostgreSQL: watermarks, lines, axes. All of it runs in the caller's transaction."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from itertools import chain

import asyncpg

from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load
from services.metrics.lines import COLUMNS, copy_of
from services.metrics.model import Axes, Letter, Partition, Watermark

_SQL = load("services.metrics", "sql/store.sql")
_AXES_AT_ONCE = 10_000


class WatermarkMovedError(Exception):
    """A watermark was not where this transaction had read it, which the lock on it should have made impossible; nothing is written."""


async def read_live(connection: Connection) -> int:
    """The live generation at this moment."""
    return int(await connection.fetchval(_SQL.read_live))


async def hold_live(connection: Connection) -> int:
    """The live generation, which stays so until the transaction ends."""
    return int(await connection.fetchval(_SQL.hold_live))


async def lock_watermarks(connection: Connection, generation: int, partitions: Iterable[Partition]) -> dict[Partition, Watermark]:
    """Locks the watermarks of these partitions in order and tells where they stand."""
    topics, numbers = _columns(partitions, 2)
    return _watermarks(await connection.fetch(_SQL.lock_watermarks, generation, topics, numbers))


async def read_watermarks(connection: Connection, generation: int) -> dict[Partition, Watermark]:
    """Where a generation's watermarks stand."""
    return _watermarks(await connection.fetch(_SQL.read_watermarks, generation))


async def move_watermarks(connection: Connection, generation: int, before: Mapping[Partition, Watermark], after: Mapping[Partition, Watermark]) -> None:
    """Moves watermarks from where they were read; WatermarkMovedError if one of them stands elsewhere by now."""
    moves = [(*partition, now.epoch, before[partition].sequence, now.sequence, now.topic_id, now.next_offset) for partition, now in after.items()]
    if moves and await connection.execute(_SQL.move_watermarks, generation, *_columns(moves, 7)) != f"UPDATE {len(moves)}":
        raise WatermarkMovedError(f"generation {generation}: {sorted(after)}")


async def append(connection: Connection, generation: int, letters: Sequence[Letter]) -> int:
    """Appends the letters' lines as one commit and wakes the readers; returns how many rows then wait to be merged.

    The last thing a transaction does: it holds everybody's counter.
    """
    taken = await connection.fetchrow(_SQL.take_number, generation, sum(letter.lines for letter in letters))
    assert taken is not None
    records = list(chain.from_iterable(letter.packed for letter in letters))
    if records:
        source = _pieces(copy_of(taken["n"], records))
        await connection.copy_to_table(f"fresh_{generation}", schema_name="metrics", columns=COLUMNS, format="binary", source=source)
    await connection.execute(_SQL.wake_readers, generation, taken["n"])
    return int(taken["waiting"])


async def _pieces(pieces: Iterable[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def number_axes(connection: Connection, generation: int, axes: Iterable[Axes]) -> dict[Axes, int]:
    """The numbers of these axes, given where they had none. Axes stay when a later transaction fails: one without lines counts nothing.

    A unique violation means that another worker gave one of them its number meanwhile: try again.
    """
    wanted = list(set(axes))
    found = {wanted[row["place"] - 1]: row["axis"] for row in await connection.fetch(_SQL.find_axes, generation, *_columns(wanted, 5))} if wanted else {}
    missing = sorted((one for one in wanted if one not in found), key=_in_order)
    if missing:
        added = sorted(row["axis"] for row in await connection.fetch(_SQL.add_axes, generation, *_columns(missing, 5)))
        found |= zip(missing, added, strict=True)
    return found


def _in_order(axes: Axes) -> tuple[str, ...]:
    measure, kind, area, organisation, dims = axes
    return measure, kind, dims, area or "", organisation or ""


async def count_axes(connection: Connection, generation: int) -> int:
    """How many axes a generation has."""
    return int(await connection.fetchval(_SQL.count_axes, generation))


async def read_axes(connection: Connection, generation: int) -> AsyncIterator[dict[Axes, int]]:
    """All axes of a generation with their numbers, some thousands at a time."""
    found = await connection.cursor(_SQL.read_axes, generation)
    while rows := await found.fetch(_AXES_AT_ONCE):
        yield {(measure, kind, area, organisation, dims): axis for axis, measure, kind, area, organisation, dims in rows}


async def count_waiting(connection: Connection) -> int:
    """Rows of the live generation that wait to be merged."""
    return int(await connection.fetchval(_SQL.count_waiting))


def _watermarks(rows: Iterable[asyncpg.Record]) -> dict[Partition, Watermark]:
    return {Partition(row["topic"], row["partition"]): Watermark(row["epoch"], row["sequence"], row["topic_id"], row["next_offset"]) for row in rows}


def _columns(rows: Iterable[Sequence[object]], width: int) -> list[list[object]]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    return columns or [[] for _ in range(width)]
