import asyncio
from contextlib import aclosing

import pytest

from services.metrics.ahead import one_ahead

PIECES = 5


class Work:
    """Makes a piece of each number; remembers what was begun, what is at work, and the most of them at once."""

    def __init__(self):
        self.begun, self.at_work, self.most = [], 0, 0

    async def make(self, number):
        self.begun.append(number)
        self.at_work += 1
        self.most = max(self.most, self.at_work)
        try:
            await asyncio.sleep(0.001)
        finally:
            self.at_work -= 1
        return number * 10


async def given(stop=None):
    for number in range(PIECES):
        if number == stop:
            raise LookupError(number)
        yield number


async def test_pieces_come_in_order_and_the_next_is_made_meanwhile():
    work, seen = Work(), []
    async with aclosing(one_ahead(given(), work.make)) as made:
        async for piece in made:
            await asyncio.sleep(0.005)  # long enough for whatever runs ahead
            seen.append((piece, len(work.begun)))

    assert seen == [(number * 10, min(number + 2, PIECES)) for number in range(PIECES)]
    assert work.most == 1, "a stage makes one piece at a time"


async def test_stages_behind_each_other_are_each_one_ahead():
    first, second = Work(), Work()
    async with aclosing(one_ahead(given(), first.make)) as halves, aclosing(one_ahead(halves, second.make)) as made:
        assert await anext(made) == 0
        await asyncio.sleep(0.005)
        assert (second.begun, first.begun) == ([0, 10], [0, 1, 2])
        assert [piece async for piece in made] == [100, 200, 300, 400]


async def test_whoever_stops_in_the_midst_leaves_no_work():
    work = Work()
    async with aclosing(one_ahead(given(), work.make)) as made:
        await anext(made)
        await asyncio.sleep(0)
        assert work.at_work == 1

    assert work.at_work == 0


async def test_what_goes_wrong_reaches_whoever_asked():
    work = Work()
    with pytest.raises(LookupError):
        async with aclosing(one_ahead(given(stop=3), work.make)) as made:
            assert [piece async for piece in made]

    assert work.begun[:2] == [0, 1]
    assert work.at_work == 0
