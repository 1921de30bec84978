"""An event's data before anything is made of it: is it JSON that can be kept, has it the shape of its type?"""

import re
from collections.abc import Callable, Mapping

import msgspec
from msgspec import Raw

from services.kernel.contracts.commands import Document
from services.kernel.contracts.envelope import Envelope
from services.kernel.contracts.personal import escaped
from services.kernel.errors import Code, Fault, RefusedError, refuse

_PATH = re.compile(r" - at `(?:key in )?\$(?P<path>.*)`$")
_decode = msgspec.json.Decoder().decode


def data_of(event: Envelope) -> Document:
    """The data as JSON values; RefusedError (invalid) where there is none, or what stands there no database keeps."""
    raw = event.data
    if raw is None:
        raise _invalid("/data", "is missing")
    try:
        told = _decode(raw)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise _invalid("/data", "is not JSON, or nested too deeply") from error
    if not isinstance(told, dict):
        raise _invalid("/data", "must be an object")
    if (b"\\u0000" in bytes(raw) and _has_null(told)) or (event.extensions and _has_null(event.extensions)):
        raise _invalid("/data", "has a character U+0000, which no database keeps: take it out")
    return told


def _has_null(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, Mapping):
        return any("\0" in name or _has_null(inner) for name, inner in value.items())
    return isinstance(value, list) and any(map(_has_null, value))


def check_shape(event: Envelope, decode: Callable[[Raw], object]) -> None:
    """Raises invalid, with the place, unless data has the shape of its type."""
    assert event.data is not None
    try:
        decode(event.data)
    except msgspec.ValidationError as error:
        text = str(error)
        found = _PATH.search(text)
        pointer = "/data" + "".join(f"/{escaped(step)}" for step in re.findall(r"[^.\[\]]+", found["path"].replace("[...]", "")) if step) if found else "/data"
        what = _PATH.sub("", text)
        raise refuse(Code.INVALID, f"{pointer.removeprefix('/data/')}: {what}; see the schema of {event.type}", Fault(pointer, what)) from error


def _invalid(pointer: str, what: str) -> RefusedError:
    return refuse(Code.INVALID, f"{pointer[1:]} {what}", Fault(pointer, what))
