"""Identifiers that sort by the time they were made."""

import secrets
import time
from uuid import UUID


def new_id() -> UUID:
    """A version-7 UUID (RFC 9562): 48 bits of milliseconds, then random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    return UUID(int=(milliseconds << 80) | (0x7 << 76) | ((random >> 62) << 64) | (0x2 << 62) | (random & ((1 << 62) - 1)))
