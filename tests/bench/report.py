"""`./run bench report [--from FILE …]`: docs/performance.md, its plot and docs/scale.md from what `./run bench all --json` has printed, kept as docs/performance.json.

Nothing in them is written by hand: a test holds the committed pages to the committed numbers.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

from deploy.local.state import CHECKOUT
from tests.bench.plot import plot
from tests.bench.rows import Row, Rows
from tests.bench.scale import scale_page
from tests.bench.targets import Outcome, outcomes
from tests.bench.words import ABOUT, HEAD, TITLES, WHY

NUMBERS, PAGE, PLOT, SCALE = (CHECKOUT / "docs" / name for name in ("performance.json", "performance.md", "performance-growth.svg", "scale.md"))
_TIME = ": processor time of "


def main(argv: Sequence[str] | None = None) -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./run bench report", description=__doc__)
    parser.add_argument(
        "--from",
        dest="sources",
        type=Path,
        nargs="+",
        help="what `./run bench all --json` printed; it replaces docs/performance.json. What further files hold was measured anew and takes the place of the same bench",
    )
    arguments = parser.parse_args(argv)
    if arguments.sources:
        document = reduce(anew, (json.loads(source.read_text(encoding="utf-8")) for source in arguments.sources))
        NUMBERS.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    document = json.loads(NUMBERS.read_text(encoding="utf-8"))
    PAGE.write_text(page(document), encoding="utf-8")
    PLOT.write_text(drawing(document["rows"]), encoding="utf-8")
    SCALE.write_text(scale_page(document["rows"]), encoding="utf-8")
    sys.stdout.write(f"{PAGE}\n{PLOT}\n{SCALE}\n")
    return 0


def anew(before: dict[str, Any], later: dict[str, Any]) -> dict[str, Any]:
    """The first document with those benches as the later one found them; `anew` says which, and when."""
    measured = list(dict.fromkeys(row["bench"] for row in later["rows"]))
    rows = [row for row in before["rows"] if row["bench"] not in measured] + later["rows"]
    failed = {bench: why for bench, why in before["failed"].items() if bench not in measured} | later["failed"]
    return {**before, "rows": rows, "failed": failed, "anew": [*before.get("anew", ()), {"benches": measured, "at": later["at"], "taken_s": later["taken_s"]}]}


def page(document: dict[str, Any]) -> str:
    """docs/performance.md."""
    rows: Rows = document["rows"]
    parts = [HEAD.format(at=_minute(document["at"]), taken=_long(document["taken_s"]), **_machine(document["machine"]))]
    for again in document.get("anew", ()):
        parts.append(f"Measured anew at {_minute(again['at'])} UTC, in {_long(again['taken_s'])}: {', '.join(again['benches'])}.\n")
    found = list(outcomes(rows))
    parts.append("## What was to be reached\n\n| | asked | found | | ratio |\n|---|---:|---:|---|---:|\n" + "".join(map(_outcome, found)))
    if short := [f"- *{', '.join(one.text for one in some)}*: {why}\n" for why, some in _short(found).items()]:
        parts.append("Where it falls short, and why:\n\n" + "".join(short))
    for bench, title in TITLES.items():
        mine = [row for row in rows if row["bench"] == bench]
        if mine:
            parts.append(f"## {title}\n\n{ABOUT.get(bench, '').strip()}\n\n{_contest(mine) if bench == 'processor' else _table(mine)}")
        if bench == "growth" and mine:
            parts.append(f"![Throughput and query time as events and cells grow]({PLOT.name})\n")
    for bench, why in document["failed"].items():
        parts.append(f"**Not measured: {bench}.** {why}\n")
    return "\n".join(parts)


def _long(seconds: int) -> str:
    return f"{seconds // 60} min {seconds % 60} s"


def _minute(at: str) -> str:
    return at[:16].replace("T", " ")


def _short(found: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """What was not reached, by its reason."""
    missed: dict[str, list[Outcome]] = {}
    for one in found:
        why = next((why for pattern, why in WHY.items() if re.search(pattern, one.text)), None)
        if why and one.ratio is not None and one.ratio < 1:
            missed.setdefault(why, []).append(one)
    return missed


def _machine(machine: dict[str, Any]) -> dict[str, str]:
    versions = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    about = f"{machine['processor']}, {machine['cpus']} cores, {machine['memory'] / 2**30:.0f} GiB, {machine['system'].split('-with')[0]}"
    return {"machine": about, "versions": f"Python {machine['python']}, Apache Kafka {machine['kafka']}, {versions}", "load": str(machine["load_before"][0])}


def _outcome(one: Outcome) -> str:
    if one.found is None or one.ratio is None:
        return f"| {one.text} | {one.asked} | – | not measured | |\n"
    found = f"{one.found:,.2f}" if one.found < 10 else f"{one.found:,.0f}"
    return f"| {one.text} | {one.asked} | {found} {one.unit} | {'reached' if one.ratio >= 1 else '**not reached**'} | {one.ratio:.2f} |\n"


def _contest(rows: Rows) -> str:
    """One table for each load: contestants, fastest first, with processor time; then what is no contest."""
    parts = []
    for load in dict.fromkeys(row["name"].partition(": ")[0] for row in rows):
        mine = [row for row in rows if row["name"].startswith(f"{load}: ") and _TIME not in row["name"]]
        contest = sorted((row for row in mine if row["unit"] == "facts/s" and "seconds" not in row), key=lambda row: -row["median"])
        parts.append(
            f"### {load}\n\n| | facts/s, median (min–max) | of the loop | µs a fact: itself / PostgreSQL / broker | sums | survives a crash |\n|---|---:|---:|---:|---|---|\n"
        )
        parts += [_contestant(row, rows) for row in contest]
        parts.append("\n" + _table([row for row in mine if row not in contest], rows) + "\n")
    return "".join(parts)


def _contestant(row: Row, rows: Rows) -> str:
    name = row["name"].partition(": ")[2]
    times = " / ".join(f"{_time(row, rows, who):.1f}" for who in ("client", "postgres", "broker"))
    share = f"{row['of_raw']:.2f}" if "of_raw" in row else "1"
    ours = name.startswith("Wangge")
    state = "all of it: committed with each batch" if ours else row.get("state", "–")
    facts = f" ({row['facts']:,} facts)" if "facts" in row else ""
    return f"| {f'**{name}**' if ours else name}{facts} | {_spread(row)} | {share} | {times} | {row.get('sums', '–')} | {state} |\n"


def _time(row: Row, rows: Rows, who: str) -> float:
    return next((float(one["median"]) for one in rows if one["name"] == f"{row['name']}{_TIME}{who}"), 0.0)


def _table(mine: Rows, rows: Rows | None = None) -> str:
    """Rows with median and spread, and beside each what its parts spent."""
    lines = ["| | median (min–max) | | processor time |\n|---|---:|---|---|\n"]
    for row in mine:
        if _TIME in row["name"]:
            continue
        spent = ", ".join(_spent(row, rows or mine))
        lines.append(f"| {re.sub('^(live|back-fill): ', '', row['name'])} | {_spread(row)} | {row['unit']} | {spent} |\n")
    return "".join(lines)


def _spent(row: Row, rows: Rows) -> Iterator[str]:
    for one in rows:
        name, found, who = one["name"].partition(_TIME)
        if found and name == row["name"]:
            yield f"{who} {one['median']:,.0f} {one['unit'].replace('us', 'µs')}"


def _spread(row: Row) -> str:
    def number(value: float) -> str:
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}"

    spread = f" ({number(row['min'])}–{number(row['max'])})" if len(row["rounds"]) > 1 else ""
    return number(row["median"]) + spread


def drawing(rows: Rows) -> str:
    """docs/performance-growth.svg, from the rows of the bench `growth`."""
    mine = [row for row in rows if row["bench"] == "growth" and "scale" in row]
    scales = sorted({row["scale"] for row in mine})
    names = list(dict.fromkeys(row["curve"] for row in mine))
    curves = {name: [row["median"] for scale in scales for row in mine if row["scale"] == scale and row["curve"] == name] for name in names}
    whole = {name: values for name, values in curves.items() if len(values) == len(scales) and min(values) > 0}
    return plot([f"{scale} ×" for scale in scales], whole, "Throughput and query time as events and cells grow, relative to the first")


if __name__ == "__main__":
    sys.exit(main())
