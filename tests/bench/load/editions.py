"""A log as long as one likes from facts that the rooms have counted once: further editions tell of other things, a day later, in the same grids."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
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
    for number in range(facts):
        edition, place = divmod(number, len(told))
        one = told[place]
        key, subject, body = one.key, str(one.record[6]), one.body
        if edition:
            rename = _renaming(prefix, edition, shift=shift)
            key, subject, body = rename(key.encode()).decode(), rename(subject.encode()).decode(), rename(body)
        partition = partition_of(key)
        sequences[partition] += 1
        at = body.index(b'"sequence":"') + 12
        yield Numbered(partition, sequences[partition], key, subject, b"%s%020d%s" % (body[:at], sequences[partition], body[at + 20 :]), one)


_made: dict[tuple[str, int, bool], Callable[[bytes], bytes]] = {}


def _renaming(prefix: str, edition: int, *, shift: bool) -> Callable[[bytes], bytes]:
    """What makes a fact one of an edition; things are those whose key's letter is none of the district's own (district.py)."""
    known = _made.get((prefix, edition, shift))
    if known is not None:
        return known
    days: dict[bytes, bytes] = {}
    suffix = b"x%d-" % edition

    def exchange(match: re.Match[bytes]) -> bytes:
        text = match.group()
        if text[0] != ord('"'):
            return text + suffix
        later = days.get(text)
        if later is None:
            later = days[text] = b'"' + (date.fromisoformat(text[1:].decode()) + timedelta(days=edition % SHIFTS)).isoformat().encode()
        return later

    pattern = re.compile(rb":%s-[acehlnvw](?=\d)%s" % (prefix.encode(), rb'|"20\d\d-\d\d-\d\d(?=[T"])' if shift else b""))
    made = _made[prefix, edition, shift] = lambda text: pattern.sub(exchange, text)
    return made


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
