"""A fact's lines as PostgreSQL's binary COPY into metrics.fresh wants them: packed once where they are read, strung together where they are written. Pure.

A fact is one record: its thing, how many of its lines are taken back (they come first), and four numbers a line: axes; day and until; value; since. Each field
of a record, and each element of an array, is its length in bytes (−1: null) and its value, big-endian (PostgreSQL, COPY, "Binary Format"; array_send).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from struct import Struct

COLUMNS = ("n", "thing", "taken", "lines", "roles")
"""The columns of metrics.fresh in the order in which they are packed."""

MOST = 32
"""Lines of one record; a fact of more is several. More would be compressed and moved aside, and unfolding them would unpack the whole for each line."""

_EPOCH = date(2000, 1, 1).toordinal()  # PostgreSQL counts days from here
_NUMBER, _BIGINT, _TEXT = 4, 20, 25  # numbers a line; PostgreSQL's types
_NULL = b"\xff\xff\xff\xff"
_HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER = b"\xff\xff"
_CHUNK = 1000  # records; some 300 KB

_length = Struct(">i").pack
_small = Struct(">ih").pack
_axis = Struct(">iq").pack
_rest = Struct(">iiIiqiq").pack
_array = Struct(">iiiiii").pack
_start = Struct(">hiq").pack

_FOREVER = 2**32 - 1  # until, as days after day; a stretch without end
_NEVER = 2**31  # since; of a line that is in no cohort

_BEFORE = [[_small(2, taken) + _array(20 + 12 * _NUMBER * lines, 1, 0, _BIGINT, _NUMBER * lines, 1) for lines in range(MOST + 1)] for taken in range(MOST + 1)]
# what stands before the numbers: by how many lines are taken back, and how many there are in all


def pack_thing(thing: str) -> bytes:
    """What a fact's records begin with."""
    text = thing.encode()
    return _length(len(text)) + text


def pack_axis(number: int) -> bytes:
    """The first number of a line: its axes."""
    return _axis(8, number)


def pack_rest(day: date, until: date | None, value: int, since: date | None) -> bytes:
    """The other three numbers of a line. `until` is not before `day`."""
    first = day.toordinal()
    after = _FOREVER if until is None else until.toordinal() - first
    return _rest(8, first - _EPOCH, after, 8, value, 8, _NEVER if since is None else since.toordinal() - _EPOCH)


def pack_records(thing: bytes, taken: int, numbers: Sequence[bytes], roles: Mapping[int, bytes]) -> list[bytes]:
    """The records of one fact, of any number of lines: two pieces of `numbers` a line; `roles` (JSON text in UTF-8) of those that have some, by their place."""
    lines = len(numbers) // 2
    if lines <= MOST and not roles:
        return [b"".join((thing, _BEFORE[taken][lines], *numbers, _NULL))]
    records = []
    for first in range(0, lines, MOST):
        some = numbers[2 * first : 2 * (first + MOST)]
        count = len(some) // 2
        before = _BEFORE[min(max(taken - first, 0), count)][count]
        records.append(b"".join((thing, before, *some, _pack_texts([roles.get(first + place) for place in range(count)]))))
    return records


def _pack_texts(texts: Sequence[bytes | None]) -> bytes:
    elements = b"".join(_NULL if text is None else _length(len(text)) + text for text in texts)
    return _array(20 + len(elements), 1, int(None in texts), _TEXT, len(texts), 1) + elements if any(texts) else _NULL


def copy_of(n: int, records: Sequence[bytes]) -> Iterator[bytes]:
    """The whole of a COPY of these records under a commit's number, in pieces."""
    start = _start(len(COLUMNS), 8, n)
    yield _HEADER
    for first in range(0, len(records), _CHUNK):
        yield start + start.join(records[first : first + _CHUNK])
    yield _TRAILER
