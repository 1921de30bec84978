"""What areas and organisations are called. Facts carry no names, so their room is asked, in the background."""

import asyncio
import time

import httpx
import msgspec
import structlog

from services.gateway.rooms import Rooms

_log = structlog.get_logger()
_FRESH_S = 10.0
_DECODE = msgspec.json.Decoder(dict[str, str]).decode


class NodeNames:
    """Names by family/key, as the members room last told them (`GET /names`). Never waits: a name not known yet is missing until the next look."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._names: dict[str, str] = {}
        self._asked_at = -_FRESH_S
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self) -> dict[str, str]:
        """All names known now."""
        if time.monotonic() - self._asked_at >= _FRESH_S:
            self._asked_at = time.monotonic()
            self._asking = asyncio.create_task(self._ask(), name="names")
        return self._names

    async def close(self) -> None:
        """Stops asking."""
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    async def _ask(self) -> None:
        try:
            answer = await self._rooms.client("members").get("/names")
            answer.raise_for_status()
            self._names = _DECODE(answer.content)
        except (httpx.HTTPError, msgspec.MsgspecError) as error:
            _log.info("names are not to be had now", error=f"{type(error).__name__}: {error}")
