"""Brings the database up to date: numbered .sql files, each once, under an advisory lock. Forward only.

`python -m services.kernel.postgres.migrate`, as the owner (WANGGE_POSTGRES). A file that changed after it ran is an error: write a new one.
"""

import asyncio
import hashlib
import sys
from pathlib import Path
from typing import NamedTuple

import asyncpg

from services.kernel.postgres.queries import load
from services.kernel.settings import OwnerSettings

_SQL = load("services.kernel.postgres", "migrate.sql")
_LOCK = 0x57616E67  # "Wang"


class Migration(NamedTuple):
    """One file: its name (room/number_phase_what) and its text."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


class ChangedMigrationError(Exception):
    """A file was changed after it had run; write a new one instead."""


def find_migrations(services: Path | None = None) -> list[Migration]:
    """All migrations: the kernel's first, then the rooms' by name, each by number."""
    root = services or Path(__file__).resolve().parents[2]
    folders = [root / "kernel" / "postgres" / "migrations", *sorted(root.glob("*/sql/migrations"))]
    found = []
    for folder in folders:
        room = folder.relative_to(root).parts[0]
        found += [Migration(f"{room}/{file.stem}", file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.sql"))]
    return found


async def migrate(dsn: str, migrations: list[Migration]) -> list[str]:
    """Runs what has not run yet, each in a transaction of its own; returns the names. Several may race: one works, the others find it done."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        await connection.execute(_SQL.lock, _LOCK)
        await connection.execute(_SQL.make_table)
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
            fresh.append(migration.name)
        return fresh
    finally:
        await connection.close()


def main() -> int:
    """The command: prints one line for each file that ran."""
    settings = OwnerSettings()  # type: ignore[call-arg]  # read from the environment
    for name in asyncio.run(migrate(settings.postgres.get_secret_value(), find_migrations())):
        print(f"migrated {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
