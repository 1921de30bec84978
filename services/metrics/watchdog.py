"""Notices that a partition has records to read and is not getting on, whatever the cause; heals by seeking, then by dying. Pure."""

from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol

from services.metrics.model import Partition

SEEK_AFTER_S = 10.0
CRASH_AFTER_S = 30.0


class Reached(Protocol):
    """How far a partition is."""

    @property
    def partition(self) -> Partition:
        """Which one."""
        ...

    @property
    def reached(self) -> int:
        """The offset behind the last record applied."""
        ...

    @property
    def high_watermark(self) -> int | None:
        """The offset that the next record will have."""
        ...

    @property
    def buffered(self) -> bool:
        """Whether the client holds records of it already."""
        ...


class StalledError(Exception):
    """A partition with records to read has not moved for too long, and seeking did not help; the process ends and is started anew."""


class Verdict(NamedTuple):
    """What to do now."""

    seek: bool
    rewound: set[Partition]  # these stand behind the topic's end, so their offsets are another topic's
    crash: Partition | None


class Watchdog:
    """Looks every second or so. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._reached: dict[Partition, int] = {}
        self._since: dict[Partition, float] = {}
        self._sought_at = 0.0

    def look(self, partitions: Iterable[Reached], now: float, excused: Callable[[Partition], bool]) -> Verdict:
        """The verdict on our partitions; those excused wait for something known (the database, the merge, a missing fact)."""
        stalled: dict[Partition, float] = {}
        rewound: set[Partition] = set()
        for one in partitions:
            partition, reached, end = one.partition, one.reached, one.high_watermark
            behind = end is not None and end > reached and not one.buffered
            if end is not None and end < reached:
                rewound.add(partition)
            if behind and self._reached.get(partition) == reached and not excused(partition):
                stalled[partition] = self._since.get(partition, now)
            self._reached[partition] = reached
        self._since = stalled
        worst = min(stalled, key=lambda partition: stalled[partition], default=None)
        waited = 0.0 if worst is None else now - stalled[worst]
        if waited >= CRASH_AFTER_S:
            return Verdict(False, set(), worst)
        due = (waited >= SEEK_AFTER_S or bool(rewound)) and now - self._sought_at >= SEEK_AFTER_S
        if due:
            self._sought_at = now
        return Verdict(due, rewound if due else set(), None)
