"""The axes that a list goes through, from first to last, a few at a time."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np

from services.gateway.figures.blocks import Ints
from services.gateway.figures.cubes import CubeOf
from services.gateway.figures.from_cubes import spots_of
from services.gateway.figures.item_sources import Source, arguments_of
from services.gateway.figures.labels import sort_labels
from services.gateway.figures.reading import Run
from services.gateway.figures.spots import days_of
from services.gateway.figures.statements import ITEMS as SQL

_FIRST, _MORE = 64, 4
"""So many axes are looked at first, and so many times more each further time."""


class AskedAxes(NamedTuple):
    """Axes in order, and the days (ordinals) on which what each has is asked about."""

    axes: Ints
    firsts: Ints
    lasts: Ints

    def in_goes(self, after: int | None) -> Iterator[tuple[list[int], list[date], list[date]]]:
        """From the one after which a page begins on, few at first: most pages are full after some."""
        at, size = 0 if after is None else int(self.axes.searchsorted(after)), _FIRST
        while at < len(self.axes):
            some = slice(at, at + size)
            yield self.axes[some].tolist(), *([date.fromordinal(day) for day in days[some].tolist()] for days in (self.firsts, self.lasts))
            at, size = at + size, size * _MORE


async def asked_axes(source: Source) -> AskedAxes:
    """Those of a source: from memory where its cells are kept, else as the database finds them."""
    asked, leaf = source.asked, source.leaf
    snapshot, view = asked.snapshot, asked.view
    cube = None if source.free_of_organisation else await view.shelf.of(snapshot, CubeOf(leaf.measure, leaf.nature == "cohort"))
    if cube is None:
        merges = view.places(leaf.places, source.day).merge_days
        records = await snapshot.connection.fetch(SQL.list_asked, *arguments_of(source)[:22])
        return _ordered([(np.array([axis]), *days_of(merges, first, last)) for axis, first, last in records])
    known = cube.combinations
    is_asked = np.zeros(len(known.labels), bool)
    is_asked[[known.labels[label] for label, _ in sort_labels(snapshot.labels(leaf.measure), leaf.labels, view.groups) if label in known.labels]] = True
    axis_of = known.axis_of.astype(np.int64)
    spots = spots_of(known.places, view, leaf, Run(1, (source.period,), source.day))
    return _ordered([(axis_of[is_asked[known.label_of] & (one.of[known.place_of] >= 0)], one.first, one.last) for one in spots.passes])


def _ordered(parts: list[tuple[Ints, date, date]]) -> AskedAxes:
    none = np.zeros(0, np.int64)
    axes = np.concatenate([none, *(axes for axes, _, _ in parts)])
    firsts = np.concatenate([none, *(np.full(len(axes), first.toordinal()) for axes, first, _ in parts)])
    lasts = np.concatenate([none, *(np.full(len(axes), last.toordinal()) for axes, _, last in parts)])
    order = np.lexsort((firsts, axes))
    return AskedAxes(axes[order], firsts[order], lasts[order])
