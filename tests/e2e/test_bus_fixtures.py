"""What the tests of the bus share: a broker of their own, without the rest of the platform."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from deploy.local.broker import prepare_broker
from deploy.local.keys import make_keys
from deploy.local.ports import Ports
from deploy.local.state import State
from deploy.local.supervisor import Supervisor
from services.kernel.topics import Topics
from tests.support.ports import own_base


@pytest.fixture(scope="session")
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


def remove(topics: Topics, name: str) -> None:
    """Deletes a topic, if it is there, and waits until it is gone."""
    if topics.describe(name) is None:
        return
    topics._ask().delete_topics([name])
    while topics.describe(name) is not None:
        time.sleep(0.05)
