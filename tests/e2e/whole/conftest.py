"""The whole platform, once for all tests of this folder: real Apache Kafka, real PostgreSQL, every service a process of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.platform import Platform
from tests.support.district import District
from tests.support.ports import own_base


@pytest.fixture(scope="package")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Two processors; a process that dies stays dead until a test starts it."""
    one = Platform(Path(tmp_path_factory.mktemp("platform")), own_base(), workers=2, restart=False)
    try:
        with one:
            yield one
    finally:
        one.state.delete()


@pytest.fixture
def district(platform: Platform) -> Iterator[District]:
    """A district that nobody else writes to."""
    one = District(platform.gateway, platform.key("district"))
    yield one
    one.close()
