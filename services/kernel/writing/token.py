"""Who may speak to a room: the gateway, the intake and the operator's own tools, by one shared token."""

import hmac
from collections.abc import Awaitable, Callable

from starlette.requests import Request

from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError

HEADER = "x-wangge-token"


def require_token(token: str) -> Callable[[Request], Awaitable[None]]:
    """A route dependency that answers 401 to whoever does not know the token."""
    wanted = token.encode()

    async def check(request: Request) -> None:
        given = request.headers.get(HEADER, "").encode()
        if not hmac.compare_digest(given, wanted):
            detail = f"rooms are spoken to by the gateway only: the header {HEADER} is missing or wrong"
            raise ProblemError(Problem("unauthorized", "Not for you", 401, detail, "urn:wangge:problem:unauthorized"))

    return check
