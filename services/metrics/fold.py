"""A fact's was and now as signed lines: −1 for each row it takes back, +1 for each it puts. Pure, one fold for all families.

Facts are written by our own rooms, but read here as if by strangers: what PostgreSQL, a merge or an index could choke on later is refused now, while it is
still one letter among others.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from services.metrics.model import Axes, Letter, Line

MOST = 2**53 - 1
"""Values are integers within ±this (contract, section 1)."""

_AXES_LONGEST = 2000  # bytes; axes are one index entry, which may have 2,700
_ROLES_LONGEST = 1000  # bytes; a role stands in an index entry with what has it
_NO_ROLES = Raw(b"null")

_Key = Annotated[str, Meta(min_length=1, max_length=100)]
_Value = Annotated[int, Meta(ge=-MOST, le=MOST)]


class _Row(msgspec.Struct, array_like=True, gc=False):
    """A row as it stands in a fact (docs/architecture.md, section 4). dims and roles stay the text they are."""

    measure: _Key
    kind: _Key
    area: _Key | None
    organisation: _Key | None
    dims: Raw
    day: date
    until: date | None = None
    value: _Value | None = None
    since: date | None = None
    roles: Raw = _NO_ROLES


class _Data(msgspec.Struct, gc=False):
    was: list[_Row]
    now: list[_Row]


class _Fact(msgspec.Struct, gc=False):
    """What of a fact the processor needs; the rest is passed over unread."""

    sequence: str
    sourceepoch: int
    subject: _Key
    data: _Data


class UnreadableError(Exception):
    """A body is no fact that can be counted; the message says why."""


_decode = msgspec.json.Decoder(_Fact).decode
_decode_texts = msgspec.json.Decoder(dict[_Key, _Key] | None).decode


def read(body: bytes | None, offset: int | None, axes: Mapping[Axes, int], missing: set[Axes]) -> Letter:
    """A record as a letter; one that cannot be read says so in its fault and has no sequence.

    Axes without a number yet are added to `missing`; then the letter's lines are not complete, and it must be read again once they have one.
    """
    try:
        fact = _decode(body)  # type: ignore[arg-type]
        return Letter(int(fact.sequence), fact.sourceepoch, offset, _fold(fact, body or b"", axes, missing), body or b"")
    except (msgspec.MsgspecError, UnreadableError, ValueError, TypeError, RecursionError) as error:
        return Letter(None, None, offset, [], body or b"", f"{type(error).__name__}: {error}"[:300])


def _fold(fact: _Fact, body: bytes, axes: Mapping[Axes, int], missing: set[Axes]) -> list[Line]:
    # The hot loop of the processor: a fact has four rows, and each microsecond here is a tenth of its cost.
    thing = fact.subject
    lines: list[Line] = []
    last: Axes | None = None
    axis = 0
    for sign, rows in ((-1, fact.data.was), (1, fact.data.now)):
        for row in rows:
            dims = str(row.dims, "utf-8")
            key = (row.measure, row.kind, row.area, row.organisation, "{}" if dims == "null" else dims)
            if key != last:  # what a fact takes back and what it puts first mostly stand in the same place
                last = key
                axis = axes.get(key, 0)
                if axis == 0:
                    _check_axes(key)
                    missing.add(key)
            until, value, raw = row.until, row.value, row.roles
            if until is not None and until < row.day:
                raise UnreadableError(f"a row of {row.measure} ends before it begins")
            lines.append((axis, sign, thing, row.day, until, 1 if value is None else value, row.since, None if raw is _NO_ROLES else _roles(raw)))
    if b"\\u" in body:  # our rooms escape control characters only: rare, so only then the texts are looked into
        _look_for_nul(fact)
    return lines


def _check_axes(key: Axes) -> None:
    # Only for axes that are new, so it may take its time.
    if key[4][0] != "{":
        raise UnreadableError(f"the dimensions of {key[0]} are no object")
    if sum(len((text or "").encode()) for text in key) > _AXES_LONGEST:
        raise UnreadableError(f"the axes of {key[0]} are longer than {_AXES_LONGEST} bytes")


def _roles(raw: Raw) -> str | None:
    roles = str(raw, "utf-8")
    if roles == "null":
        return None
    if roles[0] != "{" or len(raw) > _ROLES_LONGEST:
        raise UnreadableError(f"roles are no object of at most {_ROLES_LONGEST} bytes")
    return roles


def _look_for_nul(fact: _Fact) -> None:
    texts = [fact.subject]
    for row in (*fact.data.was, *fact.data.now):
        texts += [row.measure, row.kind, row.area or "", row.organisation or ""]
        for raw in (row.dims, row.roles):
            for name, value in (_decode_texts(raw) or {}).items():
                texts += [name, value]
    if any("\x00" in text for text in texts):
        raise UnreadableError("a text holds U+0000, which the database cannot keep")
