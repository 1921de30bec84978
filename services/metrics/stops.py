"""Partitions that cannot go on: which, why, and when to read them again. Pure."""

from dataclasses import dataclass
from typing import NamedTuple

from services.metrics.model import Chosen, Letter, Partition, Stop

_DELAYS = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds before each next attempt; the first is at once, since a passing gap heals by reading again."""


class Retry(NamedTuple):
    """Read this partition again: where it stopped, or all of it."""

    partition: Partition
    from_beginning: bool


class News(NamedTuple):
    """What a batch changed about a partition."""

    partition: Partition
    stopped: Stop | None  # its reason, when it stopped
    healed: Stop | None  # the reason it had stopped for, when it goes on


@dataclass
class _Stopped:
    reason: Stop
    behind: int  # the last offset of the batch that stopped it: read without a stop up to there, it is healed
    attempts: int
    retry_at: float


class Stops:
    """The stopped partitions of a worker. Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._stopped: dict[Partition, _Stopped] = {}

    def __contains__(self, partition: Partition) -> bool:
        return partition in self._stopped

    def note(self, partition: Partition, choice: Chosen, letters: list[Letter], now: float) -> News | None:
        """Takes in what became of a partition's letters; returns what is new, to be told."""
        known = self._stopped.get(partition)
        last = next((letter.offset for letter in reversed(letters) if letter.offset is not None), 0)
        if choice.stop is None:
            if known is None or not (choice.letters or last >= known.behind):
                return None
            del self._stopped[partition]
            return News(partition, None, known.reason)
        if known is not None and known.reason is choice.stop:
            if choice.letters:
                known.attempts = 0
            known.behind = max(known.behind, last)
            return None
        self._stopped[partition] = _Stopped(choice.stop, last, 0, now)
        return News(partition, choice.stop, None if known is None else known.reason)

    def due(self, now: float) -> list[Retry]:
        """The partitions to be read again now; each at growing intervals, for a gap every second time from the beginning."""
        retries = []
        for partition, stopped in self._stopped.items():
            if now >= stopped.retry_at:
                retries.append(Retry(partition, stopped.reason is Stop.GAP and stopped.attempts % 2 == 1))
                stopped.attempts += 1
                stopped.retry_at = now + _DELAYS[min(stopped.attempts, len(_DELAYS) - 1)]
        return retries

    def forget(self, keep: set[Partition]) -> list[tuple[Partition, Stop]]:
        """Drops partitions that are others' now; returns them."""
        gone = [(partition, stopped.reason) for partition, stopped in self._stopped.items() if partition not in keep]
        for partition, _ in gone:
            del self._stopped[partition]
        return gone
