"""GET /v1/live: figures as they change, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from random import SystemRandom
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import StreamingResponse

from services.gateway.figures.admission import admit
from services.gateway.figures.figures import Figures
from services.gateway.figures.periods import Interval
from services.gateway.figures.question import PARAMETERS, Given, invalid, read_question
from services.gateway.live import Live
from services.gateway.read_api import ReaderOf, problems
from services.gateway.screens import Asked, Message, Screen

_KEEP_ALIVE_S = 15.0
_LIFETIME_S = 900.0
"""A stream ends after about this long; the browser comes back by itself, with the last id it saw."""

_RETRY_MS = 1_000
_MOST_METRICS = 64
_PARAMETERS = (*(name for name in PARAMETERS if name not in {"as_of", "tree", "compare", "interval", "definition", "q"}), "metrics", "events", "period")
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}
_EXAMPLE = 'event: delta\nid: 1.42\ndata: {"id":"1.42","today":"2024-05-31","lag_s":0.0,"figures":[{"metric":"cases.open","value":17}]}\n\n'


def live_router(figures: Figures, live: Live, reader_of: ReaderOf) -> APIRouter:
    """The stream. One for each screen: all its figures come over it."""
    router = APIRouter(prefix="/v1", tags=["figures"])

    async def screen_of(request: Request, last_event_id: Annotated[str | None, Header(description="Resumes from this id", examples=["1.42"])] = None) -> Screen:
        # Everything that can be wrong is found before the stream begins: afterwards there is no status to say it with.
        return await read_screen(figures, request, reader_of, last_event_id)

    @router.get(
        "/live",
        summary="Figures as they change",
        description=(
            "`snapshot` first, then `delta` with new absolute values of what changed, each with id generation.n; with `events=true` also `happened` "
            "(type, kind, area, at). `by` rows that are gone are named in `by_gone`. `bye` before the gateway ends a stream."
        ),
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}}}, **problems(400, 401, 403, 404)},
        openapi_extra={"parameters": _DOCUMENTED},
    )
    async def get_live(screen: Annotated[Screen, Depends(screen_of)]) -> StreamingResponse:
        return StreamingResponse(stream(live, screen), media_type="text/event-stream", headers=_HEADERS)

    return router


_DOCUMENTED = [
    {"name": name, "in": "query", "required": name == "metrics", "description": text, "schema": {"type": "string", "examples": [example]}}
    for name, text, example in (
        ("metrics", "Ids of metrics, separated by commas", "units.coverage,cases.open"),
        ("area", "Only what counts in this area; also bounds `happened`", "zhuhai:s-1"),
        ("events", "true: tell what happened as well", "true"),
        ("period", "Count from the beginning of today's day, week, month, quarter or year", "month"),
        ("by", "Break every figure down: area, area:KIND, org, kind or a dimension", "area"),
    )
]


async def read_screen(figures: Figures, request: Request, reader_of: ReaderOf, seen: str | None) -> Screen:
    """The screen that a request describes; a problem says what is wrong with it."""
    reader = reader_of(request)
    given = Given(request.query_params.multi_items(), _PARAMETERS)
    metrics = list(dict.fromkeys(part for text in given.all("metrics") for part in text.split(",") if part))
    if not 1 <= len(metrics) <= _MOST_METRICS:
        raise invalid("metrics", f"name 1 to {_MOST_METRICS} metrics, separated by commas")
    events = given.one("events") or "false"
    if events not in {"true", "false"}:
        raise invalid("events", f"{events!r} is neither true nor false")
    period = given.choice("period", Interval)
    asked = tuple(Asked(read_question(metric, given), period) for metric in metrics)
    async with figures.snapshots.take() as snapshot:
        for one in asked:
            admit(figures.engine, snapshot, figures.engine.prepare(snapshot, one.on(snapshot.today)), reader)
    return Screen(asked, reader, area=given.one("area"), events=events == "true", seen=seen)


async def stream(live: Live, screen: Screen, *, lifetime: float = _LIFETIME_S, keep_alive: float = _KEEP_ALIVE_S) -> AsyncIterator[bytes]:
    """The bytes of one stream; a comment whenever nothing was said for a while."""
    clock = asyncio.get_running_loop().time
    # Screens that came together shall not all come back together.
    ends = clock() + lifetime * SystemRandom().uniform(0.8, 1.2)
    yield f"retry: {_RETRY_MS}\n\n".encode()
    async with live.show(screen):
        while (left := ends - clock()) > 0:
            try:
                async with asyncio.timeout(min(left, keep_alive)):
                    told = await screen.next()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            yield b"".join(message.encoded for message in told)
            if told[-1].event == "bye":
                return
    yield Message("bye", None, {"reason": "come again"}).encoded
