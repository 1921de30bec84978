"""docs/scale.md: a city and a country, sized from what one event, row, cell and screen was measured to cost. Written with docs/performance.md, by the same command."""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from tests.bench.rows import Rows
from tests.bench.words import SCALE_END, SCALE_HEAD, SCALE_MIDDLE

_YEAR_S = 365 * 86_400
_FACTS_A_HEAD = 20  # a resident and year, see the page
_PEAK = 10  # the busiest hour against the mean
_RESERVE = 10  # the platform is sized for so many times that hour: a flood, an epidemic, a back-fill
_ROWS = 4.4  # a fact; the load's own mean
_KEPT_DAYS = 7  # on the topics


class Size(NamedTuple):
    """Whom the platform serves."""

    name: str
    residents: float
    grids: int
    screens: int


SIZES = (
    Size("a district", 300_000, 541, 200),
    Size("a city", 20_000_000, 20_000, 10_000),
    Size("a country", 1_400_000_000, 1_500_000, 500_000),
)


class Costs(NamedTuple):
    """What was measured; None where it was not."""

    ingest: float | None  # µs of the machine's processors for one event told in batches, clients left out
    relay: float | None  # µs a fact, servers included
    processor: float | None  # µs a fact with the merge beside it, servers included
    screen: float | None  # µs of the gateway for one screen and second
    memory: float | None  # KiB a screen
    log: float | None  # bytes a fact
    row: float | None  # bytes
    cell: float | None  # bytes


def costs_of(rows: Rows) -> Costs:
    """The costs that the sizes are reckoned from."""

    def total(bench: str, pattern: str) -> float | None:
        found = [float(row["median"]) for row in rows if row["bench"] == bench and re.search(pattern, row["name"])]
        return sum(found) if found else None

    worked = total("live", r"^processor time of the gateway")
    return Costs(
        ingest=total("ingest", r"^batches .*processor time of (?!client|metrics|.*relay)"),
        relay=total("relay", r"processor time of"),
        processor=total("processor", r"^live: Wangge processor, merge beside it: processor time of"),
        screen=None if worked is None else worked / 2000 * 1e6,
        memory=total("live", r"^memory of the gateway per screen"),
        log=total("rebuild", r"^disk of a fact"),
        row=total("rebuild", r"^disk of a merged row"),
        cell=total("rebuild", r"^disk of a cell"),
    )


def scale_page(rows: Rows) -> str:
    """The page."""
    costs = costs_of(rows)
    table = ["| | " + " | ".join(size.name for size in SIZES) + " |\n|---|" + "---:|" * len(SIZES) + "\n"]
    columns = [dict(_needs(size, costs)) for size in SIZES]
    for name in columns[0]:
        table.append(f"| {name} | " + " | ".join(column[name] for column in columns) + " |\n")
    return "".join([SCALE_HEAD, _told(costs), SCALE_MIDDLE, *table, SCALE_END])


def _told(costs: Costs) -> str:
    lines = {
        "an event told in batches, door, room and database": (costs.ingest, "µs of one core"),
        "a fact through the relay, servers included": (costs.relay, "µs of one core"),
        "a fact counted and merged, servers included": (costs.processor, "µs of one core"),
        "a screen at 200 events/s": (costs.screen, "µs of one core a second"),
        "a screen, memory of its gateway": (costs.memory, "KiB"),
        "a fact in the log, with what was told and its index": (costs.log, "bytes"),
        "a merged row, with its index": (costs.row, "bytes"),
        "a cell, with its index": (costs.cell, "bytes"),
    }
    return "".join(f"| {name} | {'not measured' if value is None else f'{value:,.0f} {unit}'} |\n" for name, (value, unit) in lines.items())


def _needs(size: Size, costs: Costs) -> Iterator[tuple[str, str]]:
    facts = size.residents * _FACTS_A_HEAD
    mean = facts / _YEAR_S
    sized = mean * _PEAK * _RESERVE
    yield "residents · grids", f"{size.residents:,.0f} · {size.grids:,}"
    yield "facts a year · mean a second", f"{_big(facts)} · {mean:,.1f}"
    yield f"sized for (× {_PEAK} in the busiest hour, × {_RESERVE} in reserve), facts/s", f"{sized:,.0f}"
    for name, cost in (("cores: door and rooms", costs.ingest), ("cores: relays", costs.relay), ("cores: processors and merge", costs.processor)):
        yield name, _or_none(cost, lambda value: f"{sized * value / 1e6:,.1f}")
    yield (
        "screens · gateways of 2,000 · memory for them",
        f"{size.screens:,} · {-(-size.screens // 2000):,} · " + _or_none(costs.memory, lambda value: _bytes(size.screens * value * 1024)),
    )
    yield "log, a year", _or_none(costs.log, lambda value: _bytes(facts * value))
    yield "rows, a year", _or_none(costs.row, lambda value: _bytes(facts * _ROWS * value))
    yield "cells, a year (60 a grid and day at most)", _or_none(costs.cell, lambda value: _bytes(min(facts * _ROWS, size.grids * 60 * 365) * value))
    yield f"topics, {_KEPT_DAYS} days", _or_none(costs.log, lambda _: _bytes(facts / 365 * _KEPT_DAYS * 1200))


def _or_none(value: float | None, told: Callable[[float], str]) -> str:
    return "not measured" if value is None else told(value)


def _big(number: float) -> str:
    return f"{number / 1e9:,.1f} billion" if number >= 1e9 else f"{number / 1e6:,.0f} million"


def _bytes(number: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9)):
        if number >= size:
            return f"{number / size:,.1f} {unit}"
    return f"{number / 1e6:,.0f} MB"
