"""The line between a browser and the platform, which a test can cut: what comes meanwhile is turned away, what was open breaks off."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Line:
    """Passes bytes between whoever connects to `address` and a server."""

    def __init__(self, host: str, port: int) -> None:
        self._server = (host, port)
        self._open: set[asyncio.StreamWriter] = set()
        self._whole = True
        self.address = ""

    def cut(self) -> None:
        """Breaks what is open, without a goodbye, and refuses what comes."""
        self._whole = False
        for writer in self._open:
            writer.transport.abort()

    def mend(self) -> None:
        """Lets through again what comes from now on."""
        self._whole = True

    async def serve(self, near: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """One connection, to its end."""
        if not self._whole:
            back.transport.abort()
            return
        far, forth = await asyncio.open_connection(*self._server)
        self._open |= {back, forth}
        try:
            await asyncio.gather(_pass_on(near, forth), _pass_on(far, back))
        finally:
            self._open -= {back, forth}
            for writer in (back, forth):
                writer.close()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.write_eof()


@asynccontextmanager
async def line_to(address: str) -> AsyncIterator[Line]:
    """A whole line to a server's address, with an address of its own."""
    host, _, port = address.removeprefix("http://").partition(":")
    line = Line(host, int(port))
    server = await asyncio.start_server(line.serve, "127.0.0.1", 0)
    line.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield line
    finally:
        line.cut()
        server.close()
