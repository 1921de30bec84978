"""`python -m services.metrics.recount [--json]`: exit 0 only if nothing differs."""

import argparse
import asyncio
import json
import sys

from services.kernel.catalogue import load as load_catalogue
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load
from services.kernel.settings import ProcessSettings
from services.kernel.versions.stored import active_catalogue
from services.metrics.recount.compare import Compared, compare_with_log
from services.metrics.recount.derive import compare_with_told

_SQL = load("services.metrics", "sql/recount.sql")
_SHOWN = 20


async def recount(settings: ProcessSettings) -> Compared:
    """Both recounts in one repeatable-read snapshot: the tables against the facts, the facts against what was told."""
    database = await Database.connect(settings.postgres.get_secret_value(), name="recount", max_size=1, wait_s=None)
    try:
        catalogue = await active_catalogue(database) or load_catalogue(settings.catalogue)
        async with database.transaction(isolation="repeatable_read") as connection:
            await connection.execute(_SQL.take_time)
            live = await compare_with_log(connection)
            derived = await compare_with_told(connection, catalogue)
        found = Compared(live.cells, live.events, live.differences + derived)
        async with database.transaction() as connection:
            await connection.execute(_SQL.keep_outcome, found.events, found.cells, len(found.differences))
        return found
    finally:
        await database.close()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="recount", description=__doc__)
    parser.add_argument("--json", action="store_true", help="one JSON document on standard output")
    arguments = parser.parse_args()
    found = asyncio.run(recount(ProcessSettings()))  # type: ignore[call-arg]  # read from the environment
    if arguments.json:
        print(json.dumps({"cells": found.cells, "events": found.events, "differences": [one._asdict() for one in found.differences]}, ensure_ascii=False))
    else:
        print(f"{found.events} facts recounted against {found.cells} cells: {len(found.differences)} differences")
        for one in found.differences[:_SHOWN]:
            print(f"  {one.cell}: live {one.live}, recounted {one.recounted}")
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main())
