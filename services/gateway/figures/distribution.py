"""How long things took: mean and quantiles from buckets of an eighth of an octave."""

from fractions import Fraction
from math import ceil

from services.gateway.figures.asking import Asked
from services.gateway.figures.sums import Sum, Sums, add_up
from services.gateway.figures.table import Numbers, Slot, Table, fraction
from services.kernel.catalogue.metrics import Measure

BUCKET = "b"
"""The dimension that names a row's bucket, floor(8 · log2 seconds)."""


async def distribution(asked: Asked, measure: Measure, q: float | None) -> Table:
    """The mean of the rows' values, or with q their quantile; count, mean, p50 and p90 beside it."""
    summed = await add_up(asked.snapshot, asked.view, asked.leaf(measure, BUCKET), asked.frame)
    totals, buckets = _by_slot(summed.sums)
    means: Numbers = {slot: fraction(one.value, one.rows) for slot, one in totals.items()}
    further: dict[str, Numbers] = {"count": {slot: one.rows for slot, one in totals.items()}, "mean": means}
    if buckets or not totals:  # rows without buckets have no quantiles
        for name, at in (("p50", 0.5), ("p90", 0.9)):
            further[name] = {slot: quantile(buckets.get(slot, {}), at) for slot in totals}
    wanted = asked.quantile if asked.quantile is not None else q
    values: Numbers = means if wanted is None else {slot: quantile(buckets.get(slot, {}), wanted) for slot in totals}
    return Table(values, further=further, unplaced=summed.unplaced.rows, empty=None)


def quantile(counts: dict[int, int], q: float) -> int | None:
    """The value of the first bucket that reaches ceil(q·n); null without rows."""
    total = sum(counts.values())
    if total <= 0:
        return None
    wanted = max(1, ceil(Fraction(str(q)) * total))
    reached = 0
    for bucket in sorted(counts):
        reached += counts[bucket]
        if reached >= wanted:
            return value_of(bucket)
    return None


def value_of(bucket: int) -> int:
    """What a bucket stands for: round(2^((b + 0.5) / 8))."""
    return round(2 ** ((bucket + 0.5) / 8))


def _by_slot(sums: Sums) -> tuple[dict[Slot, Sum], dict[Slot, dict[int, int]]]:
    totals: dict[Slot, Sum] = {}
    buckets: dict[Slot, dict[int, int]] = {}
    for (slot, (bucket,)), one in sums.items():
        had = totals.get(slot, Sum(0, 0))
        totals[slot] = Sum(had.value + one.value, had.rows + one.rows)
        if bucket is not None:
            counts = buckets.setdefault(slot, {})
            counts[int(bucket)] = counts.get(int(bucket), 0) + one.rows
    return totals, buckets
