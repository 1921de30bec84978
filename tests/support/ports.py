"""Ports that neither another server on this machine nor another worker or run of the tests takes."""

import os

from deploy.local.ports import SPAN, free_base

_FIRST, _APART = 20080, 3000


def own_base() -> int:
    """A base with a free span. Workers that run side by side look in ranges of their own; two runs begin at different places of them, since what is
    free now may be the other's a moment later.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    run = os.getpid() % (_APART // SPAN - 5)
    return free_base(_FIRST + _APART * worker + SPAN * run)
