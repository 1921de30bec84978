"""Where the relay stands, kept in PostgreSQL. All of it goes through the session that holds the relay's lock: who loses the lock can neither read nor mark."""

from collections.abc import Mapping
from typing import NamedTuple

from services.kernel.eventlog.publisher import Outgoing
from services.kernel.postgres.database import Connection
from services.kernel.postgres.queries import load

_SQL = load("services.kernel.eventlog", "relay.sql")


class OvertakenError(Exception):
    """Somebody else moved the marks: another relay, or a person who wants the topic published again. Read them again."""


class Mark(NamedTuple):
    """The last acknowledged number of a partition, and the offset behind it."""

    sequence: int = 0
    next_offset: int = 0


class Standing(NamedTuple):
    """What the log knows of the topic: the incarnation it was published to (None before the first time) and the mark of each partition."""

    topic_id: str | None
    marks: dict[int, Mark]


class Progress:
    """The marks and the log of one topic, on one session."""

    def __init__(self, session: Connection, topic: str) -> None:
        self._session = session
        self._topic = topic

    async def try_lead(self) -> bool:
        """Whether this session is now the topic's one relay."""
        await self._session.execute(_SQL.forget_marks_late)
        return bool(await self._session.fetchval(_SQL.try_lead, self._topic))

    async def read(self) -> Standing:
        """The marks as they stand."""
        rows = await self._session.fetch(_SQL.read_progress, self._topic)
        ids = {row["topic_id"] for row in rows}
        return Standing(ids.pop() if len(ids) == 1 else None, {row["partition"]: Mark(row["sequence"], row["next_offset"]) for row in rows})

    async def counters(self) -> dict[int, int]:
        """The last number given in each partition. One that is behind a mark means that the log was told again: the marks say from where."""
        return {row["partition"]: row["n"] for row in await self._session.fetch(_SQL.read_counters, self._topic)}

    async def take(self, wanted: Mapping[int, range]) -> dict[int, list[Outgoing]]:
        """The facts of these numbers, in order, of each partition."""
        runs = [[*wanted], [run.start for run in wanted.values()], [run.stop - 1 for run in wanted.values()]]
        taken: dict[int, list[Outgoing]] = {partition: [] for partition in wanted}
        for partition, *fact in await self._session.fetch(_SQL.take_next, self._topic, *runs):
            taken[partition].append(Outgoing(*fact))
        return taken

    async def mark(self, topic_id: str, before: Mapping[int, Mark], now: Mapping[int, Mark]) -> None:
        """Remembers what was acknowledged; OvertakenError if a mark is not where it was left."""
        moved = sorted(now)
        left, reached, offsets = [before[p].sequence for p in moved], [now[p].sequence for p in moved], [now[p].next_offset for p in moved]
        marked = await self._session.fetch(_SQL.mark_acknowledged, self._topic, topic_id, moved, left, reached, offsets)
        if len(marked) != len(moved):
            raise OvertakenError(f"{len(moved) - len(marked)} marks of {self._topic} were moved by somebody else")

    async def note_topic(self, topic_id: str) -> None:
        """Remembers the first incarnation."""
        await self._session.execute(_SQL.note_topic, self._topic, topic_id)

    async def start_over(self, topic_id: str) -> None:
        """Forgets all acknowledgements: another incarnation has nothing."""
        await self._session.execute(_SQL.start_over, self._topic, topic_id)
