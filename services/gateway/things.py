"""What of one thing, as its owner tells it, a reader may see: by class and place, and without people."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, NamedTuple

from services.gateway.access import Caller, forbidden
from services.gateway.figures.guard import classes_of, is_about_person
from services.gateway.figures.persons import PEOPLE
from services.gateway.figures.tree import Trees
from services.gateway.grants import Grant
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Kind

Document = Mapping[str, Any]
Fetch = Callable[[str, str], Awaitable[Document | None]]
"""Another thing by family and key, None if nobody told of it."""


class Stand(NamedTuple):
    """Where a thing stands, as its own data say."""

    area: str | None = None
    organisation: str | None = None


async def stand_of(thing: Document, fetch: Fetch) -> Stand:
    """Where a thing stands; an attendance at its activity's place."""
    family, key, data = thing.get("family"), thing.get("key"), thing.get("data") or {}
    if family == "area":
        return Stand(area=key)
    if family == "organisation":
        return Stand(organisation=key, area=data.get("area"))
    if family == "attendance" and isinstance(data.get("activity"), str):
        activity = await fetch("activity", data["activity"])
        return Stand() if activity is None else await stand_of(activity, fetch)
    stand = Stand(data.get("area"), data.get("organisation"))
    for reference in (*(data.get("hosts") or ())[:1], data.get("from"), data.get("to")):
        tree, _, place = reference.partition("/") if isinstance(reference, str) else ("", "", "")
        if tree == "organisation" and stand.organisation is None:
            stand = stand._replace(organisation=place)
        if tree == "area" and stand.area is None:
            stand = stand._replace(area=place)
    return stand


def kinds_in(document: Any) -> Iterator[str]:
    """Every kind that a thing or its history names."""
    if isinstance(document, dict):
        if isinstance(document.get("kind"), str):
            yield document["kind"]
        for value in document.values():
            yield from kinds_in(value)
    elif isinstance(document, list):
        for value in document:
            yield from kinds_in(value)


def grant_for(caller: Caller, catalogue: Catalogue, kinds: set[str], stand: Stand | None, trees: Trees | None) -> Grant:
    """The caller's grant under which such a thing there may be shown, the one with most classes; a 403 problem if there is none."""
    wanted = set().union(*(classes_of(catalogue, kind) for kind in kinds))
    fitting = [
        grant
        for grant in caller.grants
        if wanted <= set(grant.classes)
        and all(grant.has_kind(kind) for kind in kinds)
        and (grant.is_everywhere or (stand is not None and trees is not None and grant.reaches(trees, stand.area, stand.organisation)))
    ]
    if not fitting:
        raise forbidden("things of this kind, or there, are shown to whom the operator allows")
    return max(fitting, key=lambda grant: len(grant.classes))


class Veil:
    """Takes people out of what a caller is shown: their keys, and attributes marked sensitive. Those of its own people register a source knows itself."""

    def __init__(self, caller: Caller, catalogue: Catalogue) -> None:
        self._own = caller.namespaces
        self._catalogue = catalogue

    def check_key(self, family: str, key: str, kinds: set[str]) -> None:
        """A 403 problem if the thing itself stands for somebody whom the caller may not be shown."""
        about_person = family in PEOPLE or any(is_about_person(self._catalogue, kind) for kind in kinds)
        if about_person and key.partition(":")[0] not in self._own:
            raise forbidden("what stands for one person is shown only with the class restricted")

    def over(self, value: Any) -> Any:
        """The document without people."""
        if isinstance(value, dict):
            sensitive = self._sensitive(value.get("kind"))
            return {name: self._inside(one, sensitive) if name == "attributes" else self.over(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.over(one) for one in value]
        if isinstance(value, str) and value.partition("/")[0] in PEOPLE:
            return value if value.partition("/")[2].partition(":")[0] in self._own else None
        return value

    def _inside(self, attributes: Any, sensitive: set[str]) -> Any:
        return {name: self.over(one) for name, one in attributes.items() if name not in sensitive} if isinstance(attributes, dict) else attributes

    def _sensitive(self, kind: Any) -> set[str]:
        found: Kind | None = self._catalogue.kinds.get(kind) if isinstance(kind, str) else None
        return {name for name, one in found.attributes.items() if one.tag == "sensitive"} if found is not None else set()
