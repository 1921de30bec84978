"""Waiting for what comes about by itself."""

import time
from collections.abc import Callable


def eventually(condition: Callable[[], object], *, within: float, every: float = 0.1, what: str = "") -> None:
    """Returns once the condition holds; AssertionError with what it last gave otherwise. What it raises counts as not yet."""
    deadline = time.monotonic() + within
    last: object = None
    while time.monotonic() < deadline:
        try:
            last = condition()
            if last:
                return
        except Exception as error:  # noqa: BLE001  a platform under test may fail in any way for a while
            last = error
        time.sleep(every)
    raise AssertionError(f"not within {within:.0f} s: {what or condition}; last: {last!r}")
