"""Counts who or what took part, each once, from a measure's crowd."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.gateway.figures.asking import Asked
from services.gateway.figures.crowds import Crowd, CrowdOf
from services.gateway.figures.from_cubes import spots_of
from services.gateway.figures.groups import ALL
from services.gateway.figures.labels import Label, Sorted, sort_labels
from services.gateway.figures.periods import Period
from services.gateway.figures.reading import Leaf, Run, runs_of
from services.gateway.figures.spots import Spots
from services.gateway.figures.table import WHOLE, Slot, Table

Ints = NDArray[np.int64]
_MOST_MARKS = 1 << 26
"""Bytes that are taken to mark who was seen where; beyond that, everybody seen is sorted."""


async def count_crowd(asked: Asked, leaf: Leaf, of: str, families: tuple[str, ...]) -> Table | None:
    """Distinct things in a role of rows that happen, over any days; None where rows must be read."""
    if leaf.nature != "flow" or leaf.role is not None or asked.snapshot.rows_only:
        return None
    like = tuple(f"{family}/%" for family in families) or None
    crowd = await asked.view.shelf.of(asked.snapshot, CrowdOf(leaf.measure, of, like))
    if crowd is None:
        return None
    (run,) = runs_of(asked.snapshot, asked.frame, leaf.nature)
    found = sort_labels(asked.snapshot.labels(leaf.measure), leaf.labels, asked.view.groups)
    spots = spots_of(crowd.combinations.places, asked.view, leaf, run)
    return _counted(seen_in(crowd, found, spots, run), crowd.size, run.buckets if asked.frame.series else ())


class Seen(NamedTuple):
    """Who was seen in which group on which day, and whether at no live place. One may come twice."""

    axes: Ints
    groups: Ints
    days: Ints
    who: Ints
    astray: NDArray[np.bool_]


def seen_in(crowd: Crowd, found: list[tuple[Label, Sorted]], spots: Spots, run: Run) -> Seen:
    """Who was seen with these labels at these places on the days of a run."""
    first, last = run.buckets[0].first, run.buckets[-1].last
    none = np.zeros(0, np.int64)
    parts = [Seen(none, none, none, none, np.zeros(0, bool))]
    group_of, placed_of = np.array([group for group, _ in spots.falls], np.int64), np.array([placed for _, placed in spots.falls], bool)
    for labels in _groups_of_labels(crowd, found):
        for one in spots.passes:
            label, fall = labels[crowd.combinations.label_of], one.of[crowd.combinations.place_of]
            axes = np.flatnonzero((label >= 0) & (fall >= 0))
            days = Period(max(first, one.first), min(last, one.last))
            if not len(axes) or days.first > days.last:
                continue
            which, on, who = crowd.present(axes, days.first.toordinal(), days.last.toordinal())
            at = axes[which]
            parts.append(Seen(at, label[at] + group_of[fall[at]], on, who, ~placed_of[fall[at]]))
    return Seen(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _groups_of_labels(crowd: Crowd, found: list[tuple[Label, Sorted]]) -> Iterator[Ints]:
    """Of each label of the crowd its group, -1 if it is not asked about; once more for labels that fall into several."""
    known = crowd.combinations.labels
    for turn in range(max((len(where.groups) for _, where in found), default=0)):
        of = np.full(len(known), -1, np.int64)
        for label, where in found:
            if label in known and turn < len(where.groups):
                of[known[label]] = where.groups[turn]
        yield of


def _counted(seen: Seen, size: int, buckets: tuple[Period, ...]) -> Table:
    table = Table({Slot(WHOLE, ALL): _distinct(seen.who, size)}, unplaced=_distinct(seen.who[seen.astray], size))
    rows = len(buckets) + 1
    # Bucket 0 is the whole period, so each is seen in it, and in that of its day.
    starts = np.array([bucket.first.toordinal() for bucket in buckets], np.int64)
    bucket = starts.searchsorted(seen.days, side="right") if len(buckets) else np.zeros(len(seen.who), np.int64)
    groups = int(seen.groups.max(initial=0)) + 1
    each = [(np.zeros_like(bucket), seen.groups), *([(bucket, np.zeros_like(bucket)), (bucket, seen.groups)] if len(buckets) else [])]
    for of_bucket, of_group in each:
        for slot, number in _by_slot(of_bucket * groups + of_group, seen.who, rows * groups, size):
            table.values[Slot(*divmod(slot, groups))] = number
    return table


def _by_slot(slots: Ints, who: Ints, most: int, size: int) -> Iterator[tuple[int, int]]:
    """How many were seen in each slot."""
    if most * size <= _MOST_MARKS:
        marks = np.zeros((most, size), bool)
        marks[slots, who] = True
        counts = marks.sum(1)
    else:
        counts = np.bincount(np.unique(slots * size + who) // size, minlength=most)
    used = np.flatnonzero(counts)
    return zip(used.tolist(), counts[used].tolist(), strict=True)


def _distinct(who: Ints, size: int) -> int:
    seen = np.zeros(size, bool)
    seen[who] = True
    return int(seen.sum())
