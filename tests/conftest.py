"""Fixtures that every rung of the ladder may use; the bulk is in tests/support."""

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.postgres", "tests.support.screens"]

# How fast an example runs says nothing on a machine that others use as well.
settings.register_profile("wangge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wangge")

SHARED_SERVERS = ("platform", "kafka", "stage")
"""Fixtures that are slow to bring up: of the tests that run side by side, those that use one of them stay together. Each lives as long as the folder of tests
it stands in, so that a worker that goes on to other tests has taken it down: a whole platform is busy even when nothing is told to it."""


@pytest.hookimpl(tryfirst=True)  # before the plugin that runs them side by side reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one shared server run one after the other in one worker, and before all others: they take longest."""
    for item in items:
        used = [name for name in SHARED_SERVERS if name in getattr(item, "fixturenames", ())]
        if used and item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(used[0]))
