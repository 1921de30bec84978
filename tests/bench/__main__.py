"""`./run bench [NAME …] [--json] [--rounds N] [--profile]`: measures on a platform of its own, which is gone afterwards. `all` is every bench; `report`
writes docs/performance.md from what `all --json` has printed (see report.py).

The benches take their rounds in turn between contestants and say what was warm-up. Progress goes to standard error; with `--json` one document to standard output.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from deploy.local.platform import Platform
from deploy.local.ports import free_base
from tests.bench.machine import about
from tests.bench.rows import Rows, say, with_spread

WITH_SERVICES = ("scrape", "ingest", "freshness", "live")
ALONE = ("relay", "rebuild", "processor", "query", "growth")
NAMES = WITH_SERVICES + ALONE
"""In the order in which `all` runs them: what needs every service, first what is of one district; then what needs the machine for itself."""

LONG = ("wall", "scroll")
"""With services, but minutes long and in need of a browser: no part of `all`."""

_ROUNDS, _ROUNDS_OF_ALL = 3, 2

_HURRY_S = 780.0
"""`all` stays below twenty minutes: what begins later than this runs one round only, and says so."""


def main() -> int:
    """The command; 0 if everything could be measured."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("names", nargs="*", default=["all"], choices=[*NAMES, *LONG, "all"], metavar="NAME", help=", ".join((*NAMES, *LONG, "all")))
    parser.add_argument("--rounds", type=int, help=f"{_ROUNDS} by default, {_ROUNDS_OF_ALL} of all")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--profile", action="store_true", help="processor only: where its time goes, function by function")
    if sys.argv[1:2] == ["report"]:
        return int(import_module("tests.bench.report").main(sys.argv[2:]))
    arguments = parser.parse_args()
    # In our order: what stands alone leaves its facts on the topics.
    names = [name for name in (*LONG, *NAMES) if name in arguments.names or ("all" in arguments.names and name not in LONG)]
    if arguments.profile:
        os.environ["BENCH_PROFILE"] = "1"
    document = run(names, arguments.rounds or (_ROUNDS_OF_ALL if "all" in arguments.names else _ROUNDS))
    document["bench"] = "all" if "all" in arguments.names else ",".join(names)
    if arguments.json:
        sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write(table(document["rows"]))
    return 1 if document["failed"] else 0


def run(names: list[str], rounds: int) -> dict[str, Any]:
    """All of these on one platform. One that fails is told of and keeps no other from being measured."""
    began, machine = time.monotonic(), about()
    rows: Rows = []
    failed: dict[str, str] = {}
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder:
        one = Platform(Path(folder), free_base(), say=lambda name, text: say(f"{name}: {text}"))
        try:
            one.start_infrastructure()
            one.run_steps()  # services are started by the first bench that wants them
            for name in names:
                late = len(names) > 1 and time.monotonic() - began > _HURRY_S
                rows += _measure(one, name, 1 if late else rounds, failed)
        finally:
            one.stop()
            one.state.delete()
    taken = round(time.monotonic() - began)
    return {
        "bench": "",
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "taken_s": taken,
        "machine": machine,
        "rows": with_spread(rows),
        "failed": failed,
    }


def _measure(platform: Platform, name: str, rounds: int, failed: dict[str, str]) -> Rows:
    if find_spec(f"tests.bench.{name}") is None:
        failed[name] = "there is no such bench yet"
        return []
    say(f"{name}: {rounds} rounds")
    try:
        if name in WITH_SERVICES + LONG and "gateway" not in platform.pids():
            platform.start_services()
        return [{"bench": name, **row} for row in import_module(f"tests.bench.{name}").measure(platform, rounds)]
    except Exception as error:  # noqa: BLE001  the others are measured all the same
        failed[name] = f"{type(error).__name__}: {error}"[:500]
        say(f"{name} failed: {failed[name]}")
        return []


def table(rows: Rows) -> str:
    """The rows for people."""
    lines = []
    for row in rows:
        share = f", {row['of_raw']:.2f} of the raw loop" if "of_raw" in row else ""
        sums = "" if row.get("sums", "exact") == "exact" else f", {row['sums']}"
        lines.append(f"{row['bench']}: {row['name']}: min {row['min']:,.1f}, median {row['median']:,.1f}, max {row['max']:,.1f} {row['unit']}{share}{sums}\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.exit(main())
