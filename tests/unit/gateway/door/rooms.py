"""Writing rooms that answer as a test tells them to, and remember what they were sent."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx

Event = dict[str, Any]
Verdict = dict[str, Any]
REFUSAL = {"type": "urn:wangge:problem:conflict", "title": "t", "status": 409, "detail": "d", "code": "conflict"}


def accept(event: Event) -> Verdict:
    return {"id": event["id"], "status": "accepted"}


class StandInRooms(httpx.AsyncBaseTransport):
    """All three rooms: `judge` decides on each event, `fail` may answer a whole post instead (a response, or an error to raise)."""

    def __init__(self) -> None:
        self.judge: Callable[[Event], Verdict] = accept
        self.fail: Callable[[str, list[Event]], httpx.Response | Exception | None] = lambda _owner, _events: None
        self.posts: list[tuple[str, list[Event]]] = []
        self.commands: list[dict[str, Any]] = []
        self.requests: list[httpx.Request] = []
        self.other: Callable[[httpx.Request], httpx.Response] = lambda _: httpx.Response(404)
        self.open = asyncio.Event()
        self.open.set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        content = await request.aread()
        self.requests.append(request)
        if request.url.path != "/batch":
            return self.other(request)
        owner = request.url.host.split(".")[0]
        commands = json.loads(content)["commands"]
        events = [command["event"] for command in commands]
        self.posts.append((owner, events))
        await self.open.wait()
        failure = self.fail(owner, events)
        if isinstance(failure, Exception):
            raise failure
        if failure is not None:
            return failure
        self.commands += commands
        return httpx.Response(200, json={"results": [self.judge(event) for event in events]})
