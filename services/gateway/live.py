"""Follows the commits for the screens that stay open: each question is evaluated once a round, and what changed goes to all who asked it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date

import structlog

from services.gateway.figures.answer import Json
from services.gateway.figures.asking import touched_measures
from services.gateway.figures.figures import Figures
from services.gateway.figures.guard import Reader
from services.gateway.figures.snapshot import Head, Snapshot
from services.gateway.happened import Happened, list_happened
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.screens import Asked, Audience, AudienceKey, Message, Screen, difference
from services.kernel.errors import RefusedError
from services.kernel.http.problems import ProblemError
from services.kernel.pace import Pace
from services.kernel.postgres.database import UNAVAILABLE, Connection, Database

_log = structlog.get_logger()
_CHANNEL = "metrics"
_POLL_S = 1.0
"""A notice may be lost; looking again this often heals it."""

_ROUND_S = 0.1
"""From one round to the next while commits follow each other; the first after a rest does not wait."""

_ROUND_SCREEN_S = 0.0002
"""And this much more for every screen: with two thousand of them half of a core's time goes into writing to each twice a second."""

_LONGEST_ROUND_S = 0.5


class Live:
    """Follows the commits and tells the screens."""

    def __init__(self, figures: Figures, database: Database, telemetry: ReadingTelemetry) -> None:
        self._figures = figures
        self._database = database
        self._telemetry = telemetry
        self._audiences: dict[AudienceKey, Audience] = {}
        self._open = 0
        self._newcomers = False
        self._wake = asyncio.Event()
        self._pace = Pace()
        self._last: tuple[str, date] | None = None
        self._day_began_at = 0  # the commit at which today's first round was
        self._task: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Starts following."""
        self._task = asyncio.create_task(self._run())

    async def close(self) -> None:
        """Says goodbye to all screens and stops."""
        goodbye = Message("bye", None, {"reason": "the gateway stops"})
        for audience in self._audiences.values():
            for screen in audience.screens:
                screen.tell(goodbye)
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    @asynccontextmanager
    async def show(self, screen: Screen) -> AsyncIterator[Screen]:
        """Keeps a screen up to date while the block runs."""
        self._audiences.setdefault(screen.key, Audience(screen)).screens.add(screen)
        self._count(1)
        self._newcomers = True
        self._wake.set()
        try:
            yield screen
        finally:
            audience = self._audiences[screen.key]
            audience.screens.discard(screen)
            if not audience.screens:
                del self._audiences[screen.key]
            self._count(-1)

    def _count(self, more: int) -> None:
        self._open += more
        self._telemetry.screens.set(self._open)

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
            # Who comes to an audience that is up to date need not wait; but a thousand who come at once are told together.
            await self._pace.keep(_ROUND_S / 10 if self._newcomers else min(_LONGEST_ROUND_S, _ROUND_S + _ROUND_SCREEN_S * self._open))
        self._wake.clear()

    async def _round(self) -> None:
        if not self._audiences:
            return
        async with self._figures.snapshots.take() as snapshot:
            now = (snapshot.head.id, snapshot.today)
            if now == self._last and not self._newcomers:
                return
            self._newcomers = False
            try:
                await self._tell_all(snapshot)
            except BaseException:
                self._newcomers = True  # some may be left that were told nothing
                raise
            self._last = now
        self._telemetry.rounds.inc()

    async def _tell_all(self, snapshot: Snapshot) -> None:
        if self._last is None or self._last[1] != snapshot.today:
            self._day_began_at = snapshot.head.n
        happened = await self._happened(snapshot)
        for audience in list(self._audiences.values()):
            await self._tell(snapshot, audience, happened)

    async def _happened(self, snapshot: Snapshot) -> list[Happened]:
        generation, _, n = (self._last[0] if self._last else "0.0").partition(".")
        if int(generation) != snapshot.head.generation or not any(key.events for key in self._audiences):
            return []
        return await list_happened(snapshot, int(n))

    async def _tell(self, snapshot: Snapshot, audience: Audience, happened: list[Happened]) -> None:
        answers = {asked: await self._answer(snapshot, asked, audience.reader) for asked in audience.key.asked}
        newcomers, news = audience.newcomers, self._news(snapshot, audience, answers, happened)
        audience.shown = answers
        for screen in audience.screens if news else ():
            if screen.follows and not screen.tell(*news):
                self._telemetry.resyncs.inc()
                self._newcomers = True
                self._wake.set()
        await self._welcome(snapshot, audience, newcomers, answers)

    def _news(self, snapshot: Snapshot, audience: Audience, answers: dict[Asked, Json], happened: list[Happened]) -> list[Message]:
        """What those are told who follow."""
        shown = audience.shown
        if shown is None:
            return []
        changed = [delta for asked, answer in answers.items() if (delta := difference(shown.get(asked), answer)) is not None]
        news = [Message("delta", snapshot.head.id, _message(snapshot, changed, whole=False))] if changed else []
        return [*news, *(self._told_of(snapshot, audience, happened) if audience.key.events else ())]

    def _told_of(self, snapshot: Snapshot, audience: Audience, happened: list[Happened]) -> list[Message]:
        area, catalogue = audience.key.area, self._figures.catalogue
        return [Message("happened", None, one.as_json()) for one in happened if one.visible_in(snapshot, area, audience.reader, catalogue)]

    async def _welcome(self, snapshot: Snapshot, audience: Audience, newcomers: list[Screen], answers: dict[Asked, Json]) -> None:
        """Tells newcomers all there is, or what they missed while they were away."""
        head = snapshot.head
        whole = Message("snapshot", head.id, _message(snapshot, list(answers.values()), whole=True))
        for screen in newcomers:
            screen.follows = True
            if not self._can_resume(head, screen):
                screen.tell(whole)
                continue
            told = self._since(snapshot, screen, answers)
            missed = [Message("delta", head.id, _message(snapshot, list(told.values()), whole=False))] if told else []
            if screen.key.events:
                missed += self._told_of(snapshot, audience, await list_happened(snapshot, _commit_of(screen.seen)))
            if missed:
                screen.tell(*missed)

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
        n = _commit_of(screen.seen)
        if snapshot.forest.n > n:
            return answers
        catalogue = self._figures.catalogue
        measures = {asked: touched_measures(catalogue, catalogue.metrics[asked.question.metric], snapshot.today) for asked in answers}
        return {asked: answer for asked, answer in answers.items() if not snapshot.untouched_since(n, measures[asked])}


def _commit_of(seen: str | None) -> int:
    """The commit that an id which can be resumed from names."""
    return int((seen or "").partition(".")[2])


def _message(snapshot: Snapshot, figures: list[Json], *, whole: bool) -> Json:
    head = snapshot.head
    message: Json = {"id": head.id, "today": snapshot.today.isoformat(), "lag_s": head.lag_s, "figures": figures}
    return {**message, "seen_to": head.seen_to} if whole else message
