"""CloudEvents as they come over HTTP: one in headers (binary), one as JSON (structured), many as JSON (batch)."""

from collections.abc import Mapping
from typing import Any

import msgspec

from services.kernel.contracts.envelope import Malformed, decode_batch, from_headers
from services.kernel.errors import Code, Problem, RefusedError, problem

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"


class UnreadableError(Exception):
    """The request is no CloudEvents request; the text says what is wrong and what to send."""


class Told(msgspec.Struct, frozen=True):
    """One event as it was told: its JSON, untouched, and the attributes the door goes by. None: missing, or not usable."""

    raw: bytes | msgspec.Raw
    id: str | None
    source: str | None
    type: str | None
    problem: Problem | None = None  # why it is no event; without id or source nobody can even keep it


_MANY = msgspec.json.Decoder(list[msgspec.Raw])
_ONE = msgspec.json.Decoder(msgspec.Raw)


def is_batch(headers: Mapping[str, str]) -> bool:
    """Whether the request says that it carries a batch."""
    return _media_type(headers) == BATCH


def read_events(headers: Mapping[str, str], body: bytes) -> list[Told]:
    """The events of a request, in their order; UnreadableError if the request as a whole cannot be read."""
    if headers.get("content-encoding", "identity") != "identity":
        raise UnreadableError("the body is encoded: send it plain, without Content-Encoding")
    media_type = _media_type(headers)
    if media_type == BATCH:
        return _from_array(body)
    if media_type == STRUCTURED:
        _check(_ONE, body, "one JSON object")
        return _from_array(b"[" + body + b"]")
    if "ce-specversion" in headers or "ce-type" in headers:
        return [_from_headers(headers, media_type, body)]
    raise UnreadableError(f"no CloudEvents request: send {BATCH}, {STRUCTURED}, or application/json with ce- headers")


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _check(decoder: "msgspec.json.Decoder[Any]", body: bytes, expected: str) -> Any:
    """Slices of the body are passed on unread, so what is no UTF-8 or no JSON must stop here, before it spoils what others send."""
    try:
        body.decode()
        return decoder.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError(f"the body is not {expected}: {error}") from error


def _from_array(body: bytes) -> list[Told]:
    raws = _check(_MANY, body, "a JSON array of events")
    events = []
    for raw, event in zip(raws, decode_batch(body), strict=True):
        if isinstance(event, Malformed):
            events.append(Told(raw, event.id, event.source, None, event.problem))
        else:
            events.append(Told(raw, event.id, event.source, event.type))
    return events


def _from_headers(headers: Mapping[str, str], media_type: str, body: bytes) -> Told:
    """An event in binary mode; its JSON is put together here, the data untouched."""
    try:
        if media_type in {"application/json", ""}:
            if body:
                _check(_ONE, body, "JSON")
            event = from_headers(headers.items(), body)
            return Told(event.to_json(), event.id, event.source, event.type)
        from_headers(headers.items(), b"")
        fault = problem(Code.INVALID, f"data must be application/json, not {media_type}")
    except RefusedError as error:
        fault = error.problem
    return Told(b"", None, None, None, fault)
