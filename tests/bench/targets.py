"""What was to be reached, and whether it was: each target names the rows it looks at by bench and pattern."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tests.bench.rows import Row, Rows


class Target(NamedTuple):
    """A bound on rows of one bench. `of`: the field that is bounded; of several rows or several numbers the worst one counts."""

    text: str
    bench: str
    pattern: str
    at_least: float | None = None
    at_most: float | None = None
    of: str = "median"


class Outcome(NamedTuple):
    """What came of a target. `ratio`: how many times better than asked (below 1: missed); None: not measured."""

    text: str
    asked: str
    found: float | None
    unit: str
    ratio: float | None


_ONE_AXIS = r"^(place|series|kind) p99"
TARGETS: Sequence[Target] = (
    Target("Processor, share of the loop that only decodes: live", "processor", r"^live: Wangge processor$", at_least=0.65, of="of_raw"),
    Target("Processor, share of the loop that only decodes: back-fill", "processor", r"^back-fill: Wangge processor$", at_least=0.65, of="of_raw"),
    Target("Processor with the merge beside it, share: live", "processor", r"^live: Wangge processor, merge beside it$", at_least=0.5, of="of_raw"),
    Target("Processor with the merge beside it, share: back-fill", "processor", r"^back-fill: Wangge processor, merge beside it$", at_least=0.5, of="of_raw"),
    Target("Sustained, what waits to be merged not growing: live", "processor", r"^live: sustained, merge beside it$", at_least=25_000),
    Target("Sustained, what waits to be merged not growing: back-fill", "processor", r"^back-fill: sustained, merge beside it$", at_least=20_000),
    Target("POST /v1/events, batches of 500", "ingest", r"^batches of 500[^:]*$", at_least=10_000),
    Target("POST /v1/events, single events, 32 clients", "ingest", r"^single events[^:]*$", at_least=3_000),
    Target("From inbound.v1, one intake process", "ingest", r"^from inbound\.v1[^:]*$", at_least=5_000),
    Target("Relay", "relay", r"^relay$", at_least=30_000),
    Target("Rebuild from the log", "rebuild", r"^rebuild$", at_least=60_000),
    Target("2xx to the screen at 200 events/s, p99", "freshness", r"^200 events/s, from the answer .*p99$", at_most=300),
    Target("2xx to the screen at 2,000 events/s, p99", "freshness", r"^2000 events/s, from the answer .*p99$", at_most=1000),
    Target("A figure along one axis over 10 million cells, p99", "query", _ONE_AXIS, at_most=50),
    Target("A figure along both axes, p99", "query", r"^both p99", at_most=300),
    Target("A figure on a past tree, p99", "query", r"^past p99", at_most=300),
    Target("Distinct people over free ranges, the first time, p99", "query", r"^(distinct|people).*(first|new).*p99", at_most=500),
    Target("Distinct people, again at the same watermark, p99", "query", r"^(distinct|people).*again.*p99", at_most=50),
    Target("A page of items of a million cases, p99", "query", r"^items.*p99", at_most=50),
    Target("2,000 screens on one gateway at 200 events/s, p99", "live", r"^2xx to .* screens .*p99$", at_most=1000),
    Target("/metrics, p99", "scrape", r"^/metrics .*p99$", at_most=50),
)


def outcomes(rows: Rows) -> Iterator[Outcome]:
    """Each target with what was found, in order; ahead of all peers comes first."""
    yield _ahead(rows)
    for target in TARGETS:
        mine = [row for row in rows if row["bench"] == target.bench and re.search(target.pattern, row["name"]) and target.of in row]
        asked = f"≥ {target.at_least:,}" if target.at_least is not None else f"< {target.at_most:,}"
        unit = "of the loop" if target.of == "of_raw" else mine[0]["unit"] if mine else ""
        if not mine:
            yield Outcome(target.text, asked, None, unit, None)
        elif target.at_least is not None:
            found = min(float(row[target.of]) for row in mine)
            yield Outcome(target.text, asked, found, unit, found / target.at_least)
        else:
            found = max(float(row[target.of]) for row in mine)
            yield Outcome(target.text, asked, found, unit, (target.at_most or 0) / max(found, 1e-9))


def is_framework(row: Row) -> bool:
    """Whether a row is a stream processor that a team would choose; the raw loops with a dict are the limit, not a choice."""
    return bool(row.get("peer")) and ": raw " not in row["name"]


def _ahead(rows: Rows) -> Outcome:
    """The processor with its commits, and the merge beside it, against the fastest other whose sums were right."""
    text = "Ahead of every other stream processor, the merge running beside ours"
    ours = [row["median"] for row in rows if row["name"] == "live: Wangge processor, merge beside it"]
    theirs = {row["name"].partition(": ")[2]: row["median"] for row in rows if is_framework(row) and row["sums"] == "exact"}
    if not ours or not theirs:
        return Outcome(text, "> 1 ×", None, "", None)
    best = max(theirs, key=lambda name: theirs[name])
    ratio = ours[0] / theirs[best]
    return Outcome(text, "> 1 ×", round(ratio, 2), f"× {best}", ratio)
