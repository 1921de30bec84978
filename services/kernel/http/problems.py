"""Every error of an API as application/problem+json (RFC 9457)."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from structlog.contextvars import get_contextvars

from services.kernel.errors import Fault, Problem, RefusedError

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


def _pointer(location: tuple[int | str, ...]) -> str:
    return "/" + "/".join(str(part) for part in location)


def answer_with_problems(app: FastAPI) -> None:
    """Makes an app answer every error as a problem."""

    @app.exception_handler(ProblemError)
    async def on_problem(_: Request, error: ProblemError) -> JSONResponse:
        return problem_response(error.problem, error.headers)

    @app.exception_handler(RefusedError)
    async def on_refusal(_: Request, error: RefusedError) -> JSONResponse:
        return problem_response(error.problem)

    @app.exception_handler(HTTPException)
    async def on_http(_: Request, error: HTTPException) -> JSONResponse:
        code = {404: "not-found", 405: "method-not-allowed"}.get(error.status_code, "invalid")
        headers = dict(error.headers) if error.headers else None
        return problem_response(Problem(code, str(error.detail), error.status_code, str(error.detail), f"urn:wangge:problem:{code}"), headers)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        faults = tuple(Fault(_pointer(item["loc"]), str(item["msg"])) for item in error.errors())
        detail = "; ".join(f"{fault.pointer}: {fault.detail}" for fault in faults) or "the request cannot be read"
        return problem_response(Problem("invalid", "The request does not keep to its contract", 400, detail, "urn:wangge:problem:invalid", faults))
