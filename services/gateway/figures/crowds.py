"""Who or what took part in a role of a measure's rows, as the gateway remembers it: by axis, day and a number for each, who over any days is counted once."""

import asyncio
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.gateway.figures.blocks import Block, block_of, with_more
from services.gateway.figures.combinations import Combinations
from services.gateway.figures.copying import BIGINT, DATE, HASH, INTEGER, Rows, copied, ordinals
from services.gateway.figures.hashes import CollisionError, Hashes, Words, hashed, words_of
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import CUBES as SQL
from services.kernel.catalogue.metrics import THING

Ints = NDArray[np.int64]
_FEW = 20_000
"""So many are read while the question waits."""

_PART = 300
"""Axes that are read at once."""

_AXIS, _DAY = 40, 24
"""A key is, from the top: 23 bits axis, 16 bits day, 24 bits who."""

_BASE, _DAYS, _MOST = 693_961, 1 << 16, 1 << 24
"""Days are counted from 1 January 1901: 16 bits last until 2080."""

_MOST_AXES = 1 << 23
"""The sign keeps one bit."""

_COLUMNS = {"axis": INTEGER, "day": DATE, "count": BIGINT, "hash": HASH}


class TooManyError(Exception):
    """More axes, days or keys than a key has room for."""


class Crowd(NamedTuple):
    """One role of one measure, as of commit n. A key is present where its counts, over all blocks, come to more than 0."""

    n: int
    combinations: Combinations
    hashes: Hashes = Hashes()
    blocks: tuple[Block, ...] = ()

    @property
    def bytes(self) -> int:
        """What it takes in memory."""
        return self.combinations.bytes + self.hashes.bytes + sum(block.bytes for block in self.blocks)

    @property
    def size(self) -> int:
        """How many have a number."""
        return len(self.hashes.numbers)

    def at(self, n: int) -> "Crowd":
        """The same as of another commit, between which and its own nothing happened."""
        return self._replace(n=n)

    def with_rows(self, axes: Ints, days: Ints, counts: Ints, words: Words) -> "Crowd":
        """The same with these: numbered axes, ordinals of days, how often, and whose hash."""
        hashes, numbers = self.hashes.numbered(words)
        days = days - _BASE
        if len(hashes.numbers) > _MOST or len(self.combinations) > _MOST_AXES or np.any(days < 0) or np.any(days >= _DAYS):
            raise TooManyError
        block = block_of((axes << _AXIS) | (days << _DAY) | numbers, counts, counts)
        return self._replace(hashes=hashes, blocks=with_more(self.blocks, block))

    def present(self, axes: Ints, first: int, last: int) -> tuple[Ints, Ints, Ints]:
        """Who was present at these axes on the days (ordinals) from first to last: which of the axes, the day's ordinal, and the number. One may come twice."""
        start, end = max(0, first - _BASE), min(_DAYS - 1, last - _BASE)
        gone, found = self._gone(), [(np.zeros(0, np.int64), np.zeros(0, np.int64))]
        for block in self.blocks:
            at = block.places((axes << _AXIS) | (start << _DAY))
            lengths = np.maximum(0, block.places(((axes << _AXIS) | (end << _DAY) | (_MOST - 1)) + 1) - at)
            places, which = np.repeat(at - (np.cumsum(lengths) - lengths), lengths) + np.arange(lengths.sum()), np.repeat(np.arange(len(axes)), lengths)
            if len(gone):
                kept = _without(block, gone)[places]
                places, which = places[kept], which[kept]
            found.append((which, block.keys[places].astype(np.int64)))
        which, keys = (np.concatenate(column) for column in zip(*found, strict=True))
        return which, ((keys >> _DAY) & (_DAYS - 1)) + _BASE, keys & (_MOST - 1)

    def _gone(self) -> Ints:
        """Keys that were taken back: only later blocks have any."""
        keys = [block.keys[np.diff(block.values) < 0] for block in self.blocks[1:]]
        taken = np.unique(np.concatenate(keys)).astype(np.int64) if keys else np.zeros(0, np.int64)
        counts = np.zeros(len(taken), np.int64)
        for block in self.blocks if len(taken) else ():
            at, after = block.places(taken), block.places(taken + 1)
            counts += block.values[after].astype(np.int64) - block.values[at]
        return taken[counts <= 0]


def _without(block: Block, gone: Ints) -> NDArray[np.bool_]:
    """Of each key of a block, whether it is none of these."""
    kept = np.ones(len(block.keys), bool)
    at, after = block.places(gone), block.places(gone + 1)
    kept[at[after > at]] = False
    return kept


class CrowdOf(NamedTuple):
    """Makes the crowd of a role (`thing`: the rows' own things), of those like one of some patterns."""

    measure: str
    role: str
    like: tuple[str, ...] | None = None

    async def is_small(self, snapshot: Snapshot) -> bool:
        """Whether it is made while a question waits."""
        arguments = (snapshot.head.generation, self.measure)
        if self.role == THING:
            return not await snapshot.connection.fetchval(SQL.has_many_things, *arguments, _FEW)
        return not await snapshot.connection.fetchval(SQL.has_many_present, *arguments, self.role, _FEW)

    async def make(self, snapshot: Snapshot, most_bytes: int) -> Crowd | None:
        """Reads all of it once, part by part; None if it takes more than so many bytes, or has more of anything than a key has room for."""
        crowd = Crowd(snapshot.head.merged, Combinations())
        generation, connection, after = snapshot.head.generation, snapshot.connection, 0
        while part := await connection.fetch(SQL.list_axes, generation, self.measure, after, _PART):
            crowd.combinations.learn(part)
            axes, after = [record["axis"] for record in part], part[-1]["axis"]
            statement, roles = (SQL.copy_things, ()) if self.role == THING else (SQL.copy_present, (self.role,))
            rows = await copied(connection, statement, generation, axes, *roles, self.like, columns=_COLUMNS)
            try:
                crowd = await asyncio.to_thread(_with_rows, crowd, rows)
            except (CollisionError, TooManyError):
                return None
            if crowd.bytes > most_bytes:
                return None
        return await self.after(crowd, snapshot)

    async def after(self, kept: Crowd, snapshot: Snapshot) -> Crowd | None:
        """A crowd with what the commits up to the snapshot's brought."""
        arguments = (snapshot.head.generation, self.measure, kept.n, self.role, self.like)
        records = await snapshot.connection.fetch(SQL.sum_fresh_present, *arguments)
        kept.combinations.learn(records)
        axes = kept.combinations.of(np.array([record["axis"] for record in records], np.int64))
        days = np.array([record["day"].toordinal() for record in records], np.int64)
        counts = np.array([record["count"] for record in records], np.int64)
        try:
            return kept.with_rows(axes, days, counts, hashed(record["thing"] for record in records)).at(snapshot.head.n)
        except (CollisionError, TooManyError):
            return None


def _with_rows(crowd: Crowd, rows: Rows) -> Crowd:
    axes, counts = crowd.combinations.of(rows["axis"].astype(np.int64)), rows["count"].astype(np.int64)
    return crowd.with_rows(axes, ordinals(rows["day"]), counts, words_of(rows["hash"].tobytes()))
