"""A client for HTTP/1.1 that does next to nothing: what a load costs on the machine that it measures is taken from what it measures.

It knows just what our gateway answers: a length, and bodies that are sent at once.
"""

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class Connection:
    """One kept-alive connection, one request at a time."""

    def __init__(self, base: str, path: str, **headers: str) -> None:
        parts = urlsplit(base)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        lines = [f"POST {path} HTTP/1.1", f"host: {parts.netloc}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
        self._head = ("\r\n".join(lines) + "\r\ncontent-length: ").encode()

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection(self._host, self._port, limit=1 << 22)
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._writer.close()
        with suppress(OSError):
            await self._writer.wait_closed()

    async def post(self, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer."""
        self._writer.write(b"%s%d\r\n\r\n%s" % (self._head, len(body), body))
        head = await self._reader.readuntil(b"\r\n\r\n")
        lower = head.lower()
        at = lower.index(b"content-length:") + 15
        length = int(lower[at : lower.index(b"\r\n", at)])
        return int(head[9:12]), await self._reader.readexactly(length)
