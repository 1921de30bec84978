"""Servers that live as long as the tests that need them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local.database import prepare_database
from deploy.local.environment import Addresses
from deploy.local.keys import make_keys
from deploy.local.ports import Ports
from deploy.local.state import State
from deploy.local.supervisor import Supervisor
from tests.support.ports import own_base


@contextmanager
def throwaway_postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own, as `./run up` starts one; the superuser's address."""
    state, ports = State(folder), Ports(own_base())
    state.prepare()
    make_keys(state.secrets)
    supervisor = Supervisor()
    spec = prepare_database(state, ports, lambda _: None)
    supervisor.add(spec)
    supervisor.start(spec.name)
    try:
        supervisor.wait_ready(spec.name)
        yield Addresses(state, ports, {}).superuser_dsn
    finally:
        supervisor.close()
        state.delete()
