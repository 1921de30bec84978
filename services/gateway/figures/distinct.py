"""Who or what took part, each once."""

from collections.abc import Iterable

import asyncpg

from services.gateway.figures.asking import Asked
from services.gateway.figures.conditions import values_of
from services.gateway.figures.distinct_places import count_places, is_place
from services.gateway.figures.from_crowds import count_crowd
from services.gateway.figures.groups import ALL
from services.gateway.figures.labels import sort_labels
from services.gateway.figures.reading import Leaf, Run, label_arguments, place_arguments, runs_of
from services.gateway.figures.statements import SQL
from services.gateway.figures.sums import add_up
from services.gateway.figures.table import WHOLE, Numbers, Slot, Table
from services.kernel.catalogue.metrics import THING, Measure

__all__ = ["THING", "count_distinct"]


async def count_distinct(asked: Asked, measure: Measure, of: str, families: tuple[str, ...] = ()) -> Table:
    """Distinct things in a role of the rows of a measure, the things themselves (`thing`), distinct values of a dimension, or distinct places."""
    if is_place(of):
        return await count_places(asked, measure, of)
    if of != THING and of not in measure.roles:
        return await _count_values(asked, measure, of)
    snapshot, leaf = asked.snapshot, asked.leaf(measure)
    if snapshot.rows_only:
        return await _count_things(asked, leaf, of, families)
    key = ("distinct", leaf, of, families, asked.frame)
    known = asked.view.remembered(key, snapshot.head.n)
    if known is not None and snapshot.untouched_since(known.n, (measure.id,)):
        return known.table
    table = await _count_things(asked, leaf, of, families)
    asked.view.remember_table(key, snapshot.head.n, table)
    return table


async def _count_things(asked: Asked, leaf: Leaf, of: str, families: tuple[str, ...]) -> Table:
    found = await count_crowd(asked, leaf, of, families)
    if found is not None:
        return found
    table = Table({})
    last = len(asked.frame.buckets)
    for run in runs_of(asked.snapshot, asked.frame, leaf.nature):
        present = leaf.nature == "flow" and of != THING and leaf.role is None and not asked.snapshot.rows_only
        read = _read_presence if present else _read_rows
        _take(asked, table, leaf, await read(asked, leaf, run, of, [f"{family}/%" for family in families] or None), last)
    return table


def _take(asked: Asked, table: Table, leaf: Leaf, records: Iterable[asyncpg.Record], last: int) -> None:
    """A null bucket is the whole period, a null group everything together; the whole of a stock is its last point."""
    for bucket, group, things, unplaced in records:
        slots = [Slot(bucket, group or ALL)] if bucket is not None and asked.frame.series else []
        if (bucket is None and leaf.nature != "stock") or (bucket == last and leaf.nature == "stock"):
            slots.append(Slot(WHOLE, group or ALL))
        for slot in slots:
            # A group 0 is everything together as well: it comes once from the rows and once as the null group, with the same number.
            table.values[slot] = things
        if Slot(WHOLE, ALL) in slots:
            table.unplaced = unplaced


def _arguments(asked: Asked, leaf: Leaf, run: Run) -> list[object]:
    found = sort_labels(asked.snapshot.labels(leaf.measure), leaf.labels, asked.view.groups)
    places = asked.view.places(leaf.places, run.day)
    return [*place_arguments(asked.snapshot, asked.view, places, leaf.measure), *label_arguments(found)]


async def _read_presence(asked: Asked, leaf: Leaf, run: Run, of: str, like: list[str] | None) -> Iterable[asyncpg.Record]:
    starts = [bucket.first for bucket in run.buckets]
    edges = (run.buckets[0].first, run.buckets[-1].last)
    arguments = _arguments(asked, leaf, run)
    records = await asked.snapshot.connection.fetch(SQL.count_present, *arguments, of, asked.snapshot.head.merged, starts, *edges, like)
    return list(records)


async def _read_rows(asked: Asked, leaf: Leaf, run: Run, of: str, like: list[str] | None) -> Iterable[asyncpg.Record]:
    arguments = _arguments(asked, leaf, run)
    is_stock = leaf.nature == "stock"
    return list(await asked.snapshot.connection.fetch(SQL.count_distinct, *arguments, of, leaf.role, like, is_stock, *run.columns))


async def _count_values(asked: Asked, measure: Measure, dimension: str) -> Table:
    """Distinct values of a dimension among the rows that stand or happen."""
    summed = await add_up(asked.snapshot, asked.view, asked.leaf(measure, dimension), asked.frame)
    values: dict[Slot, set[str]] = {}
    for (slot, (value,)), one in summed.sums.items():
        if value is not None and one.rows > 0:
            values.setdefault(slot, set()).update(values_of(value))
    numbers: Numbers = {slot: len(found) for slot, found in values.items()}
    return Table(numbers)
