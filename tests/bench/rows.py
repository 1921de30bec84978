"""What a bench returns, and how it tells of its progress."""

import statistics
import sys
import time
from collections.abc import Iterable
from typing import Any

Row = dict[str, Any]
"""name, unit, rounds (one number a round); of_raw where there is something to compare with; whatever else the report shows."""

Rows = list[Row]

_began = time.monotonic()


def say(text: str) -> None:
    """A line of progress, on standard error."""
    sys.stderr.write(f"[{time.monotonic() - _began:5.0f} s] {text}\n")
    sys.stderr.flush()


def with_spread(rows: Iterable[Row]) -> Rows:
    """The rows with minimum, median and maximum."""
    return [{**row, "min": min(row["rounds"]), "median": statistics.median(row["rounds"]), "max": max(row["rounds"])} for row in rows if row["rounds"]]


def quantile(values: Iterable[float], share: float) -> float:
    """The value that so large a share of them does not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0
