"""What the gateway keeps of the figures in memory, each as of a commit: carried on with what later commits bring, and never more than so many bytes."""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Generic, Protocol, Self, TypeVar

import structlog

from services.gateway.figures.snapshot import Snapshot
from services.kernel.postgres.database import UNAVAILABLE

_log = structlog.get_logger()
MOST_BYTES = 256 * 1024 * 1024
_IDLE_S = 600.0
"""What nobody asked for so long makes room for something else."""

_MOST_COMMITS = 2_000
"""What is further behind is made anew."""

_VERSIONS = 4
"""So many states of one thing are kept: questions that began earlier than others may still want theirs. They share what did not change."""

Source = Callable[[], AbstractAsyncContextManager[Snapshot]]


class Kept(Protocol):
    """Something as of commit n. It is never changed; a later state is another one."""

    @property
    def n(self) -> int:
        """The commit."""
        ...

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        ...

    def at(self, n: int) -> Self:
        """The same as of another commit, between which and its own nothing happened."""
        ...


T = TypeVar("T", bound=Kept)


class Recipe(Protocol[T]):
    """How one of them is made. Equal recipes are equal values."""

    @property
    def measure(self) -> str:
        """The row measure it is made of."""
        ...

    async def is_small(self, snapshot: Snapshot) -> bool:
        """Whether it is made while a question waits."""
        ...

    async def make(self, snapshot: Snapshot, most_bytes: int) -> T | None:
        """It, as of the snapshot; None if it takes more than so many bytes."""
        ...

    async def after(self, kept: T, snapshot: Snapshot) -> T | None:
        """An earlier state carried on to the snapshot's commit; None if it cannot be kept any longer."""
        ...


class _Place(Generic[T]):
    """Where one of them stands, or is to stand."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.versions: Sequence[T] = ()  # by commit
        self.bytes = 0  # what the newest takes: reckoned once, for every question asks after the room that all take
        self.making: asyncio.Task[None] | None = None
        self.asked = 0.0
        self.not_before = 0.0  # there was no room

    def keep(self, *versions: T) -> None:
        """Keeps these, and no others."""
        self.versions, self.bytes = versions, versions[-1].bytes if versions else 0

    def give_up(self, recipe: Recipe[T]) -> None:
        """It takes more than all may, or more than its numbers hold: questions about it read the database."""
        self.keep()
        self.not_before = float("inf")
        _log.warning("too_large_to_keep", what=repr(recipe))


class Shelf:
    """All of them. A large one is made beside the questions, which read the database until it is there."""

    def __init__(self, source: Source | None = None, most_bytes: int = MOST_BYTES, clock: Callable[[], float] = time.monotonic) -> None:
        """`source` takes the snapshot that a large one is made from; without one all are made while the question waits."""
        self._source = source
        self._most_bytes = most_bytes
        self._clock = clock
        self._generation = 0
        self._places: dict[object, _Place[Kept]] = {}

    @property
    def bytes(self) -> int:
        """What all of them take in memory."""
        return sum(place.bytes for place in self._places.values())

    async def of(self, snapshot: Snapshot, recipe: Recipe[T]) -> T | None:
        """One of them at a snapshot; None while it is made, where there is no room for it, and where it has gone on too far already."""
        if snapshot.head.generation != self._generation:
            if snapshot.head.generation < self._generation:
                return None
            self._generation, self._places = snapshot.head.generation, {}
        place: _Place[T] = self._places.setdefault(recipe, _Place())  # type: ignore[assignment]  # what a recipe makes
        place.asked = self._clock()
        if place.making is not None or place.not_before > place.asked:
            return None
        async with place.lock:
            newest = place.versions[-1] if place.versions else None
            if newest is not None and snapshot.head.n - newest.n > _MOST_COMMITS:
                place.keep()
            if not place.versions and place.making is None:
                await self._begin(snapshot, recipe, place)
            return await _carried_on(snapshot, recipe, place) if self._has_room(place) else None

    async def ready(self) -> None:
        """Waits for those that are being made."""
        await asyncio.gather(*(place.making for place in self._places.values() if place.making is not None), return_exceptions=True)

    async def _begin(self, snapshot: Snapshot, recipe: Recipe[T], place: _Place[T]) -> None:
        if self._source is None or await recipe.is_small(snapshot):
            self._keep(place, await recipe.make(snapshot, self._most_bytes), recipe)
        else:
            place.making = asyncio.create_task(self._make(recipe, place, self._source))

    async def _make(self, recipe: Recipe[T], place: _Place[T], source: Source) -> None:
        try:
            async with source() as snapshot:
                if snapshot.head.generation == self._generation:
                    self._keep(place, await recipe.make(snapshot, self._most_bytes), recipe)
        except UNAVAILABLE as error:
            _log.warning("not_kept", what=repr(recipe), error=str(error))
        finally:
            place.making = None

    def _keep(self, place: _Place[T], made: T | None, recipe: Recipe[T]) -> None:
        if made is None:
            place.give_up(recipe)
        else:
            place.keep(made)

    def _has_room(self, place: _Place[T]) -> bool:
        """Makes room, if what others take is idle; else this one gives way, and is tried again later."""
        now = self._clock()
        idle = sorted((one for one in self._places.values() if one.versions and now - one.asked > _IDLE_S), key=lambda one: one.asked)
        while self.bytes > self._most_bytes and idle:
            idle.pop(0).keep()
        if self.bytes > self._most_bytes:
            place.keep()
            place.not_before = now + _IDLE_S
        return bool(place.versions)


async def _carried_on(snapshot: Snapshot, recipe: Recipe[T], place: _Place[T]) -> T | None:
    """The state of the snapshot's commit, from the newest that is not later."""
    n = snapshot.head.n
    before = next((one for one in reversed(place.versions) if one.n <= n), None)
    if before is None or before.n == n:
        return before
    kept = before.at(n) if snapshot.untouched_since(before.n, (recipe.measure,)) else await recipe.after(before, snapshot)
    if kept is None:
        place.give_up(recipe)
    else:
        place.keep(*sorted([*place.versions, kept], key=lambda one: one.n)[-_VERSIONS:])
    return kept
