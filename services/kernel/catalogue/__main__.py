"""`python -m services.kernel.catalogue list | check | explain ID [--json] [--folder FOLDER]`: what the catalogue holds, and what is wrong with it."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.load import load
from services.kernel.catalogue.source import CatalogueError
from services.kernel.catalogue.telling import explained, lines, listed

FOLDER = Path(__file__).resolve().parents[3] / "catalogue"


def main(arguments: Sequence[str] | None = None) -> int:
    """One JSON document or lines on standard output; 1 where the catalogue has flaws or the id is not known."""
    parser = argparse.ArgumentParser(prog="catalogue", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one JSON document on standard output")
    common.add_argument("--folder", type=Path, default=Path(os.environ.get("WANGGE_CATALOGUE", FOLDER)), help="the folder that holds common/ and places/")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", parents=[common], help="all kinds and metrics")
    verbs.add_parser("check", parents=[common], help="every flaw, with its file and line")
    verbs.add_parser("explain", parents=[common], help="what an id means").add_argument("id")
    asked = parser.parse_args(arguments)
    try:
        catalogue = load(asked.folder)
    except CatalogueError as error:
        return _tell_flaws(error, as_json=asked.json)
    match asked.verb:
        case "list":
            _tell(listed(catalogue)) if asked.json else _say(*lines(catalogue))
            return 0
        case "check":
            sums = {"version": catalogue.version, "kinds": len(catalogue.kinds), "metrics": len(catalogue.metrics), "flaws": []}
            _tell(sums) if asked.json else _say(f"catalogue {catalogue.version}: {len(catalogue.kinds)} kinds, {len(catalogue.metrics)} metrics, no flaw")
            return 0
        case _:
            return _explain(catalogue, asked.id)


def _explain(catalogue: Catalogue, name: str) -> int:
    found = explained(catalogue, name)
    if found is None:
        near = [known for known in (*catalogue.kinds, *catalogue.metrics) if name.rpartition(".")[2] in known]
        sys.stderr.write(f"there is no kind or metric {name}{'; did you mean ' + ', '.join(near[:5]) if near else ''}\n")
        return 1
    _tell(found)
    return 0


def _tell_flaws(error: CatalogueError, *, as_json: bool) -> int:
    if as_json:
        _tell({"flaws": [{"file": flaw.file, "line": flaw.line, "what": flaw.what, "mend": flaw.mend} for flaw in error.flaws]})
    sys.stderr.write(f"{error}\n")
    return 1


def _tell(value: object) -> None:
    _say(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())


def _say(*text: str) -> None:
    sys.stdout.write("".join(f"{line}\n" for line in text))


if __name__ == "__main__":
    sys.exit(main())
