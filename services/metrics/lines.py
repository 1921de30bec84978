"""Lines as PostgreSQL's binary COPY wants them: packed once where they are read, strung together where they are written. Pure.

Each field is its length in bytes (−1: null) and its value, big-endian; a row begins with the number of its fields (PostgreSQL, COPY, "Binary Format").
"""

from collections.abc import Iterator, Sequence
from datetime import date
from struct import Struct

COLUMNS = ("n", "sign", "thing", "axis", "day", "until", "value", "since", "roles")
"""The columns of metrics.line in the order in which they are packed."""

_EPOCH = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from here
_NULL = b"\xff\xff\xff\xff"
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_CHUNK = 2000  # lines; some 150 KB

_length = Struct(">i").pack
_small = Struct(">ih").pack
_integer = Struct(">ii").pack
_long = Struct(">iq").pack
_row = Struct(">hiq").pack


def pack_start(sign: int, thing: str) -> bytes:
    """What the lines of one fact begin with."""
    text = thing.encode()
    return _small(2, sign) + _length(len(text)) + text


def pack_axis(number: int) -> bytes:
    """The number of a line's axes."""
    return _integer(4, number)


def pack_tail(day: date, until: date | None, value: int, since: date | None, roles: bytes | None) -> bytes:
    """What a line ends with; roles is JSON text in UTF-8."""
    return b"".join((_day(day), _day(until), _long(8, value), _day(since), _NULL if roles is None else _length(len(roles)) + roles))


def _day(day: date | None) -> bytes:
    return _NULL if day is None else _integer(4, day.toordinal() - _EPOCH)


def copy_of(n: int, lines: Sequence[bytes]) -> Iterator[bytes]:
    """The whole of a COPY of these lines under a commit's number, in pieces."""
    start = _row(len(COLUMNS), 8, n)
    yield _HEADER
    for first in range(0, len(lines), _CHUNK):
        yield start + start.join(lines[first : first + _CHUNK])
    yield _TRAILER
