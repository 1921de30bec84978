"""Brings the database up to date: numbered .sql files, each once, under an advisory lock. Forward only.

`python -m services.kernel.postgres.migrate`, as the owner (WANGGE_POSTGRES). A file that changed after it ran is an error: write a new one.

Files named `NNNN_pre_…` only add (expand): the release before goes on working on them. Files named `NNNN_post_…` take away (contract), a release later;
each says with a line `-- oldest release: X` which release works without what it takes. The database remembers that, and an older release refuses to start.
"""

import asyncio
import hashlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import asyncpg

from services.kernel.postgres.queries import load
from services.kernel.release import RELEASE, number
from services.kernel.settings import OwnerSettings

_SQL = load("services.kernel.postgres", "migrate.sql")
_LOCK = 0x57616E67  # "Wang"
_OLDEST = re.compile(r"^-- oldest release: (\d+(?:\.\d+)*)$", re.MULTILINE)


class Migration(NamedTuple):
    """One file: its name (room/number_phase_what) and its text."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()

    @property
    def oldest(self) -> str | None:
        """The oldest release that works once this has run; None for a file that only adds."""
        found = _OLDEST.search(self.sql)
        return found[1] if found else None


class ChangedMigrationError(Exception):
    """A file was changed after it had run; write a new one instead."""


class TooOldError(Exception):
    """The database has lost what this release needs."""


def find_migrations(services: Path | None = None) -> list[Migration]:
    """All migrations: the kernel's first, then the rooms' by name, each by number."""
    root = services or Path(__file__).resolve().parents[2]
    folders = [root / "kernel" / "postgres" / "migrations", *sorted(root.glob("*/sql/migrations"))]
    found = []
    for folder in folders:
        room = folder.relative_to(root).parts[0]
        found += [Migration(f"{room}/{file.stem}", file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.sql"))]
    return found


def require_new_enough(oldest: str, release: str) -> None:
    """TooOldError if a release is older than the oldest one that still works on a database."""
    if number(release) < number(oldest):
        mend = "start one of those, or restore a backup made before the upgrade"
        raise TooOldError(f"this is release {release}, and the database works with {oldest} or newer only: {mend}")


async def migrate(dsn: str, migrations: list[Migration], release: str = RELEASE) -> list[str]:
    """Runs what has not run yet, each in a transaction of its own; returns the names. Several may race: one works, the others find it done.

    TooOldError, and nothing is changed, if the database was contracted for a newer release than this.
    """
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(_SQL.lock, _LOCK)
        await connection.execute(_SQL.make_table)
        await connection.execute(_SQL.make_stamp)
        stamp = await connection.fetchrow(_SQL.read_stamp)
        newest, oldest = (stamp["newest"], stamp["oldest"]) if stamp is not None else (release, "0")
        require_new_enough(oldest, release)
        done = {row["name"]: row["checksum"] for row in await connection.fetch(_SQL.list_done)}
        fresh = []
        for migration in migrations:
            if migration.name in done:
                if done[migration.name] != migration.checksum:
                    raise ChangedMigrationError(f"{migration.name} changed after it ran: put it back and write a new migration")
                continue
            async with connection.transaction():
                await connection.execute(_SQL.short_waits)
                await connection.execute(migration.sql)
                await connection.execute(_SQL.mark_done, migration.name, migration.checksum)
                oldest = _newest(oldest, migration.oldest or oldest)
                await connection.execute(_SQL.set_stamp, _newest(newest, release), oldest)
            fresh.append(migration.name)
        await connection.execute(_SQL.set_stamp, _newest(newest, release), oldest)
        await connection.execute(_SQL.show_stamp)
        return fresh
    finally:
        await connection.close()


def _newest(*releases: str) -> str:
    return max(releases, key=number)


def main() -> int:
    """The command: prints one line for each file that ran."""
    settings = OwnerSettings()  # type: ignore[call-arg]  # read from the environment
    try:
        names: Iterable[str] = asyncio.run(migrate(settings.postgres.get_secret_value(), find_migrations()))
    except (TooOldError, ChangedMigrationError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for name in names:
        print(f"migrated {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
