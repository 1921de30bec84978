"""Tells the log again under the catalogue of the operator's folders: `./run retell [--accept] [--json]`. Each room tells in a process of its own.

Without --accept it shows what would change and forgets it. With it: writing waits for the last few events and the switch, processes start again with the
new catalogue, and the figures are made anew; until then the live ones stand as they were.
"""

import argparse
import asyncio
import json
import subprocess
import sys
from typing import Any

from deploy.local.modules import module_command
from services.kernel.catalogue import Catalogue, CatalogueError, load
from services.kernel.catalogue.comparing import Comparison
from services.kernel.postgres.database import Database
from services.kernel.retelling.conducting import ROOMS, Conductor, Moved
from services.kernel.versions.activate import VersionSettings, offer
from services.kernel.versions.stored import put_out

Report = dict[str, Any]
WHY = "the log is told again under another catalogue; what is told now, tell again in a minute"


class NoPlaceError(Exception):
    """Events that were accepted have no place under the new catalogue."""


async def retell(settings: VersionSettings, *, accept: bool) -> Report:
    """What was compared and done, as the document that --json prints."""
    catalogue = load(settings.catalogue)
    database = await Database.connect(settings.postgres.get_secret_value(), name="retell", max_size=4, wait_s=None)
    try:
        offered = await offer(database, settings.catalogue, catalogue)
        if not offered.to_retell or offered.comparison is None:
            await put_out(database, settings.catalogue_active)
            return {"from": offered.active, "to": offered.active, "kinds": [], "moved": [], "figures": [], "switched": False, "needed": False}
        return await _tell_and_switch(Conductor(database), database, settings, catalogue, offered.comparison, accept=accept)
    finally:
        await database.close()


async def _tell_and_switch(
    conductor: Conductor, database: Database, settings: VersionSettings, catalogue: Catalogue, comparison: Comparison, *, accept: bool
) -> Report:
    await conductor.begin(settings.catalogue, catalogue)
    try:
        rooms = await _tell_rooms()
        moved = await conductor.compare()
        if accept:
            await conductor.close(WHY)
            rooms = await _tell_rooms(rooms)
            await conductor.switch()
    except BaseException:
        await conductor.abandon()
        raise
    if accept:
        await put_out(database, settings.catalogue_active)
        rebuilt = await _run("services.metrics.rebuild", "--accept")
        if rebuilt is None:
            raise RuntimeError("the log was told again, but its figures could not be made anew: ./run rebuild --accept")
    else:
        await conductor.abandon()
    return {
        "from": comparison.old,
        "to": comparison.new,
        "kinds": list(comparison.rewritten),
        "figures": list(comparison.figures),
        "moved": [one._asdict() for one in moved],
        "rooms": rooms,
        "switched": accept,
        "needed": True,
    }


async def _tell_rooms(before: list[Report] | None = None) -> list[Report]:
    """One pass of each room; sums of both passes where there was one before."""
    told = []
    for number, room in enumerate(ROOMS):
        document = await _run(f"services.{room}.retell")
        if document is None:
            raise RuntimeError(f"the room {room} could not tell its log again")
        if document["refused"]:
            first = document["refused"][0]
            what = f"{len(document['refused'])} events of {room} have no place under the new catalogue, first {first['event']}: {first['detail']}"
            raise NoPlaceError(f"{what}. Mend the catalogue so that it has room for what was accepted")
        if before is not None:
            document = {**document, **{name: document[name] + before[number][name] for name in ("events", "facts", "carried")}}
        told.append(document)
    return told


async def _run(module: str, *arguments: str) -> Report | None:
    """A module to its end in this environment; its JSON document, or None where it has none to show."""
    process = await asyncio.create_subprocess_exec(*module_command(module, *arguments, *(["--json"] if arguments else [])), stdout=subprocess.PIPE)
    said, _ = await process.communicate()
    try:
        document = json.loads(said)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def main() -> int:
    """The command: 0 if the log is now by the folders' catalogue, or was before; 1 if something is left to be decided or mended."""
    parser = argparse.ArgumentParser(prog="./run retell", description="Tell the log again under the catalogue of the folders.")
    parser.add_argument("--accept", action="store_true", help="switch to it")
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    asked = parser.parse_args()
    settings = VersionSettings()  # type: ignore[call-arg]  # read from the environment
    try:
        report = asyncio.run(retell(settings, accept=asked.accept))
    except (CatalogueError, NoPlaceError, RuntimeError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    if asked.json:
        sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
    else:
        _print(report)
    return 0 if report["switched"] or not report["needed"] else 1


def _print(report: Report) -> None:
    if not report["needed"]:
        print(f"nothing to tell again: catalogue {report['to']} is active")
        return
    print(f"catalogue {report['from']} → {report['to']}: rows of {', '.join(report['kinds'])}")
    for one in (Moved(**moved) for moved in report["moved"]):
        print(f"  {one.measure} of {one.kind}: {one.go} rows go, {one.come} come")
    print(f"figures that this alters: {', '.join(report['figures']) or 'none'}")
    events = sum(room["events"] for room in report["rooms"])
    print(f"{events} events told again, switched" if report["switched"] else f"{events} events told again for this comparison; --accept switches")


if __name__ == "__main__":
    sys.exit(main())
