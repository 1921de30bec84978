"""Tells a replay's events through the public door, in order, until every one of them is stored or refused."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

from deploy.demo.gateway import Gateway, GatewayError

Event = dict[str, Any]
Told = Callable[[Sequence[Event]], None]
"""Called after each batch, with what was told in it."""

LARGEST = 1000  # events in a batch: large enough to be quick, small enough to be watched
PATIENCE_S = 120.0  # how long the same events may stay unavailable


class EventsRefusedError(Exception):
    """Events were refused; the message names the first ones and why."""


class Pace:
    """How quickly to tell: all events within so many seconds, evenly; 0 means as quickly as it goes."""

    def __init__(self, events: int, seconds: float, now: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep) -> None:
        self._per_second = events / seconds if seconds else 0.0
        self._now = now
        self._sleep = sleep
        self._started = now()
        self._told = 0

    @property
    def batch(self) -> int:
        """Events to tell at once: a quarter of a second's worth."""
        return min(LARGEST, max(1, round(self._per_second / 4))) if self._per_second else LARGEST

    def keep(self, told: int) -> None:
        """Waits until so many more events may have been told."""
        self._told += told
        if self._per_second:
            self._sleep(max(0.0, self._started + self._told / self._per_second - self._now()))


class Emits(Protocol):
    """A way in."""

    def emit(self, events: Sequence[Event], pace: Pace, told: Told) -> Counter[str]:
        """Tells all events in order; the counts by what became of them."""
        ...


class HttpEmitter:
    """By POST /v1/events in batches. What is unavailable is told again before anything later, so each room sees its events in order."""

    def __init__(self, gateway: Gateway, sleep: Callable[[float], None] = time.sleep) -> None:
        self._gateway = gateway
        self._sleep = sleep

    def emit(self, events: Sequence[Event], pace: Pace, told: Told) -> Counter[str]:
        """Raises EventsRefusedError at the first batch that has a refused event, GatewayError when the platform stays away for two minutes."""
        counts: Counter[str] = Counter()
        for batch in batches(events, pace.batch):
            counts += self._tell(batch)
            told(batch)
            pace.keep(len(batch))
        return counts

    def _tell(self, batch: Sequence[Event]) -> Counter[str]:
        counts: Counter[str] = Counter()
        waiting, waited = list(batch), 0.0
        while waiting:
            results = self._gateway.tell(waiting)["results"]
            counts.update(result["status"] for result in results if result["status"] != "unavailable")
            _raise_refused(results)
            again = [event for event, result in zip(waiting, results, strict=True) if result["status"] == "unavailable"]
            if len(again) < len(waiting):
                waited = 0.0
            elif waited > PATIENCE_S:
                raise GatewayError(f"{len(again)} events have been unavailable for {PATIENCE_S:.0f} s; ./run status, ./run doctor")
            if again:
                self._sleep(0.5)
                waited += 0.5
            waiting = again
        return counts


def batches(events: Sequence[Event], size: int) -> Iterator[Sequence[Event]]:
    """The events in their order, so many at a time."""
    for start in range(0, len(events), size):
        yield events[start : start + size]


def _raise_refused(results: Sequence[dict[str, Any]]) -> None:
    refused = [result for result in results if result["status"] == "rejected"]
    if refused:
        shown = "; ".join(f"{one['id']}: {one['problem']['code']}, {one['problem']['detail']}" for one in refused[:3])
        raise EventsRefusedError(f"{len(refused)} events were refused: {shown}")
