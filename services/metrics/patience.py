"""Waiting for a database that does not serve: a failure of the moment, never of the content."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import structlog

from services.kernel.postgres.database import LOST_RACE, UNAVAILABLE
from services.metrics.store import WatermarkMovedError

_log = structlog.get_logger()
_T = TypeVar("_T")

_LATER = (*UNAVAILABLE, *LOST_RACE, WatermarkMovedError)
_FIRST_S, _LONGEST_S = 0.05, 2.0


class Patience:
    """Repeats what could not be done now. `waiting_since` tells others that it is waiting: seconds of the clock, or None."""

    def __init__(self, clock: Callable[[], float] = time.monotonic, on_retry: Callable[[], None] = lambda: None) -> None:
        self._clock = clock
        self._on_retry = on_retry
        self.waiting_since: float | None = None

    async def insist(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """The attempt's result, after as many repetitions at growing intervals as it takes. Other errors than the database's absence are raised."""
        delay = _FIRST_S
        while True:
            try:
                result = await attempt()
            except _LATER as error:
                if self.waiting_since is None:
                    self.waiting_since = self._clock()
                    _log.warning("the database does not serve, trying again", error=f"{type(error).__name__}: {error}")
                self._on_retry()
                await asyncio.sleep(delay)
                delay = min(delay * 2, _LONGEST_S)
            else:
                self.waiting_since = None
                return result
