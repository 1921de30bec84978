"""What each source has sent through this door since the process started."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import msgspec

from services.kernel.clock import Clock


class Sender(msgspec.Struct):
    """One source's traffic."""

    last_at: datetime | None = None
    counts: Counter[str] = msgspec.field(default_factory=Counter)  # by status


class Senders:
    """Counts by source, in memory: cheap, and gone with the process; the durable record is the log."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._senders: dict[str, Sender] = {}
        self.since = clock()

    def note(self, told: Iterable[tuple[str, str]]) -> None:
        """Counts (source, status) pairs. Only pass sources that are enrolled, or the table grows with whatever strangers invent."""
        sums = Counter(told)
        now = self._clock()
        for (source, status), count in sums.items():
            sender = self._senders.setdefault(source, Sender())
            sender.counts[status] += count
            if status != "unavailable":
                sender.last_at = now

    def of(self, source: str) -> Sender:
        """A source's traffic; empty if it has not been heard."""
        return self._senders.get(source, Sender())
