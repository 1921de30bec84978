"""Makes the database's accounts, then brings it up to date. `python -m deploy.containers.migrate`. Several may run at once, and again at any time.

WANGGE_POSTGRES_SERVER is the server (host:port); the passwords, the superuser's among them, come from the keys at /keys.
"""

import asyncio
import os
import sys
import time

from deploy.containers.keys import KEYS
from deploy.local.accounts import make_accounts
from deploy.local.environment import Addresses
from deploy.local.errors import LocalError
from deploy.local.keys import read_password
from deploy.local.ports import Ports
from deploy.local.processes import OWNER
from deploy.local.state import State
from services.kernel.postgres.migrate import find_migrations, migrate

_PATIENCE_S = 60


def main() -> int:
    """0 when the database is as this version needs it."""
    state = State(KEYS)
    server = os.environ.get("WANGGE_POSTGRES_SERVER", "postgres:5432")
    superuser = f"postgresql://postgres:{read_password(state.secrets, 'postgres')}@{server}/postgres"
    addresses = Addresses(state, Ports(), {"WANGGE_POSTGRES": superuser})
    until = time.monotonic() + _PATIENCE_S
    while True:
        try:
            make_accounts(addresses)
            break
        except LocalError as error:
            if time.monotonic() > until:
                sys.stderr.write(f"{error}\n")
                return 1
            time.sleep(1)
    for name in asyncio.run(migrate(addresses.dsn(OWNER), find_migrations())):
        sys.stdout.write(f"{name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
