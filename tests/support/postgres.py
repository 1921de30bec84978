"""A real PostgreSQL for tests: one server a session, one migrated template, one fresh database a test."""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio

from services.kernel.postgres.database import Database
from services.kernel.postgres.migrate import find_migrations, migrate
from tests.support.servers import throwaway_postgres

ROLES = ("owner", "members", "activities", "cases", "metrics", "gateway")
_PASSWORD = "of-the-test-server"
_HASTE = ("ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
"""What survives a power cut is not what these tests ask, and a database of its own for each test is then cheap."""

_numbers = itertools.count(1)


def with_database(dsn: str, name: str, role: str | None = None) -> str:
    """The address of another database of the same server, as another role."""
    parts = urlsplit(dsn)
    location = parts.netloc if role is None else f"{role}:{_PASSWORD}@{parts.netloc.rpartition('@')[2]}"
    return urlunsplit(parts._replace(netloc=location, path=f"/{name}"))


async def _run(dsn: str, *statements: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def _roles() -> list[str]:
    exists = "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wangge_{0}') THEN CREATE ROLE wangge_{0} LOGIN; END IF; END $$"
    return [statement.format(role, _PASSWORD) for role in ROLES for statement in (exists, "ALTER ROLE wangge_{0} PASSWORD '{1}'")]


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The superuser address of a throw-away server (or of WANGGE_TEST_POSTGRES)."""
    if given := os.environ.get("WANGGE_TEST_POSTGRES"):
        yield given
        return
    with throwaway_postgres(Path(tmp_path_factory.mktemp("postgres"))) as dsn:
        asyncio.run(_run(dsn, *_HASTE))
        yield dsn


@pytest.fixture(scope="session")
def template_database(postgres_server: str) -> Iterator[str]:
    """The name of a database with everything migrated, to be copied."""
    name = f"wangge_template_{os.getpid()}"

    async def make() -> None:
        await _run(postgres_server, *_roles(), f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} OWNER wangge_owner")
        await migrate(with_database(postgres_server, name, "wangge_owner"), find_migrations())

    asyncio.run(make())
    yield name
    asyncio.run(_run(postgres_server, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))


@pytest_asyncio.fixture
async def database_dsn(postgres_server: str, template_database: str) -> AsyncIterator[str]:
    """The owner's address of a fresh, migrated database; dropped after the test."""
    name = f"wangge_test_{os.getpid()}_{next(_numbers)}"
    await _run(postgres_server, f"CREATE DATABASE {name} TEMPLATE {template_database} OWNER wangge_owner")
    yield with_database(postgres_server, name, "wangge_owner")
    await _run(postgres_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def database(database_dsn: str) -> AsyncIterator[Database]:
    """A pool of the owner's on the fresh database."""
    pool = await Database.connect(database_dsn, name="test")
    yield pool
    await pool.close()


def as_role(dsn: str, role: str) -> str:
    """The same database as another of our roles (`members`, `metrics` …)."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"wangge_{role}:{_PASSWORD}@{parts.netloc.rpartition('@')[2]}"))
