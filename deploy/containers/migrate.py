"""Makes the database's accounts, brings it up to date, and makes the catalogue the active one. `python -m deploy.containers.migrate`.

Several may run at once, and again at any time. WANGGE_POSTGRES_SERVER is the server (host:port); the passwords, the superuser's among them, come from the
keys at /keys. The active catalogue is put out into WANGGE_CATALOGUE_ACTIVE, from where the services load it: it is not always the image's (ADR 0012).
"""

import asyncio
import os
import sys
import time
from pathlib import Path

import asyncpg
from pydantic import SecretStr

from deploy.containers.keys import KEYS, MONITOR
from deploy.local.accounts import make_accounts
from deploy.local.environment import Addresses
from deploy.local.errors import LocalError
from deploy.local.keys import ROLES, read_password
from deploy.local.ports import Ports
from deploy.local.processes import OWNER
from deploy.local.state import State
from services.kernel.postgres.migrate import find_migrations, migrate
from services.kernel.versions import activate

_PATIENCE_S = 60
_LET_MONITOR = (Path(__file__).with_name("let_monitor.sql")).read_text(encoding="utf-8")


def addresses_of(state: State) -> Addresses:
    """The server that WANGGE_POSTGRES_SERVER names, as one who may make databases and accounts."""
    server = os.environ.get("WANGGE_POSTGRES_SERVER", "postgres:5432")
    superuser = f"postgresql://postgres:{read_password(state.secrets, 'postgres')}@{server}/postgres"
    return Addresses(state, Ports(), {"WANGGE_POSTGRES": superuser})


def main() -> int:
    """0 when the database is as this version needs it."""
    addresses = addresses_of(State(KEYS))
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            make_accounts(addresses, (*ROLES, MONITOR))
            break
        except LocalError as error:
            if time.monotonic() > until:
                sys.stderr.write(f"{error}\n")
                return 1
            time.sleep(1)
    asyncio.run(_bring_up_to_date(addresses))
    return 0


async def _bring_up_to_date(addresses: Addresses) -> None:
    session = await asyncpg.connect(addresses.superuser_dsn)
    try:
        await session.execute(_LET_MONITOR)
    finally:
        await session.close()
    for name in await migrate(addresses.dsn(OWNER), find_migrations()):
        sys.stdout.write(f"{name}\n")
    done = await activate.run(activate.VersionSettings(postgres=SecretStr(addresses.dsn(OWNER))))
    sys.stdout.write(f"{done.text()}\n")


if __name__ == "__main__":
    sys.exit(main())
