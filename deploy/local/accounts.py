"""The database `wangge` with its accounts, made before the migrations run."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import asyncpg

from deploy.local.environment import DATABASE, Addresses
from deploy.local.errors import LocalError
from deploy.local.keys import ROLES, read_password
from deploy.local.processes import OWNER

_SQL = Path(__file__).with_name("sql")


class _Server:
    """A superuser's session; statements live in files and are named by them."""

    def __init__(self, session: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._session = session

    async def ask(self, name: str, *values: str) -> object:
        """The one value that a statement answers."""
        return await self._session.fetchval((_SQL / f"{name}.sql").read_text(), *values)

    async def do(self, name: str, *values: str) -> None:
        """Let the server quote the values into a statement, then run that."""
        await self._session.execute(str(await self.ask(name, *values)))


def make_accounts(addresses: Addresses, roles: Sequence[str] = ROLES, database: str = DATABASE) -> None:
    """Make the accounts, with this state folder's passwords, and the database. LocalError when the server refuses."""

    async def make(server: _Server) -> None:
        for role in roles:
            known = await server.ask("role_exists", role)
            await server.do("set_password" if known else "make_role", role, read_password(addresses.state.secrets, role))
        if not await server.ask("database_exists", database):
            await server.do("make_database", database, OWNER)
            await server.do("close_database", database)
        for role in roles:
            await server.do("open_database", database, role)

    asyncio.run(_with_server(addresses, make))


def drop_database(addresses: Addresses, database: str = DATABASE) -> None:
    """Drop the platform's database, or another, whoever is connected."""

    async def drop(server: _Server) -> None:
        await server.do("drop_database", database)

    asyncio.run(_with_server(addresses, drop))


def put_in_place(addresses: Addresses, fresh: str, put_aside: str) -> None:
    """Give the platform's database the name `put_aside`, dropping what has that name, and `fresh` the platform's. Nobody may be using either."""

    async def swap(server: _Server) -> None:
        await server.do("drop_database", put_aside)
        for old, new in ((DATABASE, put_aside), (fresh, DATABASE)):
            if await server.ask("database_exists", old):
                await server.ask("end_sessions", old)
                await server.do("rename_database", old, new)

    asyncio.run(_with_server(addresses, swap))


async def _with_server(addresses: Addresses, work: Callable[[_Server], Awaitable[None]]) -> None:
    try:
        session = await asyncpg.connect(addresses.superuser_dsn, timeout=10)
        try:
            await work(_Server(session))
        finally:
            await session.close()
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise LocalError(f"the database does not let us in ({error})", "see logs/postgres.log in the state folder, or WANGGE_POSTGRES") from error
