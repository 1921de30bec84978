"""Numbers for many keys, of each of which only a hash is kept."""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_BYTES = 16
_PERSON, _MEMBER = "person/", "member/"
Words = NDArray[np.uint64]


class CollisionError(Exception):
    """Two keys whose hashes begin alike: to be told apart, they must be looked at themselves."""


class Hashes(NamedTuple):
    """128 bits of SHA-256 of each key, in order of the first 64, with the numbers they were given as they came. Nobody finds two keys that share them all."""

    first: Words = np.zeros(0, np.uint64)
    rest: Words = np.zeros(0, np.uint64)
    numbers: NDArray[np.int32] = np.zeros(0, np.int32)

    @property
    def bytes(self) -> int:
        """What they take in memory."""
        return self.first.nbytes + self.rest.nbytes + self.numbers.nbytes

    def numbered(self, words: Words) -> tuple["Hashes", NDArray[np.int64]]:
        """The same with these hashes (two words each), and their numbers; CollisionError where one word does not tell two keys apart."""
        first, at, inverse = np.unique(words[:, 0], return_index=True, return_inverse=True)
        rest = words[at, 1]
        places = self.first.searchsorted(first)
        known = np.zeros(len(first), bool)
        inside = places < len(self.first)
        known[inside] = self.first[places[inside]] == first[inside]
        if not np.array_equal(rest[inverse], words[:, 1]) or not np.array_equal(self.rest[places[known]], rest[known]):
            raise CollisionError
        numbers = np.empty(len(first), np.int32)
        numbers[known] = self.numbers[places[known]]
        numbers[~known] = np.arange(len(self.first), len(self.first) + int((~known).sum()), dtype=np.int32)
        at, new = places[~known], ~known
        grown = Hashes(np.insert(self.first, at, first[new]), np.insert(self.rest, at, rest[new]), np.insert(self.numbers, at, numbers[new]))
        return grown, numbers[inverse].astype(np.int64)


def words_of(hashes: bytes) -> Words:
    """Hashes one after the other as two words each."""
    return np.frombuffer(hashes, ">u8").astype(np.uint64).reshape(-1, 2)


def hashed(keys: Iterable[str]) -> Words:
    """The same of keys, as copy_present of figures_cubes.sql makes them: member/X and person/X are one human."""
    humans = (_PERSON + key[len(_MEMBER) :] if key.startswith(_MEMBER) else key for key in keys)
    return words_of(b"".join(hashlib.sha256(key.encode()).digest()[:_BYTES] for key in humans))
