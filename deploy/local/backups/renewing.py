"""What makes a restored database one to go on with: migrated, another epoch, figures made anew, everything recounted, then put in the serving one's place.

All of it happens in a database of its own, so a backup that cannot be used leaves what serves untouched. Nothing of Kafka is needed.
"""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from typing import Any, NamedTuple

import asyncpg

from deploy.local.accounts import drop_database, make_accounts, put_in_place
from deploy.local.children import child_environment
from deploy.local.environment import DATABASE, Addresses
from deploy.local.errors import LocalError
from deploy.local.modules import module_command
from deploy.local.processes import OWNER
from deploy.local.state import CHECKOUT
from services.kernel.eventlog.restored import note_restored
from services.kernel.postgres.database import Database
from services.kernel.postgres.queries import load

_SQL = load("deploy.local.backups", "backup.sql")

RESTORING = "wangge_restoring"
"""The database that a backup is restored into."""

REPLACED = "wangge_replaced"
"""What served before the last restore; the next one drops it."""

Say = Callable[[str, str], None]


class Renewed(NamedTuple):
    """What came of it: the log's epoch, its facts and cells as recounted, what the recount found to differ, and what the rebuild found to differ and mended."""

    epoch: int
    events: int
    cells: int
    differences: list[dict[str, Any]]
    mended: list[dict[str, Any]]


def make_room(addresses: Addresses) -> None:
    """An empty database to restore into. LocalError when the server refuses."""
    drop_database(addresses, RESTORING)
    make_accounts(addresses, database=RESTORING)


def renew(addresses: Addresses, say: Say) -> Renewed:
    """Makes RESTORING fit, and puts it in the platform's place if the recount finds no difference. No process of ours may run. LocalError with the mend."""
    _run(addresses, "services.kernel.postgres.migrate")
    say("migrate", "done")
    epoch = asyncio.run(_raise_epoch(addresses))
    say("log", f"epoch {epoch}: what was told after the backup is not in it, and must be told again")
    rebuilt = _document(addresses, "services.metrics.rebuild", "--accept", "--json")
    say("rebuild", f"{rebuilt['facts']} facts, {len(rebuilt['differences'])} differences from the figures of the backup")
    counted = _document(addresses, "services.metrics.recount", "--json")
    say("recount", f"{counted['events']} facts against {counted['cells']} cells, {len(counted['differences'])} differences")
    found = Renewed(epoch, counted["events"], counted["cells"], counted["differences"], rebuilt["differences"])
    if not counted["differences"]:
        put_in_place(addresses, RESTORING, REPLACED)
    return found


async def _raise_epoch(addresses: Addresses) -> int:
    replaced = await _epoch_of(addresses.superuser_on(DATABASE))
    database = await Database.connect(addresses.dsn(OWNER, RESTORING), name="restore", max_size=1, wait_s=None)
    try:
        async with database.transaction() as connection:
            return await note_restored(connection, replaced)
    finally:
        await database.close()


async def _epoch_of(dsn: str) -> int:
    """That of the log that will be replaced; 0 where there is none. Its facts must never be taken for those of the one that comes."""
    try:
        session = await asyncpg.connect(dsn, timeout=10)
    except asyncpg.InvalidCatalogNameError:
        return 0
    try:
        return int(await session.fetchval(_SQL.read_epoch))
    except asyncpg.UndefinedTableError:
        return 0
    finally:
        await session.close()


def _document(addresses: Addresses, module: str, *arguments: str) -> dict[str, Any]:
    said = _run(addresses, module, *arguments)
    found = json.loads(said)
    assert isinstance(found, dict)
    return found


def _run(addresses: Addresses, module: str, *arguments: str) -> str:
    """A module to its end on RESTORING, with the owner's rights; what it said. It may end with 1 when it says so in a document."""
    settings = {**os.environ, **addresses.owner(module.rpartition(".")[2]), "WANGGE_POSTGRES": addresses.dsn(OWNER, RESTORING)}
    done = subprocess.run(  # noqa: S603  # a command of ours
        module_command(module, *arguments), env=child_environment(settings), cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode and not (arguments and done.stdout.strip()):
        mend = f"what served before is untouched; the restored one is {RESTORING}"
        raise LocalError(f"{module} failed on the restored database", mend, tail=done.stderr[-4000:])
    return done.stdout
