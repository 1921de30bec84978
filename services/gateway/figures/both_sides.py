"""What happened to one thing more than once may be on both sides of a rate: resolved late, and again in time."""

from datetime import date
from typing import NamedTuple

import numpy as np

from services.gateway.figures.asking import Asked
from services.gateway.figures.crowds import CrowdOf
from services.gateway.figures.from_crowds import seen_in
from services.gateway.figures.from_cubes import spots_of
from services.gateway.figures.labels import sort_labels
from services.gateway.figures.reading import Leaf, Run, place_arguments
from services.gateway.figures.statements import ITEMS as SQL
from services.gateway.figures.sums import Sum
from services.kernel.catalogue.metrics import THING


class Both(NamedTuple):
    """Things that happened on both sides, and what their rows on the first add up to, as of commit n."""

    n: int
    things: tuple[str, ...]
    sums: Sum


async def in_both(asked: Asked, leaves: tuple[Leaf, Leaf], run: Run) -> Both | None:
    """The things that have rows of both leaves of one measure; None where who took part is not kept, so that it would be found out anew for every page."""
    snapshot, view, leaf = asked.snapshot, asked.view, leaves[0]
    (period,) = run.buckets
    key = ("both", leaves, run)
    known = view.sums.get(key)
    if isinstance(known, Both) and known.n <= snapshot.head.n and snapshot.untouched_since(known.n, (leaf.measure,)):
        return known
    crowd = await view.shelf.of(snapshot, CrowdOf(leaf.measure, THING))
    if crowd is None:
        return None
    spots = spots_of(crowd.combinations.places, view, leaf, run)
    sides = [sort_labels(snapshot.labels(leaf.measure), one.labels, view.groups) for one in leaves]
    ours, theirs = (seen_in(crowd, found, spots, run) for found in sides)
    shared = np.intersect1d(ours.who, theirs.who)
    both = Both(snapshot.head.n, (), Sum(0, 0))
    if len(shared):
        at = [(side.axes[which], side.days[which]) for side in (ours, theirs) for which in (np.isin(side.who, shared),)]
        axes = crowd.combinations.axis_of[np.concatenate([one for one, _ in at])].tolist()
        days = [date.fromordinal(day) for day in np.concatenate([one for _, one in at]).tolist()]
        common = place_arguments(snapshot, view, view.places(leaf.places, run.day), leaf.measure)
        lines = [(label.kind, label.dims, side) for side, found in enumerate(sides) for label, _ in found]
        labels = [[line[place] for line in lines] for place in range(3)]
        records = await snapshot.connection.fetch(SQL.list_in_both, *common, *labels, None, leaf.role, *period, axes, days)
        sums = Sum(sum(record["value"] for record in records), sum(record["count"] for record in records))
        both = Both(snapshot.head.n, tuple(record["thing"] for record in records), sums)
    view.remember(key, both)
    return both
