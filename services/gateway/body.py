"""A request's body, read only as far as it may go."""

from starlette.requests import Request

from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError


async def read_body(request: Request, most: int) -> bytes:
    """The whole body; a 413 problem with the limit as soon as it is known to be larger."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise too_large(f"{declared} bytes were sent, {most} are the most")
    chunks: list[bytes] = []
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most:
            raise too_large(f"more than {most} bytes were sent, the most there may be")
        chunks.append(chunk)
    return b"".join(chunks)


def too_large(detail: str) -> ProblemError:
    """The error for a request over a limit."""
    return ProblemError(Problem("too-large", "The request is too large", 413, f"{detail}: send several smaller requests"))
