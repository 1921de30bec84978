"""The routes of the writing side: events in, what was refused, who sends, one thing as it stands, people."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Query, Request, Response

from services.gateway.access import Caller, Enrolment, Keyring, forbidden, unauthenticated
from services.gateway.body import read_body, too_large
from services.gateway.cloudevents import UnreadableError, is_batch, read_events
from services.gateway.events import Answer, Door
from services.gateway.examples import EVENT_REQUEST, SOURCE
from services.gateway.passing import MOST_PERSON_BYTES, Passed, Passing
from services.gateway.refusals import Refusals
from services.gateway.schemas import AnswerDocument, ProblemDocument, RefusalPageDocument, SourcesDocument
from services.gateway.senders import Sender, Senders
from services.gateway.settings import GatewaySettings
from services.gateway.telemetry import DoorTelemetry
from services.gateway.thing_documents import HistoryDocument, ThingDocument
from services.kernel.errors import Problem
from services.kernel.http.problems import PROBLEM, ProblemError

ReaderOf = Callable[[Request], Caller]
"""Who asks; a problem for a key that is not enrolled, or for none where reading needs one."""

Family = Annotated[str, Path(description="Family of the thing", examples=["case"])]
Key = Annotated[str, Path(description="Its key; the key's own namespace may be left out", examples=["zhuhai:c-1"])]

_ENCODE = msgspec.json.Encoder().encode
_RETRY = {"retry-after": "1"}


def _problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    texts = {
        400: "The request cannot be read",
        401: "No key, or one that is not enrolled",
        403: "The key may not do that",
        404: "Not known",
        409: "The event cannot follow what was told before (single events only)",
        413: "Too large; the detail names the limit",
        503: "Nothing is known to be stored: send all of it again",
    }
    return {status: {"description": texts[status], "content": {PROBLEM: {"schema": ProblemDocument.model_json_schema()}}} for status in statuses}


def events_router(door: Door, keyring: Keyring, settings: GatewaySettings, telemetry: DoorTelemetry) -> APIRouter:
    """POST /v1/events."""
    router = APIRouter(prefix="/v1", tags=["events"])

    @router.post(
        "/events",
        summary="Tell events: one or a batch",
        description="CloudEvents 1.0, structured, batch or binary (ce- headers). Always one result per event, in order; sending again is safe.",
        response_model=AnswerDocument,
        responses={202: {"model": AnswerDocument, "description": "A single event: accepted, that is committed"}, **_problems(400, 401, 403, 409, 413, 503)},
        openapi_extra={"requestBody": EVENT_REQUEST},
    )
    async def post_events(request: Request) -> Response:
        try:
            caller = _writer(keyring, request)
            body = await read_body(request, settings.most_bytes)
            events = read_events(request.headers, body)
            if len(events) > settings.most_events:
                raise too_large(f"{len(events)} events were sent, {settings.most_events} are the most")
        except UnreadableError as error:
            telemetry.refused.labels("unreadable").inc()
            raise ProblemError(Problem("invalid", "The request cannot be read", 400, str(error), "urn:wangge:problem:invalid")) from error
        except ProblemError as error:
            telemetry.refused.labels(error.problem.code).inc()
            raise
        answer = await door.receive(events, caller)
        return _batch_response(answer) if is_batch(request.headers) else _single_response(answer)

    return router


def _writer(keyring: Keyring, request: Request) -> Caller:
    caller = keyring.caller(request.headers)
    if not caller.known:
        raise unauthenticated("writing needs a key")
    if not caller.writers():
        raise forbidden("no source may write with this key")
    return caller


def _batch_response(answer: Answer) -> Response:
    if answer.nothing_stored:
        return Response(_ENCODE(answer), 503, _RETRY, "application/json")
    return Response(_ENCODE(answer), 200, None, "application/json")


def _single_response(answer: Answer) -> Response:
    """202 accepted, 200 duplicate, 503 unavailable, else the status of its problem; the body has the result in any case."""
    result = answer.results[0]
    if isinstance(result.problem, msgspec.Raw):
        body = msgspec.json.decode(result.problem) | msgspec.json.decode(_ENCODE(answer))
        return Response(_ENCODE(body), int(body.get("status", 400)), None, PROBLEM)
    status = {"accepted": 202, "duplicate": 200}.get(result.status, 503)
    return Response(_ENCODE(answer), status, _RETRY if status == 503 else None, "application/json")


def rejected_router(keyring: Keyring, refusals: Refusals) -> APIRouter:
    """GET /v1/rejected."""
    router = APIRouter(prefix="/v1", tags=["events"])

    @router.get("/rejected", summary="What was refused, and why", response_model=RefusalPageDocument, responses=_problems(400, 401, 403))
    async def list_rejected(
        request: Request,
        source: Annotated[str | None, Query(description="Only this source; without it, all that your key may see", examples=[SOURCE])] = None,
        code: Annotated[str | None, Query(description="Only this problem code", examples=["unknown-reference"])] = None,
        cursor: Annotated[str | None, Query(description="`next` of the page before", examples=["MjAyNC0wNS0zMQ"])] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        caller = keyring.caller(request.headers)
        if not caller.known:
            raise unauthenticated("refused events are shown to their source and to the operator")
        if source is not None and not caller.operator and source not in caller.enrolments:
            raise forbidden(f"the source {source} is not enrolled with this key")
        sources = [source] if source is not None else None if caller.operator else sorted(caller.enrolments)
        return Response(_ENCODE(await refusals.page(sources, code, cursor, limit)), media_type="application/json")

    return router


def sources_router(keyring: Keyring, senders: Senders, refusals: Refusals, reader_of: ReaderOf) -> APIRouter:
    """GET /v1/sources."""
    router = APIRouter(prefix="/v1", tags=["events"])

    @router.get("/sources", summary="Who sends, and when last", response_model=SourcesDocument, responses=_problems(401))
    async def list_sources(request: Request) -> Response:
        caller = reader_of(request)
        refused, sent = await refusals.counts(), await senders.all()
        sources = [_told_of(one, sent.get(one.source, Sender()), refused.get(one.source, 0)) for one in keyring.enrolments() if caller.may_see(one)]
        return Response(_ENCODE({"sources": sources}), media_type="application/json")

    return router


def _told_of(one: Enrolment, sender: Sender, refused: int) -> dict[str, object]:
    shown = {"source": one.source, "namespace": one.namespace, "register": one.register, "kinds": one.kinds, "areas": one.areas, "may_write": one.may_write}
    traffic = {"first_at": sender.first_at, "last_at": sender.last_at, "counts": sender.counts, "ways": sender.ways}
    return {**shown, **traffic, "refused": refused}


def things_router(keyring: Keyring, passing: Passing, reader_of: ReaderOf) -> APIRouter:
    """GET /v1/{family}/{key}, its history, and PUT /v1/people. Include it last: its paths are the widest."""
    router = APIRouter(prefix="/v1", tags=["things"])

    @router.put(
        "/people/{register}/{reference}",
        summary="Put a person's name or phone into the vault",
        description="The only way in for what names a person. Only for sources of that people register.",
        status_code=204,
        responses=_problems(400, 401, 403, 413, 503),
        openapi_extra={"requestBody": {"content": {"application/json": {"schema": {"type": "object"}, "example": {"name": "示例"}}}}},
    )
    async def put_person(
        request: Request,
        register: Annotated[str, Path(description="The people register that your source is enrolled for", examples=["zhuhai"])],
        reference: Annotated[str, Path(description="What your events call this person", examples=["p-1"])],
    ) -> Response:
        caller = _writer(keyring, request)
        return _response(await passing.person(register, reference, await read_body(request, MOST_PERSON_BYTES), caller))

    @router.get("/{family}/{key}", summary="One thing as it stands", response_model=ThingDocument, responses=_problems(400, 403, 404, 503))
    async def get_thing(request: Request, family: Family, key: Key) -> Response:
        return _response(await passing.entity(family, key, reader_of(request)))

    @router.get(
        "/{family}/{key}/history",
        summary="Everything told of one thing, oldest first, page by page",
        response_model=HistoryDocument,
        responses=_problems(400, 403, 404, 503),
    )
    async def get_history(
        request: Request,
        family: Family,
        key: Key,
        cursor: Annotated[int, Query(ge=0, description="`next` of the page before")] = 0,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        return _response(await passing.entity(family, key, reader_of(request), history=True, query={"after": cursor, "limit": limit}))

    return router


def _response(passed: Passed) -> Response:
    return Response(passed.content, passed.status, None, passed.media_type if passed.content else None)
