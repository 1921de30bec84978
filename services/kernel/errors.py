"""What can be wrong with a told event, as RFC 9457 problems, and the errors that carry them."""

from enum import StrEnum
from typing import Any

import msgspec


class Code(StrEnum):
    """The problem codes of the contract, section 3. Stable: clients switch on them."""

    INVALID = "invalid"
    UNKNOWN_TYPE = "unknown-type"
    UNKNOWN_KIND = "unknown-kind"
    UNKNOWN_REFERENCE = "unknown-reference"
    CONFLICT = "conflict"
    ILLEGAL_TRANSITION = "illegal-transition"
    PERSONAL_DATA = "personal-data"
    NOT_ALLOWED = "not-allowed"
    TOO_LATE = "too-late"
    TOO_EARLY = "too-early"


STATUS: dict[Code, int] = {
    Code.INVALID: 400,
    Code.UNKNOWN_TYPE: 400,
    Code.UNKNOWN_KIND: 400,
    Code.UNKNOWN_REFERENCE: 409,
    Code.CONFLICT: 409,
    Code.ILLEGAL_TRANSITION: 409,
    Code.PERSONAL_DATA: 400,
    Code.NOT_ALLOWED: 403,
    Code.TOO_LATE: 409,
    Code.TOO_EARLY: 400,
}

TITLES: dict[Code, str] = {
    Code.INVALID: "The event does not keep to its contract",
    Code.UNKNOWN_TYPE: "No such event type",
    Code.UNKNOWN_KIND: "No such kind in the catalogue",
    Code.UNKNOWN_REFERENCE: "A reference to something nobody told us of",
    Code.CONFLICT: "Something else was told under this name before",
    Code.ILLEGAL_TRANSITION: "The workflow of this kind has no such move",
    Code.PERSONAL_DATA: "Personal data does not belong into events",
    Code.NOT_ALLOWED: "This source may not do that",
    Code.TOO_LATE: "The day it would change is closed",
    Code.TOO_EARLY: "The event lies in the future",
}


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """One place in an event that is wrong: a JSON pointer, what is wrong there and what to do."""

    pointer: str
    detail: str


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why something was refused, and what to do about it (RFC 9457)."""

    code: str
    title: str
    status: int
    detail: str
    type: str = ""
    errors: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The members of an application/problem+json document."""
        body: dict[str, Any] = msgspec.to_builtins(self)
        body["type"] = self.type or f"urn:wangge:problem:{self.code}"
        return body


def problem(code: Code, detail: str, *errors: Fault) -> Problem:
    """The problem of a code; detail says what is wrong here and what to do."""
    return Problem(code=code.value, title=TITLES[code], status=STATUS[code], detail=detail, errors=errors, type=f"urn:wangge:problem:{code.value}")


class RefusedError(Exception):
    """An event is refused; the problem says why, and content, where the event could be read, is its hash: a repetition is known by it."""

    def __init__(self, reason: Problem) -> None:
        super().__init__(reason.detail)
        self.problem = reason
        self.content: bytes | None = None


def refuse(code: Code, detail: str, *errors: Fault) -> RefusedError:
    """The error to raise for a refusal."""
    return RefusedError(problem(code, detail, *errors))
