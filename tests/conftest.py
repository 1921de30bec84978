"""Fixtures that every rung of the ladder may use; the bulk is in tests/support."""

pytest_plugins = ["tests.support.postgres"]
