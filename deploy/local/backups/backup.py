"""Writes the database into one file while everything runs: one snapshot, taken by pg_dump."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import asyncpg

from deploy.local.backups.manifest import Manifest, digest, fingerprint
from deploy.local.backups.programs import run_program
from deploy.local.environment import Addresses
from deploy.local.errors import LocalError
from deploy.local.processes import OWNER
from services.kernel.clock import system_clock
from services.kernel.postgres.queries import load

_SQL = load("deploy.local.backups", "backup.sql")


def back_up(addresses: Addresses, file: Path) -> Manifest:
    """Writes FILE and FILE.json; what stands in the latter. FILE appears when it is whole. LocalError with the mend."""
    if file.exists():
        raise LocalError(f"{file} exists already", "name another file")
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f"{file.name}.part")
    part.touch(mode=0o600)
    try:
        seen = asyncio.run(_dump(addresses.dsn(OWNER), part))
        manifest = Manifest(bytes=part.stat().st_size, sha256=digest(part), keys=fingerprint(addresses.state.secrets), **seen._asdict())
        manifest.write(file)
        part.rename(file)
    except asyncpg.PostgresError as error:
        raise LocalError(f"the database could not be backed up ({error})", "see `./run doctor`") from error
    finally:
        part.unlink(missing_ok=True)
    return manifest


class _Seen(NamedTuple):
    release: str
    made: str
    postgres: str
    catalogue: str | None
    epoch: int
    facts: dict[str, int]


async def _dump(dsn: str, part: Path) -> _Seen:
    session = await asyncpg.connect(dsn, timeout=10)
    try:
        async with session.transaction(isolation="repeatable_read", readonly=True):
            snapshot = await session.fetchval(_SQL.share_snapshot)
            made = system_clock().isoformat(timespec="seconds")
            row = await session.fetchrow(_SQL.describe)
            assert row is not None
            facts = {one["topic"]: one["facts"] for one in await session.fetch(_SQL.count_facts)}
            # In a thread: the snapshot lives as long as this transaction, and the session must answer meanwhile.
            await asyncio.to_thread(run_program, "pg_dump", dsn, "--format=custom", f"--snapshot={snapshot}", f"--file={part}")
    finally:
        await session.close()
    return _Seen(made=made, facts=facts, **row)
