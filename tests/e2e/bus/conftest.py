"""A broker without the rest, once for all tests of this folder."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.local.broker import prepare_broker
from deploy.local.keys import make_keys
from deploy.local.ports import Ports
from deploy.local.state import State
from deploy.local.supervisor import Supervisor
from tests.support.ports import own_base


@pytest.fixture(scope="package")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bootstrap servers of a throw-away broker (or of WANGGE_TEST_KAFKA)."""
    if given := os.environ.get("WANGGE_TEST_KAFKA"):
        yield given
        return
    state, ports = State(Path(tmp_path_factory.mktemp("kafka"))), Ports(own_base())
    state.prepare()
    make_keys(state.secrets)
    with closing(Supervisor()) as supervisor:
        spec = prepare_broker(state, ports, os.environ, lambda _: None)
        supervisor.add(spec)
        supervisor.start(spec.name)
        supervisor.wait_ready(spec.name)
        yield f"127.0.0.1:{ports.kafka}"
    state.delete()
