"""Pseudonyms: what stands for a person wherever anything is logged, counted or published."""

import hmac
from base64 import b32encode
from functools import lru_cache

LENGTH = 20
"""Characters of five bits each: with ten million people, two share a pseudonym with a probability of 4 in 10^17."""

SMALLEST_KEY = 16


class Pseudonyms:
    """Keyed hashes of people's references. Every room uses the same key, so one human has one pseudonym everywhere."""

    def __init__(self, key: bytes) -> None:
        if len(key) < SMALLEST_KEY:
            raise ValueError(f"the key of the pseudonyms has {len(key)} bytes and needs at least {SMALLEST_KEY}")
        self._key = key
        self.of = lru_cache(maxsize=200_000)(self._of)  # a person comes again and again; the cache lives and dies with the process

    def _of(self, register: str, reference: str) -> str:
        """REGISTER:HASH for a reference of this register, the same whether it was told as a member's or a person's."""
        return f"{register}:{self._hash(register, reference)}"

    def mark(self, text: str) -> str:
        """Stands for a string that may not be kept, so that the same one can be recognised and none can be read."""
        return f"masked:{self._hash('', text)[:12]}"

    def _hash(self, register: str, text: str) -> str:
        digest = hmac.digest(self._key, f"{register}\0{text}".encode(), "sha256")
        return b32encode(digest).decode()[:LENGTH].lower()
