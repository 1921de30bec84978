"""Sums over rows of one measure: from cells and the rows above them, remembered and carried on with what later commits bring; or from rows alone."""

from collections.abc import Mapping
from datetime import timedelta
from typing import NamedTuple, TypeVar

from services.gateway.figures.frame import Frame
from services.gateway.figures.from_cubes import read_cube
from services.gateway.figures.groups import ALL
from services.gateway.figures.labels import Sorted, Split, sort_labels
from services.gateway.figures.periods import BEGINNING, ENDLESS
from services.gateway.figures.reading import Leaf, Run, place_arguments, runs_of
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import SQL
from services.gateway.figures.table import WHOLE, Slot
from services.gateway.figures.view import View
from services.kernel.catalogue.metrics import Nature

_DAY = timedelta(days=1)
Key = TypeVar("Key")


class Sum(NamedTuple):
    """A sum of values and the number of rows it is made of."""

    value: int
    rows: int


Sums = dict[tuple[Slot, Split], Sum]
"""By slot and the values of the split."""


class Summed(NamedTuple):
    """Sums, and how much of the whole stands at no live place."""

    sums: Sums
    unplaced: Sum


Rows = Mapping[tuple[int, Sorted, int, bool], Sum]
"""As the database answers: by bucket, where a label falls, group of the place, and whether that is live."""


class _Raw(NamedTuple):
    """What was read at commit n."""

    n: int
    rows: Rows


async def add_up(snapshot: Snapshot, view: View, leaf: Leaf, frame: Frame) -> Summed:
    """The sums of a leaf."""
    nature = leaf.nature
    total = _Total(nature, series=frame.series)
    for run in runs_of(snapshot, frame, nature):
        raw = await _read(snapshot, view, leaf, frame, run)
        total.take(run, raw, cumulate=nature == "stock" and not _from_rows(snapshot, leaf))
    return total.summed(len(frame.buckets))


def _from_rows(snapshot: Snapshot, leaf: Leaf) -> bool:
    return snapshot.rows_only or leaf.role is not None


async def _read(snapshot: Snapshot, view: View, leaf: Leaf, frame: Frame, run: Run) -> _Raw:
    if _from_rows(snapshot, leaf):
        return await _read_rows(snapshot, view, leaf, frame, run)
    measure = leaf.measure
    key = (measure, leaf.nature, leaf.labels, leaf.places, run, frame.state if leaf.nature == "cohort" else None)
    known = view.sums.get(key)
    n = snapshot.head.n
    if isinstance(known, _Raw) and known.n <= n and snapshot.untouched_since(known.n, (measure,)):
        raw = known
    elif (rows := await read_cube(snapshot, view, leaf, frame, run)) is not None:
        raw = _Raw(n, {key: Sum(*sums) for key, sums in rows.items()})
    elif isinstance(known, _Raw) and known.n <= n:
        raw = _plus(known, await _read_cells(snapshot, view, leaf, frame, run, after=known.n))
    else:
        raw = await _read_cells(snapshot, view, leaf, frame, run, after=None)
    if not isinstance(known, _Raw) or known.n <= n:
        view.remember(key, raw._replace(n=n))
    return raw


def _plus(known: _Raw, fresh: _Raw) -> _Raw:
    rows = dict(known.rows)
    for key, more in fresh.rows.items():
        had = rows.get(key)
        rows[key] = more if had is None else Sum(had.value + more.value, had.rows + more.rows)
    return _Raw(fresh.n, rows)


def _arguments(snapshot: Snapshot, view: View, leaf: Leaf, run: Run, after: int | None = None) -> tuple[list[object], list[Sorted]]:
    found = sort_labels(snapshot.labels(leaf.measure), leaf.labels, view.groups)
    falls = sorted({where for _, where in found}, key=repr)
    numbers = {where: number for number, where in enumerate(falls)}
    labels = [[label.kind for label, _ in found], [label.dims for label, _ in found], [numbers[where] for _, where in found]]
    places = view.places(leaf.places, run.day)
    return [*place_arguments(snapshot, view, places, leaf.measure), *labels, after], falls


async def _read_cells(snapshot: Snapshot, view: View, leaf: Leaf, frame: Frame, run: Run, *, after: int | None) -> _Raw:
    """Sums by bucket; a stock's are changes from one bucket to the next. `after`: only what the commits after this one brought."""
    arguments, falls = _arguments(snapshot, view, leaf, run, after)
    head, nature = snapshot.head, leaf.nature
    ends = [bucket.last for bucket in run.buckets]
    since = (BEGINNING, ENDLESS)
    if nature == "stock":
        starts, days = [BEGINNING, *(end + _DAY for end in ends[:-1])], (BEGINNING, ends[-1])
    else:
        starts, days = [bucket.first for bucket in run.buckets], (run.buckets[0].first, ends[-1])
    if nature == "cohort":
        since, days = days, (BEGINNING, frame.state)
    records = await snapshot.connection.fetch(
        SQL.sum_cells, *arguments, after is None, head.merged if after is None else after, nature == "cohort", starts, *days, *since
    )
    return _Raw(head.n, {(bucket, falls[label], group, placed): Sum(value, count) for bucket, label, group, placed, value, count in records})


async def _read_rows(snapshot: Snapshot, view: View, leaf: Leaf, frame: Frame, run: Run) -> _Raw:
    arguments, falls = _arguments(snapshot, view, leaf, run)
    numbers = list(range(1, len(run.buckets) + 1))
    firsts, lasts = [bucket.first for bucket in run.buckets], [bucket.last for bucket in run.buckets]
    records = await snapshot.connection.fetch(SQL.sum_rows, *arguments, leaf.role, leaf.nature, numbers, firsts, lasts, frame.state)
    rows = {(bucket, falls[label], group, placed): Sum(value, count) for bucket, label, group, placed, value, count in records}
    return _Raw(snapshot.head.n, rows)


class _Total:
    """Brings what the database answered into slots."""

    def __init__(self, nature: Nature, *, series: bool) -> None:
        self._nature = nature
        self._series = series
        self._sums: Sums = {}
        self._unplaced: dict[int, Sum] = {}

    def take(self, run: Run, raw: _Raw, *, cumulate: bool) -> None:
        """Takes a run's sums; `cumulate`: they are changes, so each bucket has those of the ones before as well."""
        rows = _cumulated(raw.rows, len(run.buckets)) if cumulate else raw.rows
        for (bucket, where, group, placed), one in rows.items():
            self._add(run.first + bucket - 1, where, group, one, placed=placed)

    def _add(self, bucket: int, where: Sorted, group: int, one: Sum, *, placed: bool) -> None:
        for row in {ALL, group, *where.groups}:
            _count(self._sums, (Slot(bucket, row), where.split), one)
        if not placed:
            _count(self._unplaced, bucket, one)

    def summed(self, buckets: int) -> Summed:
        """All sums, with those of the whole period: of a stock its last point, else all points together."""
        whole: Sums = {}
        unplaced = Sum(0, 0)
        for (slot, split), one in self._sums.items():
            if self._nature != "stock" or slot.bucket == buckets:
                _count(whole, (Slot(WHOLE, slot.group), split), one)
        for bucket, one in self._unplaced.items():
            if self._nature != "stock" or bucket == buckets:
                unplaced = Sum(unplaced.value + one.value, unplaced.rows + one.rows)
        return Summed({**whole, **self._sums} if self._series else whole, unplaced)


def _cumulated(rows: Rows, buckets: int) -> Rows:
    """Of changes from bucket to bucket, what stands at the end of each."""
    changes: dict[tuple[Sorted, int, bool], dict[int, Sum]] = {}
    for (bucket, where, group, placed), one in rows.items():
        changes.setdefault((where, group, placed), {})[bucket] = one
    standing: dict[tuple[int, Sorted, int, bool], Sum] = {}
    for key, steps in changes.items():
        total = Sum(0, 0)
        for bucket in range(min(steps), buckets + 1):
            step = steps.get(bucket, Sum(0, 0))
            total = Sum(total.value + step.value, total.rows + step.rows)
            standing[bucket, *key] = total
    return standing


def _count(sums: dict[Key, Sum], key: Key, one: Sum) -> None:
    had = sums.get(key)
    sums[key] = one if had is None else Sum(had.value + one.value, had.rows + one.rows)
