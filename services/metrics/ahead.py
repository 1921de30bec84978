"""Stages of a work that go on beside each other: while one piece is used, the next is made."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from typing import Any, TypeVar

Given = TypeVar("Given")
Made = TypeVar("Made")


async def one_ahead(given: AsyncIterable[Given], make: Callable[[Given], Awaitable[Made]]) -> AsyncGenerator[Made, None]:
    """What is made of each, one after the other; the next is being made while whoever asked is busy with the one before it. Closed, it leaves no work."""
    running: asyncio.Task[Made] | None = None
    try:
        async for one in given:
            made = None if running is None else (await running,)
            running = asyncio.ensure_future(make(one))
            if made is not None:
                yield made[0]
        if running is not None:
            yield await running
    finally:
        await let_go(running)


async def let_go(task: asyncio.Future[Any] | None) -> None:
    """Lets a task go, whether it has ended or is of no use any more."""
    if task is not None:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
