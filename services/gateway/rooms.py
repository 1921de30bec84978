"""The wire to a writing room: keep-alive connections and the internal token."""

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx

OWNERS = ("members", "activities", "cases")


class Rooms:
    """HTTP clients of the three writing rooms; `async with` opens and closes them."""

    def __init__(self, addresses: Mapping[str, str], token: str, timeout: float, transport: httpx.AsyncBaseTransport | None = None) -> None:
        # Ours end long before a room closes one that rests (serve.py), so that none is closed under a request.
        limits = httpx.Limits(max_connections=64, max_keepalive_connections=16, keepalive_expiry=30)
        waits = httpx.Timeout(timeout, connect=2)
        headers = {"x-wangge-token": token}
        self._clients = {
            owner: httpx.AsyncClient(base_url=address, headers=headers, limits=limits, timeout=waits, transport=transport, trust_env=False)
            for owner, address in addresses.items()
        }

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for client in self._clients.values():
            await client.aclose()

    def client(self, owner: str) -> httpx.AsyncClient:
        """The client of an owner's room."""
        return self._clients[owner]
