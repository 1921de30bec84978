"""Waits until a catalogue is active, then puts it out into the folder WANGGE_CATALOGUE: `python -m services.kernel.versions.fetched`.

For a process whose folder is its own (WANGGE_CATALOGUE_OWN), before its first start. With the service's own account (WANGGE_POSTGRES), once the database is
migrated. 0 when it is there; 1, with a sentence, when none was activated within WANGGE_PATIENCE seconds (300).
"""

import asyncio
import sys
import time
from pathlib import Path

from pydantic import Field

from services.kernel.postgres.database import Database
from services.kernel.settings import OwnerSettings
from services.kernel.versions.stored import put_out

_EVERY_S = 1.0


class FetchSettings(OwnerSettings):
    """Where to, and for how long."""

    catalogue: Path = Field(title="Folder that the active catalogue is put out into")
    patience: float = Field(default=300, title="Seconds to wait for a catalogue to be active")


async def fetch(settings: FetchSettings) -> bool:
    """Whether the folder holds the active catalogue; False when the time is over and there is none."""
    database = await Database.connect(settings.postgres.get_secret_value(), name="fetched", max_size=1)
    try:
        until = time.monotonic() + settings.patience
        while not await put_out(database, settings.catalogue):
            if time.monotonic() > until:
                return False
            await asyncio.sleep(_EVERY_S)
        return True
    finally:
        await database.close()


def main() -> int:
    """The command."""
    there = asyncio.run(fetch(FetchSettings()))  # type: ignore[call-arg]  # read from the environment
    if not there:
        sys.stderr.write("no catalogue is active: has `python -m services.kernel.versions.activate` run?\n")
    return 0 if there else 1


if __name__ == "__main__":
    sys.exit(main())
