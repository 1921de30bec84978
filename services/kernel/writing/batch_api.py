"""POST /batch, the same in every writing room: events in, one result per event, in order. docs/architecture.md, section 1."""

from collections.abc import Sequence
from typing import Protocol

import msgspec
import structlog
from fastapi import APIRouter, Depends, Request, Response

from services.kernel.contracts.commands import Command, Enrolled
from services.kernel.contracts.envelope import Envelope, Malformed, decode_member
from services.kernel.errors import Code, Problem, RefusedError, problem
from services.kernel.http.problems import ProblemError
from services.kernel.inbox.inbox import Refused
from services.kernel.writing.batch import Result
from services.kernel.writing.token import require_token

_log = structlog.get_logger()


class Reads(Protocol):
    """What turns events into commands (kernel.contracts.reading.Reader)."""

    def read(self, event: Envelope, enrolled: Enrolled) -> Command:
        """The command an event comes to; raises RefusedError."""
        ...

    def masked(self, event: Envelope, problem: Problem) -> bytes:
        """What may be kept of a refused event, as JSON."""
        ...


class Writes(Protocol):
    """What decides and keeps them (kernel.writing.writer.Writer)."""

    async def write(self, items: Sequence[Command | Refused]) -> list[Result]:
        """One result per item, in order."""
        ...


class _Told(msgspec.Struct):
    event: msgspec.Raw
    enrolled: Enrolled
    via: str = "http"


class _Batch(msgspec.Struct):
    commands: list[_Told]


_decode = msgspec.json.Decoder(_Batch).decode
_encode = msgspec.json.Encoder().encode


def batch_router(reader: Reads, writer: Writes, token: str) -> APIRouter:
    """The route over a room's reader and writer. 400 if the body cannot be read at all; whatever is wrong with one event is its own result."""
    router = APIRouter(tags=["batch"], dependencies=[Depends(require_token(token))])

    @router.post("/batch", summary="Decide a batch of events, in order", response_class=Response)
    async def decide_batch(request: Request) -> Response:
        try:
            batch = _decode(await request.body())
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
            raise ProblemError(problem(Code.INVALID, f"this is no batch of commands: {error}")) from error
        results = await _decide(batch.commands, reader, writer)
        return Response(_encode({"results": [_answer(result) for result in results]}), media_type="application/json")

    return router


async def _decide(told: Sequence[_Told], reader: Reads, writer: Writes) -> list[Result]:
    """Reads each event by itself; what can be read, or be remembered as refused, goes to the writer in the order it came."""
    lost: set[str] = set()  # sources of which an event could not be read: what they told after it must not overtake it
    read = [_read(one, reader, lost) for one in told]
    written = iter(await writer.write([one for one in read if not isinstance(one, Result)]))
    return [one if isinstance(one, Result) else next(written) for one in read]


def _read(told: _Told, reader: Reads, lost: set[str]) -> Command | Refused | Result:
    event = decode_member(told.event)
    if event.source in lost:
        return Result(event.id or "", "unavailable")
    if isinstance(event, Malformed):
        if event.source and event.id:
            return Refused(event.source, event.id, event.problem, _encode({"source": event.source, "id": event.id}))
        return Result(event.id or "", "rejected", event.problem)  # without a name nothing can be remembered of it
    try:
        return reader.read(event, told.enrolled)
    except RefusedError as error:
        return Refused(event.source, event.id, error.problem, reader.masked(event, error.problem), error.content)
    except Exception:  # noqa: BLE001  a mistake of ours about one event: the others are decided, this one is sent again
        _log.exception("an event could not be read", event_id=event.id, type=event.type)
        lost.add(event.source)
        return Result(event.id, "unavailable")


def _answer(result: Result) -> dict[str, object]:
    answer: dict[str, object] = {"id": result.id, "status": result.status}
    if result.problem is not None:
        answer["problem"] = result.problem.as_json()
    return answer
