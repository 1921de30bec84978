"""Sums by key in the order of the keys, kept as running sums: what lies between two keys is one subtraction.

Nothing in a block is ever changed. What comes later is a block of its own, and two are made one when they are of like size: so a large one is
seldom touched, and whoever still reads an older state keeps it by keeping its blocks.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_RATIO = 4
"""A block that is not so many times larger than the next one is joined with it."""


class Block(NamedTuple):
    """Sorted keys, each once. `values` and `counts` have one number more: the sums of all keys before."""

    keys: NDArray[np.unsignedinteger]
    values: NDArray[np.signedinteger]
    counts: NDArray[np.signedinteger]

    @property
    def bytes(self) -> int:
        """What it takes in memory; counts that equal the values are the values."""
        return self.keys.nbytes + self.values.nbytes + (0 if self.counts is self.values else self.counts.nbytes)

    def places(self, keys: Ints) -> Ints:
        """Of each of these keys, how many of the block's lie before it."""
        if not len(self.keys):
            return np.zeros(len(keys), np.int64)
        # Of one type with the block's, which would be copied otherwise; a key beyond its last is as good as the one after that.
        within = np.minimum(keys, int(self.keys[-1]) + 1).astype(self.keys.dtype)
        return self.keys.searchsorted(within)

    def each(self) -> tuple[Ints, Ints, Ints]:
        """Keys with their values and counts."""
        return self.keys.astype(np.int64), np.diff(self.values).astype(np.int64), np.diff(self.counts).astype(np.int64)


def block_of(keys: Ints, values: Ints, counts: Ints) -> Block:
    """The sums of these numbers by key, in whatever order they come; those that come to nothing are left out."""
    if len(keys) and np.any(keys[1:] <= keys[:-1]):
        order = np.argsort(keys, kind="stable")
        keys, values, counts = keys[order], values[order], counts[order]
        first = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
        keys, values, counts = keys[first], np.add.reduceat(values, first), np.add.reduceat(counts, first)
    kept = (values != 0) | (counts != 0)
    if not kept.all():
        keys, values, counts = keys[kept], values[kept], counts[kept]
    running = _running(values)
    same = np.array_equal(values, counts)
    top = int(keys[-1]) + 1 if len(keys) else 0
    return Block(keys.astype(np.uint32 if top < 2**32 else np.uint64), running, running if same else _running(counts))


def _running(numbers: Ints) -> NDArray[np.signedinteger]:
    """Running sums in the narrowest type that holds them all."""
    return _narrow(np.concatenate(([0], np.cumsum(numbers))))


def _narrow(running: Ints) -> NDArray[np.signedinteger]:
    return running.astype(np.int32) if int(running.min()) >= -(2**31) and int(running.max()) < 2**31 else running


def with_more(blocks: tuple[Block, ...], more: Block) -> tuple[Block, ...]:
    """The blocks and one more, joined so far that each is several times as large as the next."""
    found = [*blocks, more] if len(more.keys) else list(blocks)
    while len(found) > 1 and len(found[-2].keys) < _RATIO * len(found[-1].keys):
        found[-2:] = [joined(*found[-2:])]
    return tuple(block for block in found if len(block.keys))


def joined(one: Block, other: Block) -> Block:
    """One block with all that two have. One that begins where the other ends is put behind it: that is how many cells are read."""
    if one.keys[-1] >= other.keys[0]:
        keys, values, counts = (np.concatenate(column) for column in zip(one.each(), other.each(), strict=True))
        return block_of(keys, values, counts)
    values = _behind(one.values, other.values)
    same = one.counts is one.values and other.counts is other.values
    return Block(np.concatenate((one.keys, other.keys)), values, values if same else _behind(one.counts, other.counts))


def _behind(one: NDArray[np.signedinteger], other: NDArray[np.signedinteger]) -> NDArray[np.signedinteger]:
    """Running sums that go on with others."""
    before = int(one[-1])
    is_narrow = one.dtype == np.int32 and before + int(other.max()) < 2**31 and before + int(other.min()) >= -(2**31)
    if is_narrow:
        return np.concatenate((one, other[1:] + np.int32(before)))
    return np.concatenate((one.astype(np.int64), other[1:].astype(np.int64) + before))
