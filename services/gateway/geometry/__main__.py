"""`python -m services.gateway.geometry load FILE …`: brings outlines of areas. As the gateway's account (WANGGE_POSTGRES)."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from services.gateway.geometry.outlines import keep_outlines, namespaces_with_outlines
from services.gateway.geometry.reading import GeometryError, Outlines, read_outlines
from services.kernel.postgres.database import Database
from services.kernel.settings import OwnerSettings


async def _load(dsn: str, files: Sequence[Outlines], *, if_none: bool) -> bool:
    database = await Database.connect(dsn, name="geometry", max_size=1)
    try:
        async with database.transaction() as connection:
            if if_none and not _namespaces(files).isdisjoint(await namespaces_with_outlines(connection)):
                return False
            await keep_outlines(connection, files)
            return True
    finally:
        await database.close()


def _namespaces(files: Iterable[Outlines]) -> set[str]:
    return {outline.area.partition(":")[0] for outlines in files for outline in outlines.found}


def main(arguments: Sequence[str] | None = None) -> int:
    """The files together replace all outlines of the namespaces they name; either all are taken or none. 0 if they were, 1 and a sentence if not."""
    parser = argparse.ArgumentParser(prog="geometry", description="Outlines of areas for GET /v1/areas/geometry.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    load = verbs.add_parser("load", help="take GeoJSON files: features whose id is an area's key")
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--namespace", help="of keys without a colon")
    load.add_argument("--if-none", action="store_true", help="do nothing if one of their namespaces has outlines already")
    given = parser.parse_args(arguments)
    found: list[Outlines] = []
    for file in given.files:
        try:
            found.append(read_outlines(file.read_bytes(), given.namespace))
        except (OSError, GeometryError) as error:
            print(f"{file}: {error}", file=sys.stderr)
            return 1
    settings = OwnerSettings()  # type: ignore[call-arg]  # read from the environment
    if not asyncio.run(_load(settings.postgres.get_secret_value(), found, if_none=given.if_none)):
        print("there are outlines already; they stay")
        return 0
    for file, outlines in zip(given.files, found, strict=True):
        print(f"{file}: {len(outlines.found)} outlines" + (", synthetic" if outlines.synthetic else ""))
    return 0


if __name__ == "__main__":
    sys.exit(main())
