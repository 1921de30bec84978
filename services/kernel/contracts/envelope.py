"""A CloudEvent as it arrives: its attributes read, its data left as bytes, its extensions kept."""

from collections.abc import Iterable
from typing import cast
from urllib.parse import unquote

import msgspec
from msgspec import Raw

from services.kernel.contracts.commands import Extension
from services.kernel.contracts.fields import MOST
from services.kernel.errors import Code, Fault, Problem, RefusedError, problem, refuse

LONGEST_NAME = 512
"""Characters of an id and of a source."""


class Envelope(msgspec.Struct, frozen=True):
    """One CloudEvent 1.0. id and source name it: both are there, not empty, ≤ 512 characters and free of U+0000; the rest is as told."""

    id: str
    source: str
    type: str
    specversion: str = "1.0"
    time: str | None = None
    subject: str | None = None
    datacontenttype: str | None = None
    data: Raw | None = None
    extensions: dict[str, Extension] = {}

    def to_json(self) -> bytes:
        """The structured form, data byte for byte."""
        attributes = {name: value for name in _ATTRIBUTES if name != "data" and (value := getattr(self, name)) is not None}
        return _encode({**self.extensions, **attributes, **({} if self.data is None else {"data": self.data})})


class Malformed(msgspec.Struct, frozen=True):
    """A member of a batch that is no CloudEvent we can name or read; id and source where they could be read."""

    id: str | None
    source: str | None
    problem: Problem


class _Plain(msgspec.Struct, forbid_unknown_fields=True):
    """The common case: the standard attributes and the usual extension, read in one go."""

    id: str
    source: str
    type: str
    specversion: str
    time: str | None = None
    subject: str | None = None
    datacontenttype: str | None = None
    data: Raw = Raw(b"")  # not optional: msgspec would read `Raw | None` as null only
    traceparent: str | None = None


_ATTRIBUTES = Envelope.__struct_fields__[:-1]
_encode = msgspec.json.Encoder().encode
_plain = msgspec.json.Decoder(_Plain).decode
_members = msgspec.json.Decoder(dict[str, Raw]).decode
_value = msgspec.json.Decoder(str | int | bool | None).decode
_list = msgspec.json.Decoder(list[Raw]).decode
_NONE: dict[str, Extension] = {}


def decode_event(body: bytes | Raw) -> Envelope:
    """Reads a structured event; RefusedError (invalid) if it is none, or has no name under which it could be remembered."""
    try:
        plain = _plain(body)
    except msgspec.ValidationError:
        return _from_members(body)  # an extension we do not know, or a fault to be found
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise refuse(Code.INVALID, f"this is not JSON: {error}") from error
    _check_name(plain.id, plain.source)
    extensions: dict[str, Extension] = _NONE if plain.traceparent is None else {"traceparent": plain.traceparent}
    return Envelope(plain.id, plain.source, plain.type, plain.specversion, plain.time, plain.subject, plain.datacontenttype, _there(plain.data), extensions)


def decode_batch(body: bytes) -> list[Envelope | Malformed]:
    """Reads a JSON array of events, each by itself; RefusedError (invalid) only if it is no array."""
    try:
        members = _list(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise refuse(Code.INVALID, f"a batch is a JSON array of CloudEvents: {error}") from error
    return [decode_member(member) for member in members]


def decode_member(body: bytes | Raw) -> Envelope | Malformed:
    """Reads a structured event; one that cannot be read comes back with its problem, and with its id and source where those can be."""
    try:
        return decode_event(body)
    except RefusedError as error:
        return Malformed(*_name_of(body), error.problem)


def from_headers(headers: Iterable[tuple[str, str | bytes]], body: bytes) -> Envelope:
    """Reads the binary mode: attributes in headers (ce-… of HTTP, percent-encoded; ce_… of Kafka), data in the body."""
    told: dict[str, str] = {}
    for name, value in headers:
        lower = name.lower()
        try:
            text = value.decode() if isinstance(value, bytes) else value
        except UnicodeDecodeError as error:
            raise _wrong(lower, "is not UTF-8") from error
        if lower.startswith("ce-"):
            told[lower[3:]] = unquote(text)
        elif lower.startswith("ce_"):
            told[lower[3:]] = text
        elif lower == "content-type":
            told["datacontenttype"] = text
    for name in ("id", "source", "type", "specversion"):
        if name not in told:
            raise _wrong(name, "is missing: every CloudEvent has one")
    if "data" in told:
        raise _wrong("data", "is no attribute: the data stands in the body")
    _check_name(told["id"], told["source"])
    standard = {name: told.pop(name) for name in _ATTRIBUTES if name in told}
    for name in told:
        _check_extension(name)
    return Envelope(**standard, data=Raw(body) if body else None, extensions=cast("dict[str, Extension]", told))


def _from_members(body: bytes | Raw) -> Envelope:
    try:
        members = _members(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise refuse(Code.INVALID, "an event is a JSON object with the attributes of CloudEvents 1.0") from error
    data = members.pop("data", None)
    standard: dict[str, str] = {}
    extensions: dict[str, Extension] = {}
    for name, raw in members.items():
        try:
            value = _value(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise _wrong(name, "is no string, integer or boolean") from error
        if value is None:
            continue
        if name not in _ATTRIBUTES:
            _check_extension(name)
            if isinstance(value, int) and not -MOST <= value <= MOST:
                raise _wrong(name, f"lies outside what every reader keeps exact, {-MOST} to {MOST}")
            extensions[name] = value
        elif isinstance(value, str):
            standard[name] = value
        else:
            raise _wrong(name, "must be a string")
    for name in ("id", "source", "type", "specversion"):
        if name not in standard:
            raise _wrong(name, "is missing: every CloudEvent has one")
    _check_name(standard["id"], standard["source"])
    return Envelope(**standard, data=_there(data), extensions=extensions)


def _there(data: Raw | None) -> Raw | None:
    return None if data is None or bytes(data) in (b"", b"null") else data


def _name_of(member: bytes | Raw) -> tuple[str | None, str | None]:
    """The id and source of what else cannot be read, as far as they can."""
    try:
        members = _members(member)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        return None, None
    found: list[str | None] = []
    for name in ("id", "source"):
        try:
            value = _value(members[name])
        except (KeyError, msgspec.MsgspecError, UnicodeDecodeError):
            value = None
        found.append(value if isinstance(value, str) and value and len(value) <= LONGEST_NAME and "\0" not in value else None)
    return found[0], found[1]


def _check_name(id_: str, source: str) -> None:
    for name, value in (("id", id_), ("source", source)):
        if not value or len(value) > LONGEST_NAME or "\0" in value:
            raise _wrong(name, f"must be 1 to {LONGEST_NAME} characters without U+0000")


def _check_extension(name: str) -> None:
    if not (name.isascii() and name.isalnum() and name == name.lower()):
        raise _wrong(name, "is no name of an extension: those are lower-case letters and digits")


def _wrong(name: str, what: str) -> RefusedError:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return RefusedError(problem(Code.INVALID, f"{name} {what}", Fault(pointer, what)))
