"""Screens that stay open: each distinct question is evaluated once per commit, and what changed goes to all who asked it."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Any, NamedTuple

import structlog

from services.gateway.figures.answer import Json
from services.gateway.figures.asking import touched_measures
from services.gateway.figures.figures import Figures
from services.gateway.figures.guard import Reader
from services.gateway.figures.periods import Interval, interval_of
from services.gateway.figures.question import Question
from services.gateway.figures.snapshot import Head, Snapshot
from services.gateway.happened import Happened, list_happened
from services.gateway.reading_telemetry import ReadingTelemetry
from services.kernel.errors import RefusedError
from services.kernel.http.problems import ProblemError
from services.kernel.postgres.database import UNAVAILABLE, Connection, Database

_log = structlog.get_logger()
_CHANNEL = "metrics"
_POLL_S = 1.0
"""A notice may be lost; looking again this often heals it."""

_DEBOUNCE_S = 0.1
"""Commits that follow each other this closely are shown together."""

_MOST_WAITING = 16
"""Messages a slow screen may have waiting; then it gets a snapshot instead."""


class Asked(NamedTuple):
    """One figure on a screen. With a `period` it counts from the beginning of today's, whichever day today is."""

    question: Question
    period: Interval | None = None

    def on(self, today: date) -> Question:
        """The question of a day."""
        if self.period is None:
            return self.question
        return self.question._replace(asking=self.question.asking._replace(first=interval_of(today, self.period).first, last=None))


class Message(NamedTuple):
    """What a screen is told; `id` is generation.n."""

    event: str
    id: str | None
    data: Json


class Screen:
    """One open screen."""

    def __init__(self, asked: tuple[Asked, ...], reader: Reader, *, area: str | None, events: bool, seen: str | None) -> None:
        self.asked = asked
        self.reader = reader
        self.area = area
        self.events = events
        self.seen = seen  # the last id it had before it came back
        self.shown: dict[Asked, Json] | None = None
        self._waiting: asyncio.Queue[Message] = asyncio.Queue(_MOST_WAITING)

    def tell(self, message: Message) -> bool:
        """Adds a message; False if too many wait: then they are dropped and a snapshot comes next."""
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(message)
            return True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self.shown, self.seen = None, None
        return False

    async def next(self) -> Message:
        """The next message, as soon as there is one."""
        return await self._waiting.get()


class Live:
    """Follows the commits and tells the screens."""

    def __init__(self, figures: Figures, database: Database, telemetry: ReadingTelemetry) -> None:
        self._figures = figures
        self._database = database
        self._telemetry = telemetry
        self._screens: set[Screen] = set()
        self._wake = asyncio.Event()
        self._last: tuple[str, date] | None = None
        self._day_began_at = 0  # the commit at which today's first round was
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Starts following."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Says goodbye to all screens and stops."""
        for screen in self._screens:
            screen.tell(Message("bye", None, {"reason": "the gateway stops"}))
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @asynccontextmanager
    async def show(self, screen: Screen) -> AsyncIterator[Screen]:
        """Keeps a screen up to date while the block runs."""
        self._screens.add(screen)
        self._telemetry.screens.set(len(self._screens))
        self._wake.set()
        try:
            yield screen
        finally:
            self._screens.discard(screen)
            self._telemetry.screens.set(len(self._screens))

    async def _run(self) -> None:
        while True:
            try:
                async with self._listening() as connection:
                    while not connection.is_closed():
                        await self._pause()
                        await self._round()
            except UNAVAILABLE as error:
                _log.warning("figures cannot be followed now, trying again", error=f"{type(error).__name__}: {error}")
            except Exception:  # noqa: BLE001  one question must not end all screens: it is logged, and they go on
                _log.exception("following the figures failed, trying again")
            await asyncio.sleep(_POLL_S)

    @asynccontextmanager
    async def _listening(self) -> AsyncIterator[Connection]:
        def on_notice(*_: object) -> None:
            self._wake.set()

        async with self._database.pool.acquire() as connection:
            await connection.add_listener(_CHANNEL, on_notice)
            try:
                yield connection
            finally:
                with suppress(*UNAVAILABLE):
                    await connection.remove_listener(_CHANNEL, on_notice)

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), _POLL_S)
            if all(screen.shown is not None for screen in self._screens):
                await asyncio.sleep(_DEBOUNCE_S)
        self._wake.clear()

    async def _round(self) -> None:
        if not self._screens:
            return
        async with self._figures.snapshots.take() as snapshot:
            now = (snapshot.head.id, snapshot.today)
            fresh = [screen for screen in self._screens if screen.shown is None]
            if now == self._last and not fresh:
                return
            if self._last is None or self._last[1] != snapshot.today:
                self._day_began_at = snapshot.head.n
            happened = await self._happened(snapshot)
            for screen in list(self._screens):
                await self._tell(snapshot, screen, happened)
            self._last = now
        self._telemetry.rounds.inc()

    async def _happened(self, snapshot: Snapshot) -> list[Happened]:
        generation, _, n = (self._last[0] if self._last else "0.0").partition(".")
        if int(generation) != snapshot.head.generation or not any(screen.events for screen in self._screens):
            return []
        return await list_happened(snapshot, int(n))

    async def _tell(self, snapshot: Snapshot, screen: Screen, happened: Iterable[Happened]) -> None:
        answers = {asked: await self._answer(snapshot, asked, screen.reader) for asked in screen.asked}
        head = snapshot.head
        if screen.shown is None:
            whole = not self._can_resume(head, screen)
            told = answers if whole else self._since(snapshot, screen, answers)
            if whole or told:
                event = "snapshot" if whole else "delta"
                screen.tell(Message(event, head.id, _message(snapshot, list(told.values()), whole=whole)))
            screen.shown = answers
            return
        changed = [delta for asked, answer in answers.items() if (delta := difference(screen.shown.get(asked), answer)) is not None]
        screen.shown = answers
        if changed and not screen.tell(Message("delta", head.id, _message(snapshot, changed, whole=False))):
            self._telemetry.resyncs.inc()
            self._wake.set()
            return
        for one in happened if screen.events else ():
            if one.visible_in(snapshot, screen.area, screen.reader, self._figures.catalogue):
                screen.tell(Message("happened", None, one.as_json()))

    async def _answer(self, snapshot: Snapshot, asked: Asked, reader: Reader) -> Json:
        try:
            answer = await self._figures.answer_in(snapshot, asked.on(snapshot.today), reader)
        except (RefusedError, ProblemError) as error:
            return {"metric": asked.question.metric, "problem": error.problem.as_json()}
        return {name: value for name, value in answer.items() if name not in {"seen_to", "lag_s"}}

    def _can_resume(self, head: Head, screen: Screen) -> bool:
        """Whether what a screen had is of this generation and of today."""
        generation, _, n = (screen.seen or "").partition(".")
        return generation == str(head.generation) and n.isdecimal() and self._day_began_at < int(n) <= head.n

    def _since(self, snapshot: Snapshot, screen: Screen, answers: dict[Asked, Json]) -> dict[Asked, Json]:
        """The answers that may have changed since what a screen had."""
        n = int((screen.seen or "").partition(".")[2])
        if snapshot.forest.n > n:
            return answers
        catalogue = self._figures.catalogue
        measures = {asked: touched_measures(catalogue, catalogue.metrics[asked.question.metric], snapshot.today) for asked in answers}
        return {asked: answer for asked, answer in answers.items() if not snapshot.untouched_since(n, measures[asked])}


def _message(snapshot: Snapshot, figures: list[Json], *, whole: bool) -> Json:
    head = snapshot.head
    message: Json = {"id": head.id, "today": snapshot.today.isoformat(), "lag_s": head.lag_s, "figures": figures}
    return {**message, "seen_to": head.seen_to} if whole else message


def difference(before: Json | None, after: Json) -> Json | None:
    """What of an answer is new: all of it, or its numbers with only those rows and points that changed; None if nothing did."""
    if before == after:
        return None
    if before is None or "problem" in before or "problem" in after:
        return after
    told: dict[str, Any] = {name: value for name, value in after.items() if name not in {"by", "series"}}
    for name, key in (("by", "key"), ("series", "from")):
        if name in after:
            known = {row[key]: row for row in before.get(name, ())}
            told[name] = [row for row in after[name] if known.get(row[key]) != row]
            gone = sorted(known.keys() - {row[key] for row in after[name]}, key=str)
            if gone:
                told[f"{name}_gone"] = gone
    return told
