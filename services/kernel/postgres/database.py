"""The connection pool, and the only place that commits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal, Self

import asyncpg

from services.kernel.postgres.queries import load

_SQL = load("services.kernel.postgres", "database.sql")

Connection = asyncpg.pool.PoolConnectionProxy
Isolation = Literal["read_committed", "repeatable_read", "serializable"]

UNAVAILABLE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.InsufficientResourcesError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
)
"""What means that the database cannot serve now: wait and say so; never a verdict on the content."""

LOST_RACE = (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError, asyncpg.SerializationError)
"""What means that another writer was quicker: read and decide again."""


class Database:
    """A pool of connections of one role."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool

    @classmethod
    async def connect(cls, dsn: str, *, name: str, min_size: int = 1, max_size: int = 8, wait_s: float | None = 60) -> Self:
        """Opens a pool; statements end after 30 s, a transaction left idle after 5 s, so a frozen process holds no lock for long.

        wait_s: how long an answer is waited for, above what the server allows a statement. None is for jobs that lift the server's limits where they must.
        """
        pool = await asyncpg.create_pool(
            dsn,
            min_size=min_size,
            max_size=max_size,
            timeout=10,
            command_timeout=wait_s,
            server_settings={
                "application_name": f"wangge-{name}",
                "statement_timeout": "30000",
                "lock_timeout": "10000",
                "idle_in_transaction_session_timeout": "5000",
                "jit": "off",
                "timezone": "UTC",
            },
        )
        return cls(pool)

    @asynccontextmanager
    async def transaction(self, *, isolation: Isolation | None = None, readonly: bool = False) -> AsyncIterator[Connection]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        async with self.pool.acquire() as connection, connection.transaction(isolation=isolation, readonly=readonly):
            yield connection

    async def is_reachable(self) -> bool:
        """Whether the database answers; raises what it says when it does not."""
        return bool(await self.pool.fetchval(_SQL.is_reachable, timeout=3))

    async def close(self) -> None:
        """Closes the pool; connections still in use are cut after 5 s."""
        try:
            await asyncio.wait_for(self.pool.close(), 5)
        except TimeoutError:
            self.pool.terminate()
