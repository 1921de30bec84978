"""`python -m services.kernel.catalogue list | check | explain ID | diff [OLD] [NEW] | page [--json] [--folder FOLDER]`: what it holds and what is wrong."""

import argparse
import asyncio
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.comparing import Comparison, compare
from services.kernel.catalogue.load import load
from services.kernel.catalogue.page import FILES, page
from services.kernel.catalogue.source import CatalogueError
from services.kernel.catalogue.telling import explained, lines, listed
from services.kernel.contracts.kind_examples import flaws_of_examples

FOLDER = Path(__file__).resolve().parents[3] / "catalogue"
DOCS = FOLDER.parent / "docs"


def main(arguments: Sequence[str] | None = None) -> int:
    """One JSON document or lines on standard output; 1 where the catalogue has flaws or the id is not known."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.verb == "diff":
            return _diff(asked.old, asked.new or asked.folder, as_json=asked.json)
        catalogue = load(asked.folder)
    except CatalogueError as error:
        return _tell_flaws(error, as_json=asked.json)
    match asked.verb:
        case "list":
            _tell(listed(catalogue)) if asked.json else _say(*lines(catalogue))
            return 0
        case "check":
            return _check(catalogue, as_json=asked.json)
        case "page":
            for language, name in FILES.items():
                (asked.into / name).write_text(page(catalogue, asked.folder, language), encoding="utf-8")
                _say(str(asked.into / name))
            return 0
        case _:
            return _explain(catalogue, asked.id)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="catalogue", description=__doc__)
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", help="one JSON document on standard output")
    folder = os.environ.get("WANGGE_CATALOGUE") or str(FOLDER)
    common.add_argument("--folder", default=folder, help="the folder that holds common/ and places/; several joined by a colon, later ones go before")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("list", parents=[common], help="all kinds and metrics")
    verbs.add_parser("check", parents=[common], help="every flaw, with its file and line")
    verbs.add_parser("explain", parents=[common], help="what an id means, and which figures it feeds").add_argument("id")
    diff = verbs.add_parser("diff", parents=[common], help="what changed, which figures that alters, and whether the log must be told again")
    diff.add_argument("old", nargs="?", help="folder; without it the active catalogue (WANGGE_POSTGRES)")
    diff.add_argument("new", nargs="?", help="folder; without it the one of --folder")
    verbs.add_parser("page", parents=[common], help="write the page of all lines, in both languages").add_argument("--into", type=Path, default=DOCS)
    return parser


def _check(catalogue: Catalogue, *, as_json: bool) -> int:
    if flaws := sorted(flaws_of_examples(catalogue)):
        return _tell_flaws(CatalogueError(flaws), as_json=as_json)
    sums = {"version": catalogue.version, "kinds": len(catalogue.kinds), "metrics": len(catalogue.metrics), "flaws": []}
    _tell(sums) if as_json else _say(f"catalogue {catalogue.version}: {len(catalogue.kinds)} kinds, {len(catalogue.metrics)} metrics, no flaw")
    return 0


def _explain(catalogue: Catalogue, name: str) -> int:
    found = explained(catalogue, name)
    if found is None:
        near = [known for known in (*catalogue.kinds, *catalogue.metrics) if name.rpartition(".")[2] in known]
        sys.stderr.write(f"there is no kind or metric {name}{'; did you mean ' + ', '.join(near[:5]) if near else ''}\n")
        return 1
    _tell(found)
    return 0


def _diff(old: str | None, new: str, *, as_json: bool) -> int:
    after = load(new)
    before = load(old) if old is not None else asyncio.run(_active())
    if before is None:
        sys.stderr.write("no catalogue is active yet: name two folders, or start the platform first\n")
        return 1
    comparison = compare(before, after)
    _tell(comparison.as_json()) if as_json else _say(*_told(comparison))
    return 0


async def _active() -> Catalogue | None:
    """The active catalogue of the database that WANGGE_POSTGRES names; None without one."""
    if not os.environ.get("WANGGE_POSTGRES"):
        return None
    from services.kernel.postgres.database import Database  # noqa: PLC0415  only this verb needs a database, and only without two folders
    from services.kernel.versions.stored import active_catalogue  # noqa: PLC0415

    database = await Database.connect(os.environ["WANGGE_POSTGRES"], name="catalogue", max_size=1)
    try:
        return await active_catalogue(database)
    finally:
        await database.close()


def _told(comparison: Comparison) -> list[str]:
    if not comparison.changes:
        return [f"catalogue {comparison.old}: nothing differs"]
    told = [f"catalogue {comparison.old} → {comparison.new}"]
    for one in comparison.changes:
        words = f" ({', '.join(one.words)})" if one.words else ""
        told.append(f"  {one.change:8} {one.section[:-1]} {one.id}{words}: {one.side}")
    told.append(f"figures that this alters: {', '.join(comparison.figures) or 'none'}")
    if comparison.rewritten:
        told.append(f"needs retelling where things of them were told: {', '.join(comparison.rewritten)}; ./run retell compares, --accept switches")
    else:
        told.append("takes effect at once: ./run up")
    return told


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
