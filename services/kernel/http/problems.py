"""Every error of an API as application/problem+json (RFC 9457)."""

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from structlog.contextvars import get_contextvars

from services.kernel.errors import Problem, RefusedError

PROBLEM = "application/problem+json"


class ProblemError(Exception):
    """Ends a request with this problem; headers go along."""

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        super().__init__(problem.detail)
        self.problem = problem
        self.headers = headers


def problem_response(problem: Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    """A problem as a response, with the request's correlation id."""
    body = problem.as_json()
    if trace := get_contextvars().get("trace_id"):
        body["trace_id"] = trace
    return JSONResponse(body, problem.status, headers, PROBLEM)


Handlers = dict[int | type[Exception], Callable[[Request, Any], Coroutine[Any, Any, Response]]]


def answers() -> Handlers:
    """The problem that each error is answered with, as an app's handlers; what an app itself adds comes beside them."""

    async def on_problem(_: Request, error: ProblemError) -> Response:
        return problem_response(error.problem, error.headers)

    async def on_refusal(_: Request, error: RefusedError) -> Response:
        return problem_response(error.problem)

    async def on_http(_: Request, error: HTTPException) -> Response:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "invalid")
        headers = dict(error.headers) if error.headers else None
        return problem_response(Problem(code, str(error.detail), error.status_code, str(error.detail), f"urn:wangge:problem:{code}"), headers)

    return {ProblemError: on_problem, RefusedError: on_refusal, HTTPException: on_http}
