"""Fixtures that every rung of the ladder may use; the bulk is in tests/support."""

from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.postgres"]

# How fast an example runs says nothing on a machine that others use as well.
settings.register_profile("wangge", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("wangge")
