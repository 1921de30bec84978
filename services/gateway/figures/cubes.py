"""The cells of a measure as the gateway remembers them: of each axis day by day, and added up over all places by label, and over all labels by place.

Which place counts where is worked out anew for every tree, and which label counts is looked at anew for every question: a cube knows neither. A cohort's
days are those of the making.
"""

import asyncio
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.gateway.figures.combinations import Combinations
from services.gateway.figures.copying import BIGINT, DATE, INTEGER, Rows, copied, ordinals
from services.gateway.figures.fresh import fresh_cells
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import CUBES as SQL
from services.gateway.figures.strips import Strips

Ints = NDArray[np.int64]
_FEW = 100_000
"""So many cells are read while the question waits."""

_PART = 300
"""Axes that are read at once."""

_SLACK = 400
"""Days to spare at both ends: some things are told late, and a new day comes every day."""

_COLUMNS = {"axis": INTEGER, "day": DATE, "later": DATE, "value": BIGINT, "count": BIGINT}


class Cells(NamedTuple):
    """Cells of numbered axes. Days are ordinals; `later` is a cohort's second one, else the same."""

    axes: Ints
    days: Ints
    later: Ints
    values: Ints
    counts: Ints


class Cube(NamedTuple):
    """One measure, as of commit n. Its first day has the ordinal `base`; on no day after `last` does any of its cells come to count."""

    n: int
    combinations: Combinations
    base: int
    last: int
    axes: Strips
    labels: Strips
    places: Strips

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        return self.combinations.bytes + self.axes.bytes + self.labels.bytes + self.places.bytes

    def at(self, n: int) -> "Cube":
        """The same as of another commit, between which and its own nothing happened."""
        return self._replace(n=n)

    def with_cells(self, cells: Cells) -> "Cube":
        """The same with these cells added."""
        if not len(cells.days):
            return self
        last = int(cells.later.max())
        cube = self._reaching(int(min(cells.days.min(), cells.later.min())), max(int(cells.days.max()), last))
        rest = (cells.days - cube.base, cells.later - cube.base, cells.values, cells.counts)
        return cube._replace(
            last=max(cube.last, last),
            axes=cube.axes.with_cells(cells.axes, *rest),
            labels=cube.labels.with_cells(self.combinations.label_of[cells.axes].astype(np.int64), *rest),
            places=cube.places.with_cells(self.combinations.place_of[cells.axes].astype(np.int64), *rest),
        )

    def _reaching(self, first: int, last: int) -> "Cube":
        """The same with room for these days."""
        if not self.axes.blocks:
            base, span = max(1, first - _SLACK), last - first + 2 * _SLACK
            none = Strips(span, 1 if self.axes.late == 1 else span)
            return self._replace(base=base, axes=none, labels=none, places=none)
        if self.base <= first and last < self.base + self.axes.span:
            return self
        base = self.base if first >= self.base else max(1, first - _SLACK)
        span = max(last + _SLACK, self.base + self.axes.span) - base
        return self._replace(base=base, **{name: getattr(self, name).moved(self.base - base, span) for name in ("axes", "labels", "places")})


class CubeOf(NamedTuple):
    """Makes the cube of a measure."""

    measure: str
    is_cohort: bool

    async def is_small(self, snapshot: Snapshot) -> bool:
        """Whether it is made while a question waits."""
        return not await snapshot.connection.fetchval(SQL.has_many_cells, snapshot.head.generation, self.measure, _FEW)

    async def make(self, snapshot: Snapshot, most_bytes: int) -> Cube | None:
        """Reads all cells once, part by part, so that each statement is short; None if they take more than so many bytes."""
        none = Strips(2, 2 if self.is_cohort else 1)
        cube = Cube(snapshot.head.merged, Combinations(), 1, 0, none, none, none)
        generation, connection, after = snapshot.head.generation, snapshot.connection, 0
        while part := await connection.fetch(SQL.list_axes, generation, self.measure, after, _PART):
            cube.combinations.learn(part)
            axes, after = [record["axis"] for record in part], part[-1]["axis"]
            rows = await copied(connection, SQL.copy_cells, generation, axes, self.is_cohort, columns=_COLUMNS)
            cube = await asyncio.to_thread(_with_rows, cube, rows)
            if cube.bytes > most_bytes:
                return None
        return await self.after(cube, snapshot)

    async def after(self, kept: Cube, snapshot: Snapshot) -> Cube:
        """A cube with what the commits up to the snapshot's brought."""
        records = await fresh_cells(snapshot, self.measure, kept.n, is_cohort=self.is_cohort)
        kept.combinations.learn(records)
        axes = kept.combinations.of(np.array([record["axis"] for record in records], np.int64))
        days = ([record[name].toordinal() for record in records] for name in ("day", "later"))
        numbers = ([record[name] for record in records] for name in ("value", "count"))
        cells = Cells(axes, *(np.array(column, np.int64) for column in (*days, *numbers)))
        return kept.with_cells(cells).at(snapshot.head.n)


def _with_rows(cube: Cube, rows: Rows) -> Cube:
    axes, days, later = cube.combinations.of(rows["axis"].astype(np.int64)), ordinals(rows["day"]), ordinals(rows["later"])
    return cube.with_cells(Cells(axes, days, later, rows["value"].astype(np.int64), rows["count"].astype(np.int64)))
