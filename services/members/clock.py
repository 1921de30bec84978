"""Publishes the ends that `until` brings about, contract section 2: for those who listen to the topic.

No figure waits for it: rows carry a known end from the day it is told (docs/decisions/0005). So such a fact takes nothing back and puts nothing.
"""

import asyncio
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import structlog

from services.kernel.clock import Clock
from services.kernel.contracts.registry import type_name
from services.kernel.days import SHANGHAI, business_date, next_day
from services.kernel.eventlog.append import Fact, Log
from services.kernel.lifecycle.stamps import day_ends
from services.kernel.lifecycle.standing import Standing, ended, present
from services.kernel.postgres.database import LOST_RACE, UNAVAILABLE, Database
from services.kernel.postgres.queries import load
from services.kernel.writing.model import Entity
from services.kernel.writing.store import EntityStore

_SQL = load("services.members", "sql/clock.sql")
_log = structlog.get_logger()

FAMILIES = ("organisation", "entry", "link")
"""Whose events may say `until`."""

AT_ONCE = 500
LONGEST_SLEEP_S = 3600
"""Ends that were told after they had passed are published within the hour."""


class EndsClock:
    """Announces each end once, however often it is started, stopped or killed, and however many run."""

    def __init__(self, database: Database, log: Log, clock: Clock) -> None:
        self._database = database
        self._log = log
        self._clock = clock
        self._store = EntityStore(log.room)
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Announces what is due, then sleeps from midnight to midnight."""
        self._task = asyncio.create_task(self._run(), name="ends-clock")

    async def stop(self) -> None:
        """Stops; what is not committed is announced at the next start."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def announce(self) -> int:
        """Publishes the ends that have passed and were not published before; says how many."""
        today = business_date(self._clock())
        found = [row["subject"] for row in await self._database.pool.fetch(_SQL.find_lapsed, today, FAMILIES)]
        return sum([await self._publish(found[start : start + AT_ONCE], today) for start in range(0, len(found), AT_ONCE)])

    async def _publish(self, subjects: Sequence[str], today: date) -> int:
        async with self._database.transaction() as connection:
            await connection.execute(_SQL.take_turn)
            locked = {entity.subject: entity for entity in await self._store.lock(connection, subjects, [])}
            lapsed = {subject: until for subject in subjects if (until := _lapsed_on(locked[subject])) is not None and until < today}
            new = {row["subject"] for row in await connection.fetch(_SQL.note_announced, list(lapsed), list(lapsed.values()))}
            await self._log.append(connection, [end_of(locked[subject], until) for subject, until in lapsed.items() if subject in new], self._clock())
        return len(new)

    async def _run(self) -> None:
        while True:
            try:
                if announced := await self.announce():
                    _log.info("ends announced", number=announced)
            except (*UNAVAILABLE, *LOST_RACE) as error:
                _log.warning("ends could not be announced now", error=type(error).__name__)
            await asyncio.sleep(min(to_midnight(self._clock()), LONGEST_SLEEP_S))


def to_midnight(now: datetime) -> float:
    """Seconds until the next business date begins."""
    midnight = datetime.combine(next_day(business_date(now)), time(), SHANGHAI)
    return (midnight - now) / timedelta(seconds=1)


def end_of(entity: Entity, until: date) -> Fact:
    """The fact that a thing is over since the end of a day."""
    assert isinstance(entity.state, Standing)
    kind, at = type_name(entity.family, "ended"), day_ends(until.isoformat())
    return Fact(kind, entity.subject, entity.subject, at, present(entity.state), (), (), None, "clock", None, {}, None)


def _lapsed_on(entity: Entity) -> date | None:
    """The last live day of a thing that was neither ended nor withdrawn otherwise."""
    state = entity.state
    if not isinstance(state, Standing) or state.withdrawn or ended(state) is not None:
        return None
    until = present(state).get("until")
    return date.fromisoformat(until) if isinstance(until, str) else None
