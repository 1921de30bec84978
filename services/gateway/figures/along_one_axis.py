"""Answers a question along one axis from a measure's cube, if it is one and there is one."""

from typing import NamedTuple

from services.gateway.figures.cubes import Cube, Key, Rows, Spot, spots_of
from services.gateway.figures.groups import ALL
from services.gateway.figures.labels import Label, Sorted, sort_labels
from services.gateway.figures.periods import BEGINNING, ENDLESS, Period
from services.gateway.figures.reading import Leaf, Run
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.view import View

_WHOLE = (Spot(ALL, True, BEGINNING, ENDLESS),)


class _Spots(NamedTuple):
    """Where each place of a cube counts, and whether that is the same everywhere."""

    of: dict[Key, tuple[Spot, ...]]
    alike: bool


async def read_cube(snapshot: Snapshot, view: View, leaf: Leaf, run: Run) -> Rows | None:
    """Sums by bucket, label, group and placed, a stock's as changes; None where cells must be read."""
    if leaf.nature == "cohort" or leaf.role is not None:
        return None
    cube = await view.cubes.of(snapshot, leaf.measure)
    buckets = _buckets(leaf, run)
    if cube is None or not cube.tells_apart(buckets):
        return None
    found = sort_labels(snapshot.labels(leaf.measure), leaf.labels, view.groups)
    spots = _spots(cube, view, leaf, run)
    if spots.alike:
        return cube.along_labels(found, buckets)
    where = _same(found, cube)
    return None if where is None else cube.along_places(spots.of, where, buckets)


def _buckets(leaf: Leaf, run: Run) -> tuple[Period, ...]:
    """The days between one point and the next: of a stock those since the point before."""
    if leaf.nature != "stock":
        return run.buckets
    ends = [bucket.last for bucket in run.buckets]
    starts = [BEGINNING, *(end.fromordinal(end.toordinal() + 1) for end in ends[:-1])]
    return tuple(Period(start, end) for start, end in zip(starts, ends, strict=True))


def _same(found: list[tuple[Label, Sorted]], cube: Cube) -> Sorted | None:
    """Where all labels fall, if that is the same for all that ever counted."""
    wheres = {where for _, where in found}
    return next(iter(wheres)) if len(wheres) == 1 and cube.labels.keys() <= {label for label, _ in found} else None


def _spots(cube: Cube, view: View, leaf: Leaf, run: Run) -> _Spots:
    key = ("spots", leaf.measure, leaf.places, run.day, len(cube.places))
    known = view.sums.get(key)
    if isinstance(known, _Spots) and known.of.keys() == cube.places.keys():
        return known
    of = spots_of(view.places(leaf.places, run.day), cube.places, by_organisation=view.layout.by_organisation)
    spots = _Spots(of, all(one == _WHOLE for one in of.values()))
    view.remember(key, spots)
    return spots
