"""`python -m tests.bench NAME [--rounds N] [--json]`: measures on a platform of its own, which is gone afterwards."""

import argparse
import json
import platform as machine
import statistics
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import psutil

from deploy.local.platform import Platform
from deploy.local.ports import free_base

NAMES = ("ingest", "freshness", "processor")


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("name", choices=NAMES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="wangge-bench-") as folder:
        one = Platform(Path(folder), free_base(), say=lambda name, text: print(f"{name}: {text}", file=sys.stderr))
        try:
            with one:
                rows = import_module(f"tests.bench.{arguments.name}").measure(one, arguments.rounds)
        finally:
            one.state.delete()
    for row in rows:
        row |= {"min": min(row["rounds"]), "median": statistics.median(row["rounds"]), "max": max(row["rounds"])}
    about = {"cpus": psutil.cpu_count(), "memory": psutil.virtual_memory().total, "system": machine.platform(), "python": machine.python_version()}
    if arguments.json:
        print(json.dumps({"bench": arguments.name, "machine": about, "rows": rows}))
    else:
        for row in rows:
            print(f"{row['name']}: min {row['min']:.1f}, median {row['median']:.1f}, max {row['max']:.1f} {row['unit']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
