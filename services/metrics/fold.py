"""A fact's was and now as signed lines: −1 for each row it takes back, +1 for each it puts. Pure, one fold for all families.

Facts are written by our own rooms, but read here as if by strangers: what PostgreSQL, a merge or an index could choke on later is refused now, while it is
still one letter among others.

This is the hot loop of the processor, a fact has some four rows, and it lives on repetition: a row is a JSON array whose first five elements say where it
counts and whose others say when and how much, and either part is mostly one that was seen before. So a row is cut in two at the text of its first date, and
both halves are looked up as they are. Any cut will do: the halves in the tables have been decoded and checked as what they are, and if both are there the row
is the array of both. Otherwise the row is decoded and checked like any JSON, and its halves are remembered.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from services.metrics.lines import pack_axis, pack_start, pack_tail
from services.metrics.model import Axes, Letter

MOST = 2**53 - 1
"""Values are integers within ±this (contract, section 1)."""

_AXES_LONGEST = 2000  # bytes; axes are one index entry, which may have 2,700
_ROLES_LONGEST = 1000  # bytes; a role stands in an index entry with what has it
_TAILS_KEPT = 200_000
_NULL = Raw(b"null")

_Key = Annotated[str, Meta(min_length=1, max_length=100)]
_Value = Annotated[int, Meta(ge=-MOST, le=MOST)]


class _Axes(msgspec.Struct, array_like=True, gc=False):
    """The first five elements of a row (docs/architecture.md, section 4). dims stays the text it is."""

    measure: _Key
    kind: _Key
    area: _Key | None
    organisation: _Key | None
    dims: Raw


class _Tail(msgspec.Struct, array_like=True, gc=False):
    """The other elements of a row, those of a later version passed over. roles stays the text it is."""

    day: date
    until: date | None = None
    value: _Value | None = None
    since: date | None = None
    roles: Raw = _NULL


class _Data(msgspec.Struct, gc=False):
    was: list[Raw]
    now: list[Raw]


class _Fact(msgspec.Struct, gc=False):
    """What of a fact the processor needs; the rest is passed over unread."""

    sequence: str
    sourceepoch: int
    subject: _Key
    data: _Data


class UnreadableError(Exception):
    """A body is no fact that can be counted; the message says why."""


_decode = msgspec.json.Decoder(_Fact).decode
_decode_row = msgspec.json.Decoder(list[Raw]).decode
_decode_axes = msgspec.json.Decoder(_Axes).decode
_decode_tail = msgspec.json.Decoder(_Tail).decode
_decode_texts = msgspec.json.Decoder(dict[_Key, _Key] | None).decode
_UNREADABLE = (msgspec.MsgspecError, UnreadableError, ValueError, TypeError, RecursionError)


class Folder:
    """Folds facts for one generation, whose axes it knows by number; `learn` tells it more."""

    def __init__(self) -> None:
        self._axes: dict[bytes, bytes] = {}  # the first half of a row, as in the fact -> the number of its axes, packed
        self._tails: dict[bytes, bytes] = {}  # the second half -> day, until, value, since and roles, packed
        self.missing: dict[bytes, Axes] = {}  # axes that were met and have no number yet

    def __len__(self) -> int:
        return len(self._axes)

    def learn(self, numbers: Mapping[Axes, int]) -> None:
        """Gives the missing axes their numbers; letters that were not complete can be read again."""
        for half, axes in self.missing.items():
            self._axes[half] = pack_axis(numbers[axes])
        self.missing = {}

    def read(self, body: bytes | None, offset: int | None) -> Letter:
        """A record as a letter; one that cannot be read says so in its fault and has no sequence.

        One that meets axes without a number is not complete: they are added to `missing`, and it must be read again once they have one.
        """
        try:
            fact = _decode(body)  # type: ignore[arg-type]
            lines = self._fold(fact, body or b"")
            return Letter(int(fact.sequence), fact.sourceepoch, offset, lines or [], body or b"", None, lines is not None)
        except _UNREADABLE as error:
            return Letter(None, None, offset, [], body or b"", f"{type(error).__name__}: {error}"[:300])

    def _fold(self, fact: _Fact, body: bytes) -> list[bytes] | None:
        axes, tails = self._axes, self._tails
        lines: list[bytes] = []
        complete = True
        for sign, rows in ((-1, fact.data.was), (1, fact.data.now)):
            if not rows:
                continue
            start = pack_start(sign, fact.subject)
            for raw in rows:
                row = bytes(raw)
                cut = row.find(b',"20')
                axis, tail = axes.get(row[:cut]), tails.get(row[cut:])
                if axis is None or tail is None:
                    axis, tail = self._decode_halves(raw)
                if axis is None:
                    complete = False
                else:
                    lines.append(start + axis + tail)
        if b"\\u" in body:  # our rooms escape control characters only: rare, so only then the texts are looked into
            _look_for_nul(fact)
        return lines if complete else None

    def _decode_halves(self, raw: Raw) -> tuple[bytes | None, bytes]:
        elements = _decode_row(raw)
        first, second = b"[" + b",".join(elements[:5]), b"," + b",".join(elements[5:]) + b"]"
        tail = self._tails.get(second)
        if tail is None:
            tail, again = _tail(second)
            if again and len(self._tails) < _TAILS_KEPT:
                self._tails[second] = tail
        axis = self._axes.get(first)
        if axis is None and first not in self.missing:
            self.missing[first] = _checked_axes(first)
        return axis, tail


def _tail(text: bytes) -> tuple[bytes, bool]:
    """The packed second half, and whether it is one that may come again."""
    tail = _decode_tail(b"[" + text[1:])
    if tail.until is not None and tail.until < tail.day:
        raise UnreadableError("a row ends before it begins")
    roles = bytes(tail.roles)
    if roles != b"null" and (roles[:1] != b"{" or len(roles) > _ROLES_LONGEST):
        raise UnreadableError(f"roles are no object of at most {_ROLES_LONGEST} bytes")
    value = 1 if tail.value is None else tail.value
    return pack_tail(tail.day, tail.until, value, tail.since, None if roles == b"null" else roles), roles == b"null"


def _checked_axes(text: bytes) -> Axes:
    axes = _decode_axes(text + b"]")
    dims = str(axes.dims, "utf-8")
    if dims == "null":
        dims = "{}"
    if dims[0] != "{":
        raise UnreadableError(f"the dimensions of {axes.measure} are no object")
    if len(text) > _AXES_LONGEST:
        raise UnreadableError(f"the axes of {axes.measure} are longer than {_AXES_LONGEST} bytes")
    return axes.measure, axes.kind, axes.area, axes.organisation, dims


def _look_for_nul(fact: _Fact) -> None:
    texts = [fact.subject]
    for raw in (*fact.data.was, *fact.data.now):
        elements = _decode_row(raw)
        axes = _decode_axes(b"[" + b",".join(elements[:5]) + b"]")
        texts += [axes.measure, axes.kind, axes.area or "", axes.organisation or ""]
        for text in (axes.dims, elements[9] if len(elements) > 9 else _NULL):
            for name, value in (_decode_texts(text) or {}).items():
                texts += [name, value]
    if any("\x00" in text for text in texts):
        raise UnreadableError("a text holds U+0000, which the database cannot keep")
