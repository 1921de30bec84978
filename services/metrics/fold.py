"""A fact's was and now as signed lines: −1 for each row it takes back, +1 for each it puts. Pure, one fold for all families.

Facts are written by our own rooms, but read here as if by strangers: what PostgreSQL, a merge or an index could choke on later is refused now, while it is
still one letter among others.

This is the hot loop of the processor, a fact has some four rows, and it lives on repetition: a row is a JSON array whose first five elements say where it
counts and whose others say when and how much, and either part is mostly one that was seen before. So the text of `was` or `now` is cut where a row seems to
end, each row at the text of its first date, and the halves are looked up as they are. Any cut will do: what is in the tables has been decoded and checked as
the elements it is said to be, so what is a string of known halves and the cuts between them is the list of those rows, and of nothing else. Otherwise the
list is decoded and checked like any JSON, and its halves are remembered. Roles are mostly new: they are decoded each time, between halves that are known.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Raw

from services.metrics.lines import pack_axis, pack_records, pack_rest, pack_thing
from services.metrics.model import Axes, Letter

MOST = 2**53 - 1
"""Values are integers within ±this (contract, section 1)."""

_AXES_LONGEST = 2000  # bytes; axes are one index entry, which may have 2,700
_ROLES_LONGEST = 1000  # bytes; a role stands in an index entry with what has it
_RESTS_KEPT = 200_000
_NULL = Raw(b"null")
_SEAM = b',"20'  # where a row is cut: before its first date, of this century

_Key = Annotated[str, Meta(min_length=1, max_length=100)]
_Value = Annotated[int, Meta(ge=-MOST, le=MOST)]


class _Axes(msgspec.Struct, array_like=True, gc=False):
    """The first five elements of a row (docs/architecture.md, section 4). dims stays the text it is."""

    measure: _Key
    kind: _Key
    area: _Key | None
    organisation: _Key | None
    dims: Raw


class _Rest(msgspec.Struct, array_like=True, gc=False):
    """The other elements of a row, those of a later version passed over. roles stays the text it is."""

    day: date
    until: date | None = None
    value: _Value | None = None
    since: date | None = None
    roles: Raw = _NULL


class _Data(msgspec.Struct, gc=False):
    was: Raw
    now: Raw


class _Fact(msgspec.Struct, gc=False):
    """What of a fact the processor needs; the rest is passed over unread."""

    sequence: str
    sourceepoch: int
    subject: _Key
    data: _Data


class UnreadableError(Exception):
    """A body is no fact that can be counted; the message says why."""


_encode = msgspec.json.encode
_decode = msgspec.json.Decoder(_Fact).decode
_decode_rows = msgspec.json.Decoder(list[list[Raw]]).decode
_decode_axes = msgspec.json.Decoder(_Axes).decode
_decode_rest = msgspec.json.Decoder(_Rest).decode
_decode_roles = msgspec.json.Decoder(dict[str, str]).decode
_decode_texts = msgspec.json.Decoder(dict[_Key, _Key] | None).decode
_UNREADABLE = (msgspec.MsgspecError, UnreadableError, ValueError, TypeError, RecursionError)


class Folder:
    """Folds facts for one generation, whose axes it knows by number; `learn` tells it more."""

    def __init__(self) -> None:
        self._axes: dict[bytes, bytes] = {}  # the first half of a row, as in the fact -> the number of its axes, packed
        self._rests: dict[bytes, bytes] = {}  # the second half, behind the seam, of a row without roles -> day, until, value and since, packed
        self._before_roles: dict[bytes, bytes] = {}  # the same, up to its roles, of a row that has some
        self.missing: dict[bytes, Axes] = {}  # axes that were met and have no number yet

    def __len__(self) -> int:
        return len(self._axes)

    def learn(self, numbers: Mapping[Axes, int]) -> None:
        """Gives missing axes their numbers, as far as they are told; letters that were not complete can be read again."""
        for half, axes in self.missing.items():
            if axes in numbers:
                self._axes[half] = pack_axis(numbers[axes])
        self.missing = {half: axes for half, axes in self.missing.items() if axes not in numbers}

    def expect(self, numbers: Mapping[Axes, int]) -> None:
        """Takes in axes that have a number before they are met, in the text in which our rooms write them."""
        for (measure, kind, area, organisation, dims), number in numbers.items():
            written = _encode([measure, kind, area, organisation, None if dims == "{}" else Raw(dims.encode())])
            self._axes[written[1:-1]] = pack_axis(number)

    def read(self, body: bytes | None, offset: int | None) -> Letter:
        """A record as a letter; one that cannot be read says so in its fault and has no sequence.

        One that meets axes without a number is not complete: they are added to `missing`, and it must be read again once they have one.
        """
        try:
            fact = _decode(body)  # type: ignore[arg-type]
            numbers: list[bytes] = []
            roles: dict[int, bytes] = {}
            complete = self._add(fact.data.was, numbers, roles)
            taken = len(numbers) // 2
            complete &= self._add(fact.data.now, numbers, roles)
            # Our rooms escape control characters only: rare, so only then the texts are looked into. One byte is looked for much faster than two.
            if b"\\" in body and b"\\u" in body:  # type: ignore[operator]
                _look_for_nul(fact)
            records = pack_records(pack_thing(fact.subject), taken, numbers, roles) if complete and numbers else []
            return Letter(int(fact.sequence), fact.sourceepoch, offset, records, body, None, complete, len(numbers) // 2)  # type: ignore[arg-type]
        except _UNREADABLE as error:
            return Letter(None, None, offset, [], body or b"", f"{type(error).__name__}: {error}"[:300])

    def _add(self, rows: Raw, numbers: list[bytes], roles: dict[int, bytes]) -> bool:
        """Adds the numbers of these rows, two pieces each, and their roles; whether all their axes have one."""
        text = bytes(rows)
        if text == b"[]":
            return True
        axes, rests, before = self._axes, self._rests, len(numbers)
        try:
            for row in text[2:-2].split(b"],[") if text[:2] == b"[[" else (b"",):
                head, _, rest = row.partition(_SEAM)
                numbers.append(axes[head])
                packed = rests.get(rest)
                numbers.append(self._take_roles(rest, len(numbers) // 2, roles) if packed is None else packed)
        except KeyError:  # a half that is not known, or a cut in the midst of a text
            del numbers[before:]
            return self._add_decoded(rows, numbers, roles)
        return True

    def _take_roles(self, rest: bytes, place: int, roles: dict[int, bytes]) -> bytes:
        before, brace, text = rest.partition(b",{")
        if not brace:  # a rest without roles, of which another row's roles happened to follow the same text
            raise KeyError(before)
        packed = self._before_roles[before]
        roles[place] = _checked_roles(brace[1:] + text)
        return packed

    def _add_decoded(self, rows: Raw, numbers: list[bytes], roles: dict[int, bytes]) -> bool:
        complete = True
        for row in _decode_rows(rows):
            head, tail = b",".join(row[:5]), b"," + b",".join(row[5:])
            axis = self._axes.get(head)
            if axis is None:
                complete = False
                if head not in self.missing:
                    self.missing[head] = _checked_axes(head)
            packed, text = _read_rest(tail)
            if text is not None:
                roles[len(numbers) // 2] = text
            if tail.startswith(_SEAM) and len(self._rests) + len(self._before_roles) < _RESTS_KEPT:
                if text is None:
                    self._rests[tail[len(_SEAM) :]] = packed
                elif len(row) == 10:
                    self._before_roles[b",".join(row[5:9])[len(_SEAM) - 1 :]] = packed
            numbers += (axis or b"", packed)
        return complete


def _read_rest(text: bytes) -> tuple[bytes, bytes | None]:
    """The second half of a row, packed, and its roles."""
    rest = _decode_rest(b"[" + text[1:] + b"]")
    if rest.until is not None and rest.until < rest.day:
        raise UnreadableError("a row ends before it begins")
    roles = bytes(rest.roles)
    packed = pack_rest(rest.day, rest.until, 1 if rest.value is None else rest.value, rest.since)
    return packed, None if roles == b"null" else _checked_roles(roles)


def _checked_roles(text: bytes) -> bytes:
    if len(text) > _ROLES_LONGEST:
        raise UnreadableError(f"roles are longer than {_ROLES_LONGEST} bytes")
    _decode_roles(text)
    return text


def _checked_axes(text: bytes) -> Axes:
    axes = _decode_axes(b"[" + text + b"]")
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
    for row in (*_decode_rows(fact.data.was), *_decode_rows(fact.data.now)):
        axes = _decode_axes(b"[" + b",".join(row[:5]) + b"]")
        texts += [axes.measure, axes.kind, axes.area or "", axes.organisation or ""]
        for text in (axes.dims, row[9] if len(row) > 9 else _NULL):
            for name, value in (_decode_texts(text) or {}).items():
                texts += [name, value]
    if any("\x00" in text for text in texts):
        raise UnreadableError("a text holds U+0000, which the database cannot keep")
