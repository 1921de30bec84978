"""CloudEvents as they come over HTTP: one in headers (binary), one as JSON (structured), many as JSON (batch)."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
LONGEST_NAME = 256  # characters of an id or a source: both are keys of an index


class UnreadableError(Exception):
    """The request is no CloudEvents request; the text says what is wrong and what to send."""


class Told(msgspec.Struct, frozen=True):
    """One event as it was told: its JSON, untouched, and the three attributes the door goes by. None: missing, or not usable."""

    raw: bytes | msgspec.Raw
    id: str | None
    source: str | None
    type: str | None
    fault: str | None = None  # why it can be given to nobody


class _Head(msgspec.Struct):
    id: Any = None
    source: Any = None
    type: Any = None


_HEAD = msgspec.json.Decoder(_Head)
_MANY = msgspec.json.Decoder(list[msgspec.Raw])
_ONE = msgspec.json.Decoder(msgspec.Raw)
_READING_ERRORS = (msgspec.MsgspecError, RecursionError, UnicodeError)


def is_batch(headers: Mapping[str, str]) -> bool:
    """Whether the request says that it carries a batch."""
    return _media_type(headers) == BATCH


def read_events(headers: Mapping[str, str], body: bytes) -> list[Told]:
    """The events of a request, in their order; UnreadableError if the request as a whole cannot be read."""
    if headers.get("content-encoding", "identity") != "identity":
        raise UnreadableError("the body is encoded: send it plain, without Content-Encoding")
    media_type = _media_type(headers)
    if media_type == BATCH:
        return [_read_head(raw) for raw in _decode(_MANY, body, "a JSON array of events")]
    if media_type == STRUCTURED:
        return [_read_head(_decode(_ONE, body, "a JSON object"))]
    if "ce-specversion" in headers or "ce-type" in headers:
        return [_from_headers(headers, media_type, body)]
    raise UnreadableError(f"no CloudEvents request: send {BATCH}, {STRUCTURED}, or application/json with ce- headers")


def _media_type(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _decode(decoder: "msgspec.json.Decoder[Any]", body: bytes, expected: str) -> Any:
    try:
        body.decode()  # slices are passed on unread: what is no UTF-8 must not reach a room inside someone else's batch
        return decoder.decode(body)
    except _READING_ERRORS as error:
        raise UnreadableError(f"the body is not {expected}: {error}") from error


def _read_head(raw: msgspec.Raw) -> Told:
    try:
        head = _HEAD.decode(raw)
    except _READING_ERRORS as error:
        return Told(raw, None, None, None, f"an event is a JSON object: {error}")
    return _judge(raw, head.id, head.source, head.type)


def _judge(raw: bytes | msgspec.Raw, id_: object, source: object, type_: object) -> Told:
    usable_id, usable_source = _usable(id_), _usable(source)
    fault = None
    if usable_id is None or usable_source is None:
        name = "id" if usable_id is None else "source"
        fault = f"{name} must be a text of 1 to {LONGEST_NAME} characters"
    return Told(raw, usable_id, usable_source, type_ if isinstance(type_, str) else None, fault)


def _usable(value: object) -> str | None:
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_NAME or "\0" in value:
        return None
    return value


def _from_headers(headers: Mapping[str, str], media_type: str, body: bytes) -> Told:
    """An event in binary mode; its JSON is put together here, the data untouched."""
    event: dict[str, object] = {name[3:]: _header_text(value) for name, value in headers.items() if name.startswith("ce-")}
    fault = None
    if media_type:
        event["datacontenttype"] = media_type
    if body:
        if media_type not in {"application/json", ""}:
            fault = f"data must be application/json, not {media_type}"
        else:
            event["data"] = _decode(_ONE, body, "JSON")
    told = _judge(msgspec.json.encode(event), event.get("id"), event.get("source"), event.get("type"))
    return msgspec.structs.replace(told, fault=told.fault or fault)


def _header_text(value: str) -> str:
    """The text of a ce- header: quoted or not, percent-encoded UTF-8 where it is not plain ASCII (CloudEvents HTTP binding, 3.1.3.2)."""
    if len(value) >= 2 and value[0] == value[-1] == '"':
        value = value[1:-1].replace('\\"', '"').replace("\\\\", "\\")
    return unquote(value, errors="replace")
