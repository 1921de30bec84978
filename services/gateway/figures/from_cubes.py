"""Answers a question from a measure's cube."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from services.gateway.figures.combinations import Key, Numbers
from services.gateway.figures.cubes import Cube, CubeOf
from services.gateway.figures.frame import Frame
from services.gateway.figures.labels import Label, Sorted, sort_labels
from services.gateway.figures.periods import BEGINNING, Period
from services.gateway.figures.reading import Leaf, Run
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.spots import Pass, Spots, Spotting
from services.gateway.figures.strips import Chosen, Stretch, Strips
from services.gateway.figures.view import View

Rows = dict[tuple[int, Sorted, int, bool], tuple[int, int]]


async def read_cube(snapshot: Snapshot, view: View, leaf: Leaf, frame: Frame, run: Run) -> Rows | None:
    """Sums by bucket, label, group and placed, a stock's as changes; None where cells must be read."""
    if leaf.role is not None:
        return None
    is_cohort = leaf.nature == "cohort"
    cube = await view.shelf.of(snapshot, CubeOf(leaf.measure, is_cohort))
    if cube is None:
        return None
    found = sort_labels(snapshot.labels(leaf.measure), leaf.labels, view.groups)
    until = frame.state if is_cohort and frame.state.toordinal() < cube.last else None
    return _Question(cube, found, spots_of(cube.combinations.places, view, leaf, run), _buckets(leaf, run), until).rows()


def spots_of(places: dict[Key, int], view: View, leaf: Leaf, run: Run) -> Spots:
    """Where numbered places count, worked out once for each of them."""
    key = ("spots", id(places), leaf.places, run.day)  # a cube and a crowd of one measure number their places each for itself
    known = view.sums.get(key)
    if not isinstance(known, _Remembered) or known.places is not places:
        known = _Remembered(places, Spotting(view.places(leaf.places, run.day), by_organisation=view.layout.by_organisation))
    view.remember(key, known)
    return known.spotting.of(places)


class _Remembered(NamedTuple):
    places: dict[Key, int]
    spotting: Spotting


def _buckets(leaf: Leaf, run: Run) -> tuple[Period, ...]:
    """The days between one point and the next: of a stock those since the point before."""
    if leaf.nature != "stock":
        return run.buckets
    ends = [bucket.last for bucket in run.buckets]
    starts = [BEGINNING, *(end.fromordinal(end.toordinal() + 1) for end in ends[:-1])]
    return tuple(Period(start, end) for start, end in zip(starts, ends, strict=True))


class _Question:
    """One cube, which labels are asked about, where places count, which days, and of a cohort the day it is looked at if that is past."""

    def __init__(self, cube: Cube, found: list[tuple[Label, Sorted]], spots: Spots, buckets: tuple[Period, ...], until: date | None) -> None:
        self._cube = cube
        self._spots = spots
        self._buckets = buckets
        self._until = None if until is None else until.toordinal() - cube.base  # may lie before the first day: then nothing counts
        self._wheres = list(dict.fromkeys(where for _, where in found))
        self._where_of = self._numbered(found)

    def _numbered(self, found: list[tuple[Label, Sorted]]) -> Numbers:
        """Of each label of the cube, where it falls; -1: it is not asked about."""
        known, numbers = self._cube.combinations.labels, {where: number for number, where in enumerate(self._wheres)}
        of = np.full(len(known), -1, np.int32)
        for label, where in found:
            if label in known:
                of[known[label]] = numbers[where]
        return of

    def rows(self) -> Rows:
        """All sums that are not nothing."""
        rows: Rows = {}
        for one in self._spots.passes:
            numbers, stretches = self._stretches(one)
            strips, chosen, codes = self._chosen(one)
            values, counts = strips.sums(chosen, stretches, self._until)
            for code, bucket in zip(*(indices.tolist() for indices in np.nonzero(values | counts)), strict=True):
                where, fall = divmod(codes[code], len(self._spots.falls))
                key = (numbers[bucket], self._wheres[where], *self._spots.falls[fall])
                had = rows.get(key, (0, 0))
                rows[key] = (had[0] + int(values[code, bucket]), had[1] + int(counts[code, bucket]))
        return rows

    def _chosen(self, one: Pass) -> tuple[Strips, Chosen, list[int]]:
        """The strips that are asked about, and what each sum of them is: the fewest strips that tell it."""
        cube, falls = self._cube, len(self._spots.falls)
        if self._spots.are_alike:
            strips, codes = cube.labels, self._where_of.astype(np.int64)
        elif len(self._wheres) == 1 and not self._where_of.any():
            strips, codes = cube.places, one.of.astype(np.int64)
        else:
            where, fall = self._where_of[cube.combinations.label_of], one.of[cube.combinations.place_of]
            strips, codes = cube.axes, np.where((where < 0) | (fall < 0), -1, where.astype(np.int64) * falls + fall)
        asked = np.flatnonzero(codes >= 0)
        used, sums = np.unique(codes[asked], return_inverse=True)
        return strips, Chosen(asked, sums, len(used)), used.tolist()

    def _stretches(self, one: Pass) -> tuple[list[int], list[Stretch]]:
        """The buckets' days that the pass has, and which buckets they are of."""
        cut = [(number, self._place(max(bucket.first, one.first)), self._after(min(bucket.last, one.last))) for number, bucket in self._numbered_buckets()]
        cut = [(number, start, end) for number, start, end in cut if start < end]
        return [number for number, _, _ in cut], [(start, end) for _, start, end in cut]

    def _numbered_buckets(self) -> Iterator[tuple[int, Period]]:
        return enumerate(self._buckets, 1)

    def _place(self, day: date) -> int:
        return min(max(0, day.toordinal() - self._cube.base), self._cube.axes.span)

    def _after(self, day: date) -> int:
        return min(max(0, day.toordinal() + 1 - self._cube.base), self._cube.axes.span)
