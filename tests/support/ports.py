"""Ports that neither another server on this machine nor another worker of the same test run takes."""

import os

from deploy.local.ports import free_base

_APART = 3000


def own_base() -> int:
    """A base with a free span; workers that run side by side look in ranges of their own."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return free_base(20080 + _APART * worker)
