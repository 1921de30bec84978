"""Connections of the metrics tests."""

import asyncpg
import pytest

from services.kernel.postgres.database import Database
from tests.support.postgres import as_role


@pytest.fixture
async def worker_database(database_dsn):
    """The worker's own role, so that a missing right is noticed."""
    pool = await Database.connect(as_role(database_dsn, "metrics"), name="test", max_size=4)
    yield pool
    await pool.close()


@pytest.fixture
async def see(database_dsn):
    """A connection of the owner's, to look and to arrange."""
    connection = await asyncpg.connect(database_dsn)
    yield connection
    await connection.close()
