"""Screens that stay open, and what waits to be told to them. Those that ask the same with the same rights are one audience: what it is told is made once."""

import asyncio
from contextlib import suppress
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import msgspec

from services.gateway.figures.answer import Json
from services.gateway.figures.guard import Reader
from services.gateway.figures.periods import Interval, interval_of
from services.gateway.figures.question import Question
from services.gateway.grants import Grant

_MOST_WAITING = 16
"""Rounds a slow screen may have waiting; then it gets a snapshot instead."""

_ENCODE = msgspec.json.Encoder().encode


class Asked(NamedTuple):
    """One figure on a screen. With a `period` it counts from the beginning of today's, whichever day today is."""

    question: Question
    period: Interval | None = None

    def on(self, today: date) -> Question:
        """The question of a day."""
        if self.period is None:
            return self.question
        return self.question._replace(asking=self.question.asking._replace(first=interval_of(today, self.period).first, last=None))


class Message:
    """What a screen is told; `id` is generation.n."""

    def __init__(self, event: str, id: str | None, data: Json) -> None:  # noqa: A002  the protocol's own word
        self.event = event
        self.id = id
        self.data = data

    @cached_property
    def encoded(self) -> bytes:
        """As it goes over the wire: written once, however many screens are told."""
        identity = b"" if self.id is None else f"id: {self.id}\n".encode()
        return b"event: " + self.event.encode() + b"\n" + identity + b"data: " + _ENCODE(self.data) + b"\n\n"


class AudienceKey(NamedTuple):
    """What screens must have in common to be told the same."""

    asked: tuple[Asked, ...]
    grants: tuple[Grant, ...]
    area: str | None
    events: bool


class Screen:
    """One open screen."""

    def __init__(self, asked: tuple[Asked, ...], reader: Reader, *, area: str | None, events: bool, seen: str | None) -> None:
        self.reader = reader
        self.key = AudienceKey(asked, tuple(reader.grants), area, events)
        self.seen = seen  # the last id it had before it came back
        self.follows = False  # whether it has all that its audience was shown
        self._waiting: asyncio.Queue[tuple[Message, ...]] = asyncio.Queue(_MOST_WAITING)

    def tell(self, *messages: Message) -> bool:
        """Adds what one round has to tell; False if too much waits: then it is dropped and a snapshot comes next."""
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(messages)
            return True
        while not self._waiting.empty():
            self._waiting.get_nowait()
        self.follows, self.seen = False, None
        return False

    async def next(self) -> tuple[Message, ...]:
        """What the next round has to tell, as soon as there is one."""
        return await self._waiting.get()


class Audience:
    """Open screens of one key."""

    def __init__(self, screen: Screen) -> None:
        self.key = screen.key
        self.reader = screen.reader
        self.screens: set[Screen] = set()
        self.shown: dict[Asked, Json] | None = None  # to all that follow

    @property
    def newcomers(self) -> list[Screen]:
        """Screens that do not follow yet, or no longer."""
        return [screen for screen in self.screens if not screen.follows]


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
