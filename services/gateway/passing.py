"""Requests that a room answers itself: one thing as it stands, its history, a person's name for the vault."""

from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from services.gateway.access import Caller, forbidden
from services.gateway.rooms import Rooms
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.contracts.registry import OWNERS
from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError

MOST_PERSON_BYTES = 64 * 1024


class Passed(msgspec.Struct):
    """A room's answer, to be handed on as it is."""

    status: int
    content: bytes
    media_type: str


class Passing:
    """Hands requests on to the rooms."""

    def __init__(self, rooms: Rooms, catalogue: Catalogue) -> None:
        self._rooms = rooms
        self._kinds = catalogue.kinds

    async def entity(self, family: str, key: str, caller: Caller, *, history: bool = False, query: str = "") -> Passed:
        """A thing, or what was told of it, from its owner; a restricted one only for who may see that class."""
        owner = OWNERS.get(family)
        if owner is None:
            raise ProblemError(Problem("not-found", "Not found", 404, f"there is no family {family}: {', '.join(OWNERS)}"))
        path = f"/entities/{family}/{_quoted(self._whole(key, caller))}" + ("/history" if history else "")
        answer = await self._ask(owner, "GET", path + (f"?{query}" if query else ""))
        if answer.status_code == httpx.codes.OK:
            self._check_class(answer.content, caller)
        return _passed(answer)

    async def person(self, register: str, reference: str, body: bytes, caller: Caller) -> Passed:
        """Puts a person's name or phone into the vault; for sources of that register only."""
        if not any(enrolment.register == register for enrolment in caller.writers()):
            raise forbidden(f"only a source of the people register {register} may write its people")
        return _passed(await self._ask("members", "PUT", f"/people/{_quoted(register)}/{_quoted(reference)}", body))

    def _whole(self, key: str, caller: Caller) -> str:
        """The key with its namespace: the caller's own where none is given."""
        if ":" in key:
            return key
        namespaces = {enrolment.namespace for enrolment in caller.enrolments.values()}
        if len(namespaces) != 1:
            raise ProblemError(Problem("invalid", "The key needs its namespace", 400, f"write namespace:{key}"))
        return f"{namespaces.pop()}:{key}"

    def _check_class(self, content: bytes, caller: Caller) -> None:
        named = (self._kinds.get(kind) for kind in _kinds(msgspec.json.decode(content)))
        if not all(caller.may(kind.access) for kind in named if kind is not None):
            raise forbidden("things of this kind are shown to whom the operator allows")

    async def _ask(self, owner: str, method: str, path: str, body: bytes | None = None) -> httpx.Response:
        headers = {"content-type": "application/json"} if body is not None else None
        try:
            answer = await self._rooms.client(owner).request(method, path, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise unavailable(f"the {owner} room does not answer ({type(error).__name__})") from error
        if answer.status_code >= 500 or answer.status_code in {401, 403}:  # the latter: our own token is at fault, not the caller's key
            raise unavailable(f"the {owner} room cannot serve now")
        return answer


def unavailable(detail: str) -> ProblemError:
    """The error for what may succeed in a moment."""
    return ProblemError(Problem("unavailable", "Not available now", 503, f"{detail}: try again"), {"retry-after": "1"})


def _kinds(document: Any) -> set[str]:
    """Every kind that a thing or its history names."""
    if isinstance(document, dict):
        own = {document["kind"]} if isinstance(document.get("kind"), str) else set()
        return own.union(*(_kinds(value) for value in document.values()))
    return set().union(*map(_kinds, document)) if isinstance(document, list) else set()


def _quoted(part: str) -> str:
    # A path of dots would climb out of where it stands.
    return quote(part, safe=":") if part.strip(".") else "%2E" * len(part)


def _passed(answer: httpx.Response) -> Passed:
    return Passed(answer.status_code, answer.content, answer.headers.get("content-type", "application/json"))
