"""A whole document against its kind: attributes, bounded fields, the ends of a link. Rooms ask it of what a change leaves behind."""

import re
from collections.abc import Iterator
from datetime import date

from services.kernel.catalogue.catalogue import Catalogue, covered_by
from services.kernel.catalogue.kinds import LINK_ENDS, Attribute, Kind
from services.kernel.contracts.commands import Command, Document
from services.kernel.contracts.fields import FAMILIES, MOST
from services.kernel.contracts.personal import escaped
from services.kernel.errors import Code, Fault, refuse

LONGEST_VALUE = 500
"""Characters of a string attribute."""

_REFERENCE = re.compile(rf"({'|'.join(FAMILIES)})/[A-Za-z0-9._:-]+")


class KindCheck:
    """Refuses what a kind does not allow. Called with a kind's id and a whole document, as a making event tells it or a change leaves it."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._kinds = catalogue.kinds

    def __call__(self, kind_id: str, data: Document) -> None:
        """Raises unknown-kind, personal-data (a name on a kind about a person) or invalid."""
        kind = self._kinds.get(kind_id)
        if kind is None:
            raise refuse(Code.UNKNOWN_KIND, f"the catalogue has no kind {kind_id}", Fault("/data/kind", "is not in the catalogue"))
        if kind.about_person and has_name(data):
            raise name_refusal(kind.id)
        faults = tuple(self.faults(kind, data))
        if faults:
            raise refuse(Code.INVALID, "; ".join(f"{fault.pointer.removeprefix('/data/')} {fault.detail}" for fault in faults[:3]), *faults)

    def faults(self, kind: Kind, data: Document) -> Iterator[Fault]:
        """Everything in a whole document that the kind does not allow."""
        attributes = data.get("attributes") or {}
        yield from attribute_faults(kind, attributes)
        if "attendance" in data:  # it may carry what its activity's kind declares, and must carry none of it
            return
        for name, attribute in kind.attributes.items():
            if attribute.required and name not in attributes:
                yield Fault(f"/data/attributes/{name}", f"is missing: {kind.id} requires it")
        for name, bound in kind.fields.items():
            value = data.get(name)
            if value is not None and (what := _wrong(bound, value)):
                yield Fault(f"/data/{name}", what)
        if kind.family == "link":
            yield from _end_faults(kind, data)


def may_write(command: Command, kind_id: str) -> None:
    """Raises not-allowed unless the source of the command may write things of this kind: for changes, which name no kind."""
    if not covered_by(kind_id, command.kinds):
        raise refuse(Code.NOT_ALLOWED, f"this source may not write {kind_id}", Fault("/data", f"is about a {kind_id}"))


def attribute_faults(kind: Kind, attributes: Document) -> Iterator[Fault]:
    """Attributes that the kind does not declare, and values it does not allow; null is a removal in a patch, and no fault."""
    for name, value in attributes.items():
        declared = kind.attributes.get(name)
        pointer = f"/data/attributes/{escaped(name)}"
        if declared is None:
            known = f"it has {', '.join(sorted(kind.attributes))}" if kind.attributes else "it has none"
            yield Fault(pointer, f"is not an attribute of {kind.id}; {known}")
        elif value is not None and (what := _wrong(declared, value)):
            yield Fault(pointer, what)


def has_name(data: Document) -> bool:
    """Whether a document says what someone is called."""
    attributes = data.get("attributes")
    return data.get("name") is not None or (isinstance(attributes, dict) and attributes.get("name") is not None)


def name_refusal(kind_id: str) -> Exception:
    """The refusal of a name on a kind about a person."""
    what = "names of people belong in the vault: PUT /v1/people/{register}/{reference}"
    return refuse(Code.PERSONAL_DATA, f"{kind_id} is about a person; {what}", Fault("/data/name", what))


def _end_faults(kind: Kind, data: Document) -> Iterator[Fault]:
    for name, families in (("from", kind.from_families), ("to", kind.to_families)):
        end = data.get(name)
        allowed = families or LINK_ENDS
        if isinstance(end, str) and end.partition("/")[0] not in allowed:
            yield Fault(f"/data/{name}", f"must be one of {', '.join(allowed)} for {kind.id}")


def _wrong(declared: Attribute, value: object) -> str | None:  # noqa: PLR0911  one way out per type
    """What is wrong with a value; None if nothing is."""
    match declared.type:
        case "integer":
            return _wrong_integer(declared, value)
        case "boolean":
            return None if isinstance(value, bool) else "must be true or false"
        case "enum":
            return None if value in declared.values else f"must be one of {', '.join(declared.values)}"
        case "set":
            fits = isinstance(value, list) and all(one in declared.values for one in value) and len(set(value)) == len(value)
            return None if fits else f"must be a list, each once, of {', '.join(declared.values)}"
        case "date":
            return None if isinstance(value, str) and _is_date(value) else "must be a date as 2026-01-31"
        case "ref":
            return _wrong_reference(declared, value)
        case "string":
            return None if isinstance(value, str) and 0 < len(value) <= LONGEST_VALUE else f"must be a string of 1 to {LONGEST_VALUE} characters"


def _wrong_integer(declared: Attribute, value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int):
        return "must be an integer"
    least = -MOST if declared.minimum is None else declared.minimum
    most = MOST if declared.maximum is None else declared.maximum
    if value < least:
        return f"must be at least {least}"
    if value > most:
        return f"must be at most {most}"
    return None


def _wrong_reference(declared: Attribute, value: object) -> str | None:
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        return "must be a reference, family/key"
    if declared.families and value.partition("/")[0] not in declared.families:
        return f"must name one of {', '.join(declared.families)}"
    return None


def _is_date(text: str) -> bool:
    try:
        return len(text) == len("2026-01-31") and date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
