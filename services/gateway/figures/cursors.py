"""Where the next page begins, as a text that tells nobody what stands there: it may be a person's key."""

import hashlib
from base64 import urlsafe_b64encode
from datetime import date
from typing import NamedTuple

import msgspec
from cryptography.fernet import Fernet, InvalidToken

from services.gateway.figures.question import invalid


class After(NamedTuple):
    """The last item of a page: its thing, and of rows what tells equal ones apart."""

    thing: str
    day: date | None = None
    tie: str | None = None
    copy: int | None = None
    axis: int | None = None


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """Where the next page begins, and what the first one was taken from: watermark, day, and a fingerprint of what was asked."""

    generation: int
    n: int
    today: date
    asked: str
    source: int
    after: After | None = None


_decode = msgspec.json.Decoder(Cursor).decode


class Cursors:
    """Seals and opens cursors. Gateways that share a secret read each other's; without one they are good for this process only."""

    def __init__(self, secret: str | None = None) -> None:
        self._seal = Fernet(Fernet.generate_key() if secret is None else urlsafe_b64encode(hashlib.sha256(f"cursor {secret}".encode()).digest()))

    def write(self, cursor: Cursor) -> str:
        """As it stands in `next` and `cursor`."""
        return self._seal.encrypt(msgspec.json.encode(cursor)).decode().rstrip("=")

    def read(self, text: str) -> Cursor:
        """The cursor of a text; RefusedError if it is none of ours."""
        try:
            return _decode(self._seal.decrypt(text + "=" * (-len(text) % 4)))
        except (InvalidToken, ValueError, msgspec.MsgspecError):
            raise invalid("cursor", "this is no cursor of ours; leave it out to begin anew") from None
