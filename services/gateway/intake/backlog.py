"""The records that were read and are not decided yet: which may go to a room now, which must wait for which, and up to where all is decided. Pure."""

from collections.abc import Iterable, Sequence

from services.gateway.access import Enrolment
from services.gateway.cloudevents import Told
from services.gateway.intake.names import NOTHING, Names

Name = tuple[str, str]
"""(source, entity): order is kept for each entity of each source."""

FIRST_DELAY_S = 0.2
LONGEST_DELAY_S = 5.0
MOST_KNOWN = 200_000  # names remembered as existing; forgetting one costs a round, no more


class Item:
    """One record on its way. Compared by identity."""

    __slots__ = ("due", "enrolment", "offset", "others", "own", "owner", "partition", "told", "tried_at", "tries")

    def __init__(self, partition: int, offset: int, told: Told, *, owner: str, enrolment: Enrolment | None = None, names: Names = NOTHING) -> None:
        source = told.source or ""
        self.partition = partition
        self.offset = offset
        self.told = told
        self.owner = owner
        self.enrolment = enrolment
        self.own: Name | None = None if names.own is None else (source, names.own)
        self.others = frozenset((source, name) for name in names.others)
        self.tried_at: float | None = None  # when a reference of it was first found unknown
        self.tries = 0
        self.due = 0.0


class _Partition:
    def __init__(self, start: int) -> None:
        self.end = start
        self.undecided: dict[int, Item] = {}

    @property
    def position(self) -> int:
        return next(iter(self.undecided), self.end)


class Backlog:
    """Undecided records, by partition and by owner; times are seconds of one monotonic clock."""

    def __init__(self, owners: Iterable[str], patience_s: float) -> None:
        self._patience = patience_s
        self._partitions: dict[int, _Partition] = {}
        self._queues: dict[str, dict[Item, None]] = {owner: {} for owner in owners}
        self._known: dict[Name, None] = {}
        self._missing: dict[Name, set[Item]] = {}

    def add(self, item: Item) -> None:
        """Takes a record that was read, after all before it of its partition; one that was read before is passed over."""
        partition = self._partitions.setdefault(item.partition, _Partition(item.offset))
        if item.offset < partition.end:
            return
        partition.undecided[item.offset] = item
        partition.end = item.offset + 1
        self._queues[item.owner][item] = None

    def drop(self, partition: int) -> None:
        """Forgets a partition that others read now; what comes back for its records is ignored."""
        dropped = self._partitions.pop(partition, None)
        for item in dropped.undecided.values() if dropped else ():
            self._forget(item)

    def positions(self) -> dict[int, int]:
        """Of each partition the first offset that is not decided: what may be committed."""
        return {number: partition.position for number, partition in self._partitions.items()}

    def undecided(self, partition: int) -> int:
        """How many records of a partition are undecided."""
        return len(self._partitions[partition].undecided) if partition in self._partitions else 0

    def waiting(self, owner: str) -> int:
        """How many records wait for an owner."""
        return len(self._queues[owner])

    def take(self, owner: str, now: float, most: int) -> list[Item]:
        """What may go to the owner now, in order.

        Held back is what names, as its own or as a reference, the entity of an earlier event of its source that waits or is held back itself: the events of
        one entity stay in order. While a reference is not proven, its event may turn out to wait, so what names that event's entity follows a round later.
        """
        held: set[Name] = set()
        taken: list[Item] = []
        for item in self._queues[owner]:
            stays = item.due > now or (bool(held) and (item.own in held or not held.isdisjoint(item.others)))
            if not stays:
                taken.append(item)
                if len(taken) == most:
                    break
            if item.own is not None and (stays or not all(name in self._known for name in item.others)):
                held.add(item.own)
        return taken

    def next_due(self, owner: str) -> float | None:
        """When the next waiting record is due; None if none waits."""
        return min((item.due for item in self._queues[owner] if item.due), default=None)

    def decide(self, items: Sequence[Item], *, exist: bool) -> None:
        """The items are settled for good. `exist`: accepted or recognised, which proves what they name; whoever waits for their entities is due at once."""
        for item in items:
            self._forget(item)
            partition = self._partitions.get(item.partition)
            if partition is not None and partition.undecided.get(item.offset) is item:
                del partition.undecided[item.offset]
            if exist:
                self._prove(item)

    def postpone(self, item: Item, now: float) -> bool:
        """A reference is unknown: to be tried again later. False when the patience is at its end and the refusal is final."""
        if item.tried_at is None:
            item.tried_at = now
        if now >= item.tried_at + self._patience:
            return False
        delay = min(FIRST_DELAY_S * 2**item.tries, LONGEST_DELAY_S)
        item.tries += 1
        item.due = min(now + delay, item.tried_at + self._patience)
        for name in self._names(item):
            self._missing.setdefault(name, set()).add(item)
        return True

    def _prove(self, item: Item) -> None:
        for name in self._names(item):
            self._known[name] = None
        if item.own is not None:
            for waiting in self._missing.get(item.own, ()):
                waiting.due = 0.0
        while len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def _forget(self, item: Item) -> None:
        self._queues[item.owner].pop(item, None)
        for name in self._names(item):
            if name in self._missing:
                self._missing[name].discard(item)
                if not self._missing[name]:
                    del self._missing[name]

    @staticmethod
    def _names(item: Item) -> Iterable[Name]:
        return item.others if item.own is None else (*item.others, item.own)
