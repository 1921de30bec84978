"""`./run faults [NAME …] [--seeds N] [--list] [--json]`: accidents, on a platform of its own, and what is left of the events told meanwhile.

Each named fault (all, where none is named) is brought about once a seed, while a district tells its work. Exit 0 only if no accepted event was lost or
counted twice, and no figure is other than the ledger and the recount say.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from deploy.local.jars import VERSION
from deploy.local.platform import Platform
from tests.faults.accidents import ACCIDENTS
from tests.faults.fault import Fault, Verdict
from tests.faults.stations import STATIONS
from tests.faults.trial import attempt
from tests.support.ports import own_base

FAULTS = (*STATIONS, *ACCIDENTS)


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="part of a fault's name")
    parser.add_argument("--seeds", type=int, default=1, help="attempts at each fault, each with chances of its own")
    parser.add_argument("--list", action="store_true", help="print the faults' names and end")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    arguments = parser.parse_args()
    chosen = [fault for fault in FAULTS if not arguments.names or any(name in fault.name for name in arguments.names)]
    if arguments.list:
        print("\n".join(fault.name for fault in chosen))
        return 0
    if not chosen or arguments.seeds < 1:
        parser.error("no fault has such a name; --list names them" if not chosen else "--seeds needs at least 1")
    rows = _try_all(chosen, arguments.seeds)
    if arguments.json:
        print(json.dumps({"broker": f"Apache Kafka {VERSION}", "faults": rows}, ensure_ascii=False))
    else:
        _print(rows)
    return 1 if any(row["lost"] or row["doubled"] or row["unexplained"] for row in rows) else 0


def _try_all(faults: Sequence[Fault], seeds: int) -> list[dict[str, object]]:
    """The rows of the report. A process that dies stays dead until the fault starts it: what heals must heal by itself."""
    rows = []
    with tempfile.TemporaryDirectory(prefix="wangge-faults-") as folder:
        platform = Platform(Path(folder), own_base(), workers=2, restart=False, say=lambda name, text: _say(f"{name}: {text}"))
        try:
            with platform:
                for number, fault in enumerate(faults, 1):
                    rows.append(_row(number, fault, [_tell(fault, seed, attempt(platform, fault, seed)) for seed in range(1, seeds + 1)]))
        finally:
            platform.state.delete()
    return rows


def _row(number: int, fault: Fault, verdicts: Sequence[Verdict]) -> dict[str, object]:
    sums = {sort: sum(len(getattr(verdict, sort)) for verdict in verdicts) for sort in ("lost", "doubled", "unexplained")}
    events, recovery = sum(verdict.events for verdict in verdicts), max(verdict.recovery_s for verdict in verdicts)
    return {"n": number, "name": fault.name, "seeds": len(verdicts), "events": events, **sums, "recovery_s": recovery}


def _tell(fault: Fault, seed: int, verdict: Verdict) -> Verdict:
    found = f"counted after {verdict.recovery_s:.1f} s" if verdict.is_clean else str(verdict.findings())
    _say(f"{fault.name}, seed {seed}: {verdict.events} events, {found}")
    return verdict


def _print(rows: Sequence[dict[str, object]]) -> None:
    for row in rows:
        found = f"lost {row['lost']}, doubled {row['doubled']}, unexplained {row['unexplained']}"
        print(f"{row['n']:>3}  {row['name']:<40} {row['events']:>6} events  {found}  counted after {row['recovery_s']:.1f} s at most")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
