"""Plain values of a source into the catalogue's documents; what does not fit becomes a flaw at its own line."""

import re
from typing import TypeVar

import msgspec

from services.kernel.catalogue.source import Flaw, Pointer, Source

Document = TypeVar("Document")
_STEP = re.compile(r"\.([A-Za-z_]\w*)|\[(\d+)\]|\[\.\.\.\]")
_BROKEN = re.compile(r"unknown field `[^`]* [^`]*`")
_PATH = re.compile(r" - at `(?:key in )?\$(?P<path>.*)`$")


def convert(source: Source, pointer: Pointer, value: object, to: type[Document], flaws: list[Flaw]) -> Document | None:
    """The value as a document; None, with a flaw noted, if it does not fit."""
    try:
        return msgspec.convert(value, to)
    except msgspec.ValidationError as error:
        message = str(error)
        found = _PATH.search(message)
        inner = _steps(found["path"]) if found else ()
        broken = _BROKEN.search(message)
        mend = "Put the text in quotes: a comma within { } begins another field" if broken else "See services/kernel/catalogue for the fields"
        flaws.append(source.flaw((*pointer, *inner), _PATH.sub("", message), mend))
        return None


def mapping(source: Source, pointer: Pointer, value: object, flaws: list[Flaw]) -> dict[str, object]:
    """The value as a mapping; empty, with a flaw noted, if it is none."""
    if isinstance(value, dict):
        return value
    if value is not None:
        flaws.append(source.flaw(pointer, "this must be a mapping", "Write names with a colon after each"))
    return {}


def _steps(path: str) -> Pointer:
    """The part of a path that can be followed: up to the first mapping's value, whose key the message does not name."""
    steps: list[str | int] = []
    for step in _STEP.finditer(path):
        name, number = step.groups()
        if name is None and number is None:
            break
        steps.append(name if name is not None else int(number))
    return tuple(steps)
