"""The families this room owns: their events, and the fields that point at something."""

from collections.abc import Iterator

from services.kernel.contracts.commands import Command, Document

MAKES = {"area": "defined", "organisation": "established", "member": "joined", "unit": "registered", "entry": "registered", "link": "set"}
"""Standing families and the verb of the event that begins a life."""

OWNED = frozenset(MAKES) | {"amount"}
"""All families of this room."""

TREES = ("area", "organisation")
"""The families whose things stand in a tree of their own."""

_BARE = {"area": "area", "organisation": "organisation", "by": "organisation", "of": "entry", "from": "entry", "to": "entry"}
_OF_TREES = ("parent", "into")
_POINTING = frozenset((*_BARE, *_OF_TREES))
_PROGRAMMES = "programmes"


def subject_of(value: object, family: str) -> str | None:
    """A reference as family/key: bare keys are of the family given; None for what is no reference."""
    if not isinstance(value, str) or not value:
        return None
    return value if "/" in value else f"{family}/{value}"


def key_of(value: object) -> str | None:
    """A reference's key without its family, as rows name places; None stays None."""
    return value.rpartition("/")[2] if isinstance(value, str) and value else None


def family_of(subject: str) -> str:
    """The family of family/key."""
    return subject.partition("/")[0]


def pointed_at(command: Command, field: str) -> str | None:
    """What a field of the event points at, as family/key."""
    family = command.family if field in _OF_TREES else _BARE[field]
    return subject_of(command.data.get(field), family)


def references(command: Command) -> Iterator[tuple[str, str]]:
    """(field, family/key) of everything of this room that the event points at; persons are nobody's, other rooms' things not ours to know."""
    for field in command.data:
        if field not in _POINTING or field == command.family or (field in _OF_TREES and command.family not in TREES):
            continue
        subject = pointed_at(command, field)
        if subject is not None and family_of(subject) in OWNED:
            yield field, subject
    yield from (found for found in command.references_in_attributes() if family_of(found[1]) in OWNED)
    programmes = command.data.get(_PROGRAMMES)
    for programme in programmes if isinstance(programmes, list) else ():
        subject = subject_of(programme, "entry")
        if subject is not None:
            yield _PROGRAMMES, subject


def fields_of(command: Command) -> Document:
    """The event's data without the key it is about."""
    return {name: value for name, value in command.data.items() if name != command.family}
