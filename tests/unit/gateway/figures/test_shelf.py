"""What is kept is that of the question's commit, is never more than there is room for, and keeps nobody waiting while it is made."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest

from services.gateway.figures.shelf import Shelf


class Head(NamedTuple):
    generation: int
    n: int


class Moment:
    """A snapshot as far as the shelf looks at it. `touched`: the last commit that brought rows."""

    def __init__(self, n: int, touched: int | None = None, generation: int = 1) -> None:
        self.head = Head(generation, n)
        self.touched = n if touched is None else touched

    def untouched_since(self, n: int, measures: object) -> bool:
        return self.touched <= n


class Sum(NamedTuple):
    """It has the commits it is made of."""

    n: int
    commits: tuple[int, ...]
    bytes: int = 10

    def at(self, n: int) -> "Sum":
        return self._replace(n=n)


class Summing(NamedTuple):
    measure: str = "cases.opened"
    small: bool = True
    size: int = 10

    async def is_small(self, snapshot: Any) -> bool:
        return self.small

    async def make(self, snapshot: Any, most_bytes: int) -> Sum | None:
        await asyncio.sleep(0)
        return Sum(snapshot.head.n, (snapshot.head.n,), self.size) if self.size <= most_bytes else None

    async def after(self, kept: Sum, snapshot: Any) -> Sum | None:
        return Sum(snapshot.head.n, (*kept.commits, snapshot.head.n), kept.bytes) if snapshot.head.n != 666 else None


def shelf(latest: int = 5, most_bytes: int = 25, clock: list[float] | None = None) -> Shelf:
    @asynccontextmanager
    async def source() -> AsyncIterator[Any]:
        yield Moment(latest)

    return Shelf(source, most_bytes, lambda: 0.0 if clock is None else clock[0])  # type: ignore[arg-type]


async def test_it_is_carried_on_from_commit_to_commit_and_older_questions_find_theirs() -> None:
    one = shelf()

    assert await one.of(Moment(1), Summing()) == Sum(1, (1,))
    assert await one.of(Moment(4), Summing()) == Sum(4, (1, 4))
    assert await one.of(Moment(2), Summing()) == Sum(2, (1, 2)), "a question that began earlier"
    assert await one.of(Moment(4), Summing()) == Sum(4, (1, 4))
    assert await one.of(Moment(7, touched=4), Summing()) == Sum(7, (1, 4)), "nothing came in between"
    assert await one.of(Moment(0), Summing()) is None, "before all that is kept"


async def test_a_large_one_is_made_beside_the_questions() -> None:
    one = shelf(latest=5)

    assert await one.of(Moment(5), Summing(small=False)) is None
    await one.ready()
    assert await one.of(Moment(6), Summing(small=False)) == Sum(6, (5, 6))
    assert await one.of(Moment(4), Summing(small=False)) is None


async def test_what_is_far_behind_is_made_anew() -> None:
    one = shelf()
    await one.of(Moment(1), Summing())

    assert await one.of(Moment(9_000), Summing()) == Sum(9_000, (9_000,))


async def test_what_is_too_large_is_not_tried_again() -> None:
    one = shelf(most_bytes=9)

    assert await one.of(Moment(1), Summing()) is None
    assert await one.of(Moment(1), Summing(size=5)) == Sum(1, (1,), 5)
    assert await one.of(Moment(1), Summing()) is None


async def test_what_can_be_kept_no_longer_is_given_up() -> None:
    one = shelf()
    await one.of(Moment(1), Summing())

    assert await one.of(Moment(666), Summing()) is None
    assert await one.of(Moment(667), Summing()) is None


async def test_the_idle_makes_room_and_the_busy_does_not() -> None:
    clock = [1.0]
    one = shelf(clock=clock)
    first, second, third = (Summing(measure) for measure in ("areas", "units", "links"))
    assert [await one.of(Moment(1), each) is not None for each in (first, second, third)] == [True, True, False], "25 bytes hold two"

    clock[0] = 500.0
    await one.of(Moment(1), first)
    clock[0] = 700.0
    assert await one.of(Moment(1), third) is not None, "nobody asked for the second for ten minutes"
    assert one.bytes == 20
    assert await one.of(Moment(1), first) is not None


async def test_another_generation_begins_with_nothing() -> None:
    one = shelf()
    await one.of(Moment(3), Summing())

    assert await one.of(Moment(1, generation=2), Summing()) == Sum(1, (1,))
    assert await one.of(Moment(4, generation=1), Summing()) is None


@pytest.mark.parametrize("questions", [2, 5])
async def test_questions_at_once_make_it_once(questions: int) -> None:
    one = shelf()

    found = await asyncio.gather(*(one.of(Moment(3), Summing()) for _ in range(questions)))

    assert all(each is found[0] for each in found)
