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


def make_accounts(addresses: Addresses, roles: Sequence[str] = ROLES) -> None:
    """Make the accounts, with this state folder's passwords, and the database. LocalError when the server refuses."""

    async def make(server: _Server) -> None:
        for role in roles:
            known = await server.ask("role_exists", role)
            await server.do("set_password" if known else "make_role", role, read_password(addresses.state.secrets, role))
        if not await server.ask("database_exists", DATABASE):
            await server.do("make_database", DATABASE, OWNER)
            await server.do("close_database", DATABASE)
        for role in roles:
            await server.do("open_database", DATABASE, role)

    asyncio.run(_with_server(addresses, make))


def drop_database(addresses: Addresses) -> None:
    """Drop the platform's database, whoever is connected."""

    async def drop(server: _Server) -> None:
        await server.do("drop_database", DATABASE)

    asyncio.run(_with_server(addresses, drop))


async def _with_server(addresses: Addresses, work: Callable[[_Server], Awaitable[None]]) -> None:
    try:
        session = await asyncpg.connect(addresses.superuser_dsn, timeout=10)
        try:
            await work(_Server(session))
        finally:
            await session.close()
    except (asyncpg.PostgresError, OSError, TimeoutError) as error:
        raise LocalError(f"the database does not let us in ({error})", "see logs/postgres.log in the state folder, or WANGGE_POSTGRES") from error
