"""Identifiers that sort by the time they were made."""

import secrets
import time
from uuid import UUID

_last = 0


def new_id() -> UUID:
    """A version-7 UUID (RFC 9562): 48 bits of milliseconds, then random bits. Each is greater than the one this process made before it."""
    global _last  # noqa: PLW0603  the order within a millisecond is the process's own
    milliseconds = time.time_ns() // 1_000_000
    random = secrets.randbits(74)
    fresh = (milliseconds << 80) | (0x7 << 76) | ((random >> 62) << 64) | (0x2 << 62) | (random & ((1 << 62) - 1))
    _last = max(fresh, _last + 1)
    return UUID(int=_last)
