"""The trace id of each request: in its log lines, in its answer."""

import re
from collections.abc import Mapping

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.kernel.errors import Problem
from services.kernel.http.problems import problem_response
from services.kernel.ids import new_id

_log = structlog.get_logger()
REQUEST_ID = "x-request-id"
LONGEST_ID = 200
"""Characters of a request id: enough for those of several requests that the gateway hands on in one."""

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")


class Correlation:
    """Gives each request a trace id, for the log lines and the answer; turns what nobody caught into a 500.

    It is the caller's `x-request-id`, else the trace of its `traceparent` (W3C Trace Context), else a new one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI call."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace = _trace_of(dict(scope["headers"]))
        started = False

        async def send_with_id(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message.get("headers", []), (REQUEST_ID.encode(), trace.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(trace_id=trace):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception:
                _log.exception("request failed", path=scope["path"], method=scope["method"])
                if started:
                    raise
                failed = Problem("failed", "Something went wrong on our side", 500, "try again; the log has the trace id", "urn:wangge:problem:failed")
                await problem_response(failed)(scope, receive, send_with_id)


def _trace_of(headers: Mapping[bytes, bytes]) -> str:
    given = headers.get(REQUEST_ID.encode(), b"").decode("latin-1")
    if 0 < len(given) <= LONGEST_ID and given.isascii() and given.isprintable():
        return given
    traced = _TRACEPARENT.fullmatch(headers.get(b"traceparent", b""))
    return traced[1].decode() if traced else new_id().hex
