"""The sums that every contestant makes, and how they are compared: values and numbers of rows by cell. Needs nothing but msgspec."""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from typing import Any

import msgspec
from msgspec import Raw

Cell = tuple[str, str, str | None, str | None, bytes, str, str | None]
"""Measure, kind, area, organisation, dimensions as they stand in the fact (empty: none), day, since."""


class Row(msgspec.Struct, array_like=True, gc=False):
    """A row of a fact (docs/architecture.md, section 4)."""

    measure: str
    kind: str
    area: str | None
    organisation: str | None
    dims: Raw
    day: str
    until: str | None = None
    value: int | None = None
    since: str | None = None


class Data(msgspec.Struct, gc=False):
    """The part of a fact that is counted."""

    was: list[Row]
    now: list[Row]


class Fact(msgspec.Struct, gc=False):
    """A fact, the rest of it passed over."""

    data: Data


decode = msgspec.json.Decoder(Fact).decode


def changes(fact: Fact) -> Iterator[tuple[Cell, int, int]]:
    """What a fact does to cells: a stretch adds on its first day and takes off on the day after its last, an occurrence only adds."""
    for sign, rows in ((-1, fact.data.was), (1, fact.data.now)):
        for row in rows:
            value = sign if row.value is None else sign * row.value
            dims = bytes(row.dims)
            if dims == b"null":
                dims = b""
            yield (row.measure, row.kind, row.area, row.organisation, dims, row.day, row.since), value, sign
            if row.until is not None and row.until > row.day:
                yield (row.measure, row.kind, row.area, row.organisation, dims, row.until, row.since), -value, -sign


class Sums(dict[Any, list[int]]):
    """Value and number of rows by cell."""

    def add(self, fact: Fact) -> None:
        """Counts a fact."""
        for cell, value, count in changes(fact):
            have = self.get(cell)
            if have is None:
                self[cell] = [value, count]
            else:
                have[0] += value
                have[1] += count


def text_of(cell: Cell) -> str:
    """A cell as a text, for those whose keys are texts."""
    return "\t".join("" if part is None else part.decode() if isinstance(part, bytes) else part for part in cell)


def digest(sums: Mapping[str, Iterable[int]]) -> str:
    """What cells add up to, whatever their order: how many there are that are not zero, and a checksum. Keys as by text_of."""
    number, total = 0, 0
    for text, (value, count) in sums.items():
        if value or count:
            number += 1
            total += int.from_bytes(blake2b(f"{text}\t{value}\t{count}".encode(), digest_size=8).digest(), "big")
    return f"{number}:{total % 2**64:016x}"


class Course:
    """Notes how far a contestant has come, and tells whoever started it."""

    def __init__(self, facts: int) -> None:
        self._facts = facts
        self._seen, self._began = 0, 0.0
        self._first = 0
        self._worked = 0.0

    def add(self, facts: int) -> bool:
        """So many more are done; whether that were all."""
        self._seen += facts
        if not self._began and 4 * self._seen >= self._facts:
            self._began, self._worked, self._first = time.perf_counter(), time.process_time(), self._seen
            sys.stdout.write("begin\n")
            sys.stdout.flush()
        return self._seen >= self._facts

    def end(self, sums: Mapping[str, Iterable[int]] | None) -> None:
        """All are done, the clock stops; then `sums` (keys as by text_of; None: it only reads) are told."""
        seconds, worked = time.perf_counter() - self._began, time.process_time() - self._worked
        sys.stdout.write("end\n")
        sys.stdout.flush()
        found = {"facts": self._seen - self._first or self._seen, "seconds": seconds, "cpu": worked, "sums": None if sums is None else digest(sums)}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def arguments() -> tuple[str, str, int]:
    """Servers, topic, how many facts it holds."""
    servers, topic, facts = sys.argv[1:4]
    return servers, topic, int(facts)


def group(topic: str) -> str:
    """The consumer group of this run alone: what another round has committed would leave nothing to read."""
    return f"bench-{topic}-{os.getpid()}"
