"""A log as long as one likes from facts that the rooms have counted once: further editions tell of other things, a day later, in the same grids."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from services.kernel.contracts.facts import Row
from services.kernel.contracts.topics import partition_of
from tests.bench.load.rooms import Told
from tests.bench.peers.sums import digest

SHIFTS = 60
"""Days that editions are shifted by at most, in turn: as many editions of a back-fill touch other cells than those before."""

Cells = Counter[tuple[str, str, str | None, str | None, str, date, date | None]]


class Numbered(NamedTuple):
    """A fact ready for the log."""

    partition: int
    sequence: int
    key: str
    subject: str
    body: bytes
    origin: Told  # the fact that it is an edition of


def editions(told: Sequence[Told], facts: int, *, prefix: str, shift: bool) -> Iterator[Numbered]:
    """As many facts, numbered by partition without gaps. `prefix` begins the keys of the load; `shift` moves each edition's days by as many as its number (modulo SHIFTS).

    Things get names of their own (a letter behind their number's), what they stand at and who took part stays.
    """
    sequences = Counter[int]()
    texts = _Texts(prefix, shift=shift)
    for number in range(facts):
        edition, place = divmod(number, len(told))
        one = told[place]
        key, subject, body = one.key, str(one.record[6]), one.body
        if edition:
            key, subject, body = texts.of(place, edition, key, subject, body)
        partition = partition_of(key)
        sequences[partition] += 1
        at = body.index(b'"sequence":"') + 12
        yield Numbered(partition, sequences[partition], key, subject, b"%s%020d%s" % (body[:at], sequences[partition], body[at + 20 :]), one)


_NAME = b"\0"  # stands behind each name that an edition changes: a byte that no JSON holds as it is


class _Texts:
    """The texts of facts, each cut once where editions differ: a feeder that takes a core would measure itself.

    Things are those whose key's letter is none of the district's own (district.py).
    """

    def __init__(self, prefix: str, *, shift: bool) -> None:
        self._names = re.compile(rb":%s-[acehlnvw](?=\d)" % prefix.encode())
        self._days = re.compile(rb'("20\d\d-\d\d-\d\d)(?=[T"])') if shift else None
        self._cut: dict[int, list[bytes]] = {}  # by place: key, subject and body on a line each, and every second piece is a day
        self._later: list[dict[bytes, bytes]] = [{} for _ in range(SHIFTS)]

    def of(self, place: int, edition: int, key: str, subject: str, body: bytes) -> tuple[str, str, bytes]:
        """The key, the subject and the body of this edition of the fact that stands at a place."""
        pieces = self._cut.get(place)
        if pieces is None:
            text = self._names.sub(lambda match: match.group() + _NAME, b"\n".join((key.encode(), subject.encode(), body)))
            pieces = self._cut[place] = [text] if self._days is None else self._days.split(text)
        later, days = self._later[edition % SHIFTS], pieces[1::2]
        for day in days:
            if day not in later:
                later[day] = b'"' + (date.fromisoformat(day[1:].decode()) + timedelta(days=edition % SHIFTS)).isoformat().encode()
        if days:
            pieces = pieces.copy()
            pieces[1::2] = [later[day] for day in days]
        first, second, rest = b"".join(pieces).replace(_NAME, b"x%d-" % edition).split(b"\n", 2)
        return first.decode(), second.decode(), rest


def truth(told: Sequence[Told], facts: int, *, shift: bool) -> str:
    """What the sums of these editions must be: added up from the rows that the rooms counted, never from what was written. As by peers.sums.digest."""
    values, counts = Cells(), Cells()
    whole, rest = divmod(facts, len(told))
    for position, one in enumerate(told):
        times = whole + (position < rest)
        for edition in range(times) if shift else (0,):
            each = 1 if shift else times
            for sign, rows in ((-each, one.was), (each, one.now)):
                for row in rows:
                    _add(values, counts, row, sign, timedelta(days=edition % SHIFTS if shift else 0))
    return digest({_text(cell): (values[cell], counts[cell]) for cell in counts.keys() | values.keys()})


def _add(values: Cells, counts: Cells, row: Row, sign: int, later: timedelta) -> None:
    since = None if row.since is None else row.since + later
    axes = (row.measure, row.kind, row.area, row.organisation, "" if row.dims == "{}" else row.dims)
    ends = [(row.day, 1)] if row.until is None or row.until == row.day else [(row.day, 1), (row.until, -1)]
    for day, direction in ends:
        cell = (*axes, day + later, since)
        values[cell] += direction * sign * row.value
        counts[cell] += direction * sign


def _text(cell: tuple[object, ...]) -> str:
    return "\t".join("" if part is None else str(part) for part in cell)
