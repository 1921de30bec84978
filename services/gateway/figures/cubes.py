"""The cells of a measure as the gateway remembers them: added up day by day for each place over all labels, and for each label over all places.

A question along one axis is answered from one of the two without reading cells: which place counts where is worked out anew for every tree, which label
counts is looked at anew for every question. A question along both axes at once finds neither and reads cells. A cube is that of one commit; with a later
snapshot it takes what the commits between brought.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import date
from typing import NamedTuple

import asyncpg
import structlog

from services.gateway.figures.days import Days, Span, together
from services.gateway.figures.labels import Label, Sorted
from services.gateway.figures.periods import BEGINNING, Period
from services.gateway.figures.places import AreaPlace, OrgPlace, Places
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import SQL
from services.kernel.postgres.database import UNAVAILABLE

_log = structlog.get_logger()
_LONGEST = 4_000
"""Days that are told apart; a register's entries of long ago all lie before them."""

_AHEAD = 31
"""Days to spare before the first: some things are told late."""

_MOST_NUMBERS = 6_000_000
_FEW_AXES = 1_500
"""So many are read at once, and while a question waits."""

_FEW_BUCKETS = 4
Key = tuple[str | None, str | None]
Named = tuple[int, str]
Source = Callable[[], AbstractAsyncContextManager[Snapshot]]
Rows = dict[tuple[int, Sorted, int, bool], tuple[int, int]]


class Spot(NamedTuple):
    """Where a place counts, on the days from first to last."""

    group: int
    placed: bool
    first: date
    last: date


class Cube:
    """One measure, as of commit n. `known` from this day on; questions that begin in between earlier days are not its."""

    def __init__(self, n: int, span: Span) -> None:
        self.n = n
        self.span = span
        self.earliest = date.fromordinal(span.base)
        self.outgrown = False  # something was told of days before it that are no longer few
        self.places: dict[Key, Days] = {}
        self.labels: dict[Label, Days] = {}

    @property
    def is_too_large(self) -> bool:
        """Whether it takes more memory than it is worth."""
        return (len(self.places) + len(self.labels)) * self.span.size > _MOST_NUMBERS

    def take(self, records: Iterable[asyncpg.Record]) -> None:
        """Adds sums by place and day, and by label and day: of a record one of the two is null."""
        size, span = self.span.size, self.span
        floor = date.fromordinal(max(1, span.base + span.size - _LONGEST))
        for of_place, area, organisation, kind, dims, day, value, count in records:
            days: Days | None
            if of_place:
                days = self.places.get((area, organisation)) or self.places.setdefault((area, organisation), Days(size))
            else:
                label = Label(kind, dims)
                days = self.labels.get(label) or self.labels.setdefault(label, Days(size))
            days.put(span.place(day), value, count)
            self.outgrown |= floor < day < self.earliest

    def tells_apart(self, buckets: Iterable[Period]) -> bool:
        """Whether it knows the edges of these buckets."""
        return all((bucket.first == BEGINNING or bucket.first > self.earliest) and bucket.last >= self.earliest for bucket in buckets)

    def along_labels(self, found: Iterable[tuple[Label, Sorted]], buckets: tuple[Period, ...]) -> Rows:
        """The sums of labels, wherever they stand."""
        alike: dict[Sorted, list[Days]] = {}
        for label, where in found:
            if (days := self.labels.get(label)) is not None:
                alike.setdefault(where, []).append(days)
        rows: Rows = {}
        for where, several in alike.items():
            for bucket, sums in self._sums(several, buckets, BEGINNING, date.max):
                rows[bucket, where, 0, True] = sums
        return rows

    def along_places(self, spots: dict[Key, tuple[Spot, ...]], where: Sorted, buckets: tuple[Period, ...]) -> Rows | None:
        """The sums of places, whatever happens there; None where a merge lies before the days it tells apart."""
        alike: dict[Spot, list[Days]] = {}
        for key, days in self.places.items():
            for spot in spots[key]:
                if BEGINNING < spot.first <= self.earliest or spot.last < self.earliest:
                    return None
                alike.setdefault(spot, []).append(days)
        rows: Rows = {}
        for spot, several in alike.items():
            for bucket, (value, count) in self._sums(several, buckets, spot.first, spot.last):
                had = rows.get((bucket, where, spot.group, spot.placed), (0, 0))
                rows[bucket, where, spot.group, spot.placed] = (had[0] + value, had[1] + count)
        return rows

    def _sums(self, several: list[Days], buckets: tuple[Period, ...], first: date, last: date) -> Iterator[tuple[int, tuple[int, int]]]:
        """Of each bucket that has any rows; several buckets are cut from one sum."""
        parts = [together(several)] if len(buckets) > _FEW_BUCKETS else several
        for number, bucket in enumerate(buckets, 1):
            start, end = max(bucket.first, first), min(bucket.last, last)
            if start > end or end.toordinal() < self.span.base:
                continue
            at, after = self.span.place(start), self.span.place(end) + 1
            sums = [one.total(at, after) for one in parts]
            value, count = sum(one[0] for one in sums), sum(one[1] for one in sums)
            if value or count:
                yield number, (value, count)


class Cubes:
    """The cubes of late, by generation and measure. A large one is made beside the questions, which read cells until it is there."""

    def __init__(self, source: Source | None = None) -> None:
        """`source` takes the snapshot that a large cube is made from; without one there are only small ones."""
        self._source = source
        self._cubes: dict[Named, Cube | None] = {}
        self._locks: dict[Named, asyncio.Lock] = {}
        self._making: dict[Named, asyncio.Task[None]] = {}

    async def of(self, snapshot: Snapshot, measure: str) -> Cube | None:
        """The cube of a measure at a snapshot; None while it is made, where it has gone on already, and where there is none."""
        key = (snapshot.head.generation, measure)
        lock = self._locks.setdefault(key, asyncio.Lock())
        if lock.locked():
            return None
        cube = self._cubes.get(key)
        if cube is None and key not in self._cubes:
            async with lock:
                cube = await self._begun(snapshot, key)
        if cube is None or cube.n > snapshot.head.n:
            return None
        if cube.n < snapshot.head.n:
            async with lock:
                if not snapshot.untouched_since(cube.n, (measure,)):
                    cube.take(await snapshot.connection.fetch(SQL.sum_fresh_days, *key, cube.n))
                cube.n = snapshot.head.n
            if cube.outgrown:
                del self._cubes[key]
                return None
        return cube

    async def ready(self) -> None:
        """Waits for those that are being made."""
        await asyncio.gather(*self._making.values(), return_exceptions=True)

    async def _begun(self, snapshot: Snapshot, key: Named) -> Cube | None:
        self._cubes = {one: cube for one, cube in self._cubes.items() if one[0] == key[0]}
        axes = await snapshot.connection.fetchval(SQL.count_axes, *key)
        if axes <= _FEW_AXES:
            cube = await _made(snapshot, key, 1)
            if cube is not None:
                self._cubes[key] = cube
            return cube
        if self._source is not None and key not in self._making:
            self._making[key] = asyncio.create_task(self._make(key, 1 + axes // _FEW_AXES, self._source))
        return None

    async def _make(self, key: Named, parts: int, source: Source) -> None:
        try:
            async with source() as snapshot:
                cube = await _made(snapshot, key, parts) if snapshot.head.generation == key[0] else None
            if cube is not None:
                self._cubes[key] = None if cube.is_too_large else cube
        except UNAVAILABLE as error:
            _log.warning("cube_not_made", measure=key[1], error=str(error))
        finally:
            del self._making[key]


async def _made(snapshot: Snapshot, key: Named, parts: int) -> Cube | None:
    """Reads all cells once, part by part: each statement is short, and so is the while that nothing else runs here. None where there are no cells."""
    days = await snapshot.connection.fetchrow(SQL.span_of_cells, *key)
    if days is None or days["first"] is None:
        return None
    first, last = days["first"].toordinal(), days["last"].toordinal()
    base = max(1, first - _AHEAD, last - _LONGEST)
    cube = Cube(snapshot.head.n, Span(base, last - base + 1))
    for part in range(parts):
        cube.take(await snapshot.connection.fetch(SQL.sum_cell_days, *key, parts, part))
    cube.take(await snapshot.connection.fetch(SQL.sum_fresh_days, *key, snapshot.head.merged))
    return cube


def spots_of(places: Places, keys: Iterable[Key], *, by_organisation: bool) -> dict[Key, tuple[Spot, ...]]:
    """Where places count, worked out as asked_axes of figures.sql does: only those that the question asks about are in."""
    areas: dict[str, list[AreaPlace]] = {}
    for area in places.areas:
        areas.setdefault(area.key, []).append(area)
    organisations: dict[str, list[OrgPlace]] = {}
    for organisation in places.organisations:
        organisations.setdefault(organisation.key, []).append(organisation)
    return {key: tuple(_spots(key, places, (areas, organisations), by_organisation=by_organisation)) for key in keys}


def _spots(
    key: Key, places: Places, known: tuple[dict[str, list[AreaPlace]], dict[str, list[OrgPlace]]], *, by_organisation: bool
) -> Iterator[Spot]:
    areas, organisations = known
    area, organisation = key
    for a in areas.get(area or "", ()) or (None,):
        for o in organisations.get(organisation or "", ()) or (None,):
            org_group = places.no_org if o is None else o.group
            if area is None:
                area_group, area_placed = (places.no_area, False) if o is None else (o.area_group, o.area_placed)
            else:
                area_group, area_placed = (places.no_area, False) if a is None else (a.group, a.placed)
            if org_group < 0 or area_group < 0:
                continue
            first, last = max(a.first if a else 0, o.first if o else 0), min(a.last if a else 2**31, o.last if o else 2**31)
            if first <= last:
                placed = (o.placed if o else False) if by_organisation else area_placed
                yield Spot(org_group + area_group, placed, *_days(places.merge_days, first, last))


def _days(merges: list[date], first: int, last: int) -> tuple[date, date]:
    """The days of eras."""
    start = BEGINNING if first == 0 else merges[first - 1] if first <= len(merges) else date.max
    end = date.max if last >= len(merges) else date.fromordinal(merges[last].toordinal() - 1)
    return start, end
