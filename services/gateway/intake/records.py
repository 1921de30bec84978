"""A Kafka record as a told event: binary (ce_ headers) or structured (the whole event as JSON)."""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from services.gateway.cloudevents import STRUCTURED, Told, UnreadableError, read_events
from services.kernel.contracts.envelope import from_headers
from services.kernel.errors import Code, RefusedError, problem

_JSON = msgspec.json.Decoder(msgspec.Raw)

KEY_HEADER = "wangge-key"
"""Carries the API key of the record's source."""


class Record(NamedTuple):
    """What the intake needs of a Kafka record."""

    partition: int
    offset: int
    value: bytes | None
    headers: Mapping[str, bytes]  # names in lower case; of a repeated one the last

    @property
    def key(self) -> str | None:
        """The API key that came along."""
        given = self.headers.get(KEY_HEADER)
        return None if given is None else given.decode("utf-8", "replace").strip()


def read_record(record: Record) -> Told:
    """The event; never raises: what is none carries the problem."""
    media_type = record.headers.get("content-type", b"").decode("utf-8", "replace").partition(";")[0].strip().lower()
    try:
        if media_type != STRUCTURED and "ce_specversion" in record.headers:
            return _read_binary(record, media_type)
        return _read_structured(record)
    except UnreadableError as error:
        return Told(b"", None, None, None, problem(Code.INVALID, str(error)))
    except RefusedError as error:
        return Told(b"", None, None, None, error.problem)


def _read_structured(record: Record) -> Told:
    if not record.value:
        raise UnreadableError("the record is empty: send the event as JSON, or in ce_ headers with its data as the value")
    return read_events({"content-type": STRUCTURED}, record.value)[0]


def _read_binary(record: Record, media_type: str) -> Told:
    if media_type not in {"application/json", ""}:
        raise UnreadableError(f"data must be application/json, not {media_type}")
    value = record.value or b""
    _check_json(value)
    headers = {name: content for name, content in record.headers.items() if name.startswith("ce_") or name == "content-type"}
    event = from_headers(headers.items(), value)
    return Told(event.to_json(), event.id, event.source, event.type)


def _check_json(value: bytes) -> None:
    """The data is put into an event unread, so it must be one JSON value and nothing beside it."""
    if not value:
        return
    try:
        value.decode()
        _JSON.decode(value)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableError(f"the data is no JSON: {error}") from error
