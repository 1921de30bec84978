"""Requests that a room answers itself: one thing as it stands, its history, a person's name for the vault."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import quote, urlencode

import httpx
import msgspec

from services.gateway.access import Caller, forbidden
from services.gateway.figures.tree import Trees
from services.gateway.grants import EVERYTHING
from services.gateway.rooms import Rooms
from services.gateway.things import Document, Stand, Veil, grant_for, kinds_in, stand_of
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.contracts.registry import OWNERS
from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError

MOST_PERSON_BYTES = 64 * 1024


TreeSource = Callable[[], Awaitable[Trees]]
"""Gives the trees of today."""


class Passed(msgspec.Struct):
    """A room's answer, to be handed on as it is."""

    status: int
    content: bytes
    media_type: str


class Passing:
    """Hands requests on to the rooms."""

    def __init__(self, rooms: Rooms, catalogue: Catalogue, trees: TreeSource | None = None) -> None:
        self._rooms = rooms
        self._catalogue = catalogue
        self._trees = trees

    async def entity(self, family: str, key: str, caller: Caller, *, history: bool = False, query: Mapping[str, int] | None = None) -> Passed:
        """A thing, or what was told of it, from its owner: as far as its class, its place and the people in it allow."""
        owner = OWNERS.get(family)
        if owner is None:
            raise ProblemError(Problem("not-found", "Not found", 404, f"there is no family {family}: {', '.join(OWNERS)}"))
        whole = self._whole(key, caller)
        path = f"/entities/{family}/{_quoted(whole)}" + ("/history" if history else "")
        answer = await self._ask(owner, "GET", path + (f"?{urlencode(query)}" if query else ""))
        if answer.status_code != httpx.codes.OK or EVERYTHING in caller.grants:
            return _passed(answer)
        document = msgspec.json.decode(answer.content)
        kinds, bounded = set(kinds_in(document)), any(not grant.is_everywhere for grant in caller.grants)
        stand = await self._stand(family, whole, document, history=history) if bounded else None
        grant = grant_for(caller, self._catalogue, kinds, stand, await self._trees() if bounded and self._trees is not None else None)
        if grant.names_persons:
            return _passed(answer)
        veil = Veil(caller, self._catalogue)
        veil.check_key(family, whole, {document.get("kind") or family})
        return Passed(answer.status_code, msgspec.json.encode(veil.over(document)), "application/json")

    async def _stand(self, family: str, key: str, document: Document, *, history: bool) -> Stand | None:
        thing = await self._fetch(family, key) if history else document
        return None if thing is None else await stand_of(thing, self._fetch)

    async def _fetch(self, family: str, key: str) -> Document | None:
        answer = await self._ask(OWNERS[family], "GET", f"/entities/{family}/{_quoted(key)}")
        return msgspec.json.decode(answer.content) if answer.status_code == httpx.codes.OK else None

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


def _quoted(part: str) -> str:
    # A path of dots would climb out of where it stands.
    return quote(part, safe=":") if part.strip(".") else "%2E" * len(part)


def _passed(answer: httpx.Response) -> Passed:
    return Passed(answer.status_code, answer.content, answer.headers.get("content-type", "application/json"))
