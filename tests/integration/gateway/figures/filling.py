"""Puts signed rows into the figures' tables as the metrics room would, and merges them into cells in a way of its own."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

import asyncpg
import msgspec

ROW = ("generation", "n", "sign", "thing", "measure", "kind", "area", "organisation", "dims", "day", "until", "value", "since", "roles")


class Told(NamedTuple):
    """One row of a fact, with the thing it counts."""

    thing: str
    measure: str
    kind: str
    area: str | None
    organisation: str | None
    dims: str
    day: date
    until: date | None
    value: int = 1
    since: date | None = None
    roles: str | None = None


class Signed(NamedTuple):
    """A row put (+1) or taken back (-1)."""

    sign: int
    row: Told


def dims(**values: str) -> str:
    """Canonical JSON."""
    return msgspec.json.encode(values, order="deterministic").decode() if values else "{}"


async def append(connection: asyncpg.Connection, commits: Sequence[Sequence[Signed]], generation: int = 1) -> None:
    """Appends commits, each under the next number."""
    n = await connection.fetchval("SELECT n FROM metrics.mark WHERE generation = $1", generation)
    records = []
    for commit in commits:
        n += 1
        records += [(generation, n, one.sign, *one.row) for one in commit]
    values = ", ".join(f"${number}" for number in range(1, len(ROW) + 1))
    await connection.executemany(f"INSERT INTO metrics.row ({', '.join(ROW)}) VALUES ({values})", records)
    await connection.execute("UPDATE metrics.mark SET n = $2, total = total + $3, committed_at = now() WHERE generation = $1", generation, n, len(records))
    await connection.execute("NOTIFY metrics")


async def merge(connection: asyncpg.Connection, upto: int, generation: int = 1) -> None:
    """Adds the rows of the commits up to this one to cells and presence."""
    merged = await connection.fetchval("SELECT n FROM metrics.merged WHERE generation = $1", generation)
    rows = await connection.fetch("SELECT * FROM metrics.row WHERE generation = $1 AND n > $2 AND n <= $3", generation, merged, upto)
    cells: Counter[tuple[object, ...]] = Counter()
    counts: Counter[tuple[object, ...]] = Counter()
    presence: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        since = row["since"] or date.min
        steps = [(row["day"], 1)] if row["until"] is None or row["until"] == row["day"] else [(row["day"], 1), (row["until"], -1)]
        for day, step in steps:
            cells[(row["axis"], day, since)] += step * row["sign"] * row["value"]
            counts[(row["axis"], day, since)] += step * row["sign"]
        if row["until"] == row["day"]:
            for role, thing in msgspec.json.decode(row["roles"] or "{}").items():
                presence[(row["axis"], role, thing, row["day"])] += row["sign"]
    await connection.executemany(
        """INSERT INTO metrics.cell AS c VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (generation, axis, day, since) DO UPDATE SET value = c.value + excluded.value, count = c.count + excluded.count""",
        [(generation, *key, cells[key], counts[key]) for key in counts],
    )
    await connection.executemany(
        """INSERT INTO metrics.presence AS p (generation, axis, role, thing, day, count) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (generation, axis, role, day, thing) DO UPDATE SET count = p.count + excluded.count""",
        [(generation, *key, count) for key, count in presence.items()],
    )
    await connection.execute("INSERT INTO metrics.settled SELECT * FROM metrics.fresh_line WHERE generation = $1 AND n <= $2", generation, upto)
    await connection.execute("DELETE FROM metrics.fresh WHERE generation = $1 AND n <= $2", generation, upto)
    await connection.execute("UPDATE metrics.merged SET n = $2, total = total + $3 WHERE generation = $1", generation, upto, len(rows))


def put(rows: Iterable[Told]) -> list[Signed]:
    """All of them put."""
    return [Signed(1, row) for row in rows]
