"""What may be kept of a refused event: enough to mend it by, nothing that says who someone is."""

import re
from collections.abc import Mapping

import msgspec

from services.kernel.catalogue.kinds import Kind
from services.kernel.contracts.envelope import Envelope
from services.kernel.contracts.personal import PERSONAL_FIELDS, is_personal
from services.kernel.contracts.registry import TYPES
from services.kernel.errors import Code, Problem
from services.kernel.people import Pseudonyms

MOST_KEPT = 32 * 1024
"""Bytes of an event that are kept; of a longer one only its attributes."""

_HUMAN = re.compile(r"(member|person)/.*", re.DOTALL)
_NAMED_FAMILIES = ("area", "organisation", "unit")
_FREE_FIELDS = ("reason",)
_PEOPLE_FIELDS = ("person", "by")
_LENGTHS = (11, 18)
_MOST_DIGITS = 10**18
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def kept_of(event: Envelope, problem: Problem, people: Pseudonyms, kinds: Mapping[str, Kind]) -> bytes:
    """The event as JSON with its personal strings masked; refused as personal-data, only its name, the places and a keyed hash."""
    named: dict[str, object] = {"id": event.id, "source": event.source, "type": event.type[:200], "time": (event.time or "")[:64] or None}
    mask = _Mask(people)
    head = {name: mask.value(value, "") if name != "id" else value for name, value in named.items()}
    if problem.code == Code.PERSONAL_DATA.value:
        return _encode({**head, "paths": [fault.pointer for fault in problem.errors], "hash": people.mark(_text(event.data))})
    raw = event.data
    small = raw is None or len(memoryview(raw)) <= MOST_KEPT
    body: dict[str, object] = {mask.text(name, always=False): mask.value(value, name) for name, value in event.extensions.items()}
    body |= {"specversion": mask.value(event.specversion[:16], ""), **head}
    if event.subject is not None:
        body["subject"] = mask.value(event.subject[:600], "")
    try:
        body["data"] = _Data(mask, event, kinds).kept(None if raw is None else _decode(raw)) if small else "too long to keep"
        kept = _encode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        body["data"] = "cannot be read"
        kept = _encode(body)
    return kept if len(kept) <= 2 * MOST_KEPT else _encode({**head, "data": "too long to keep"})


class _Mask:
    """Replaces strings that may not be kept by keyed marks of them."""

    def __init__(self, people: Pseudonyms) -> None:
        self._people = people

    def value(self, value: object, field: str) -> object:
        """The value below a field, masked where its text is personal or the field says so."""
        if isinstance(value, str):
            return self.text(value, always=field.lower() in PERSONAL_FIELDS)
        if isinstance(value, dict):
            return {self.text(name, always=False): self.value(inner, field if field.lower() in PERSONAL_FIELDS else name) for name, inner in value.items()}
        if isinstance(value, list):
            return [self.value(inner, field) for inner in value]
        if isinstance(value, int | float) and 0 < value < _MOST_DIGITS and is_personal(digits := str(int(value))):  # told as a number, it is one as well
            return self._people.mark(digits)
        return value

    def text(self, text: str, *, always: bool) -> str:
        """A string, or its mark."""
        parts = re.split("[/:]", text)
        if always or _HUMAN.fullmatch(text) or any(len(part) in _LENGTHS and is_personal(part) for part in parts):
            return self._people.mark(text)
        return text.replace("\0", "\ufffd")

    def all(self, value: object) -> object:
        """The value with every string below masked."""
        return self.value(value, "name")


class _Data:
    """An event's data: what its contract does not know, nobody can vouch for, and is masked whole."""

    def __init__(self, mask: _Mask, event: Envelope, kinds: Mapping[str, Kind]) -> None:
        self._mask = mask
        known = TYPES.get(event.type)
        self._fields = {field.encode_name for field in msgspec.structs.fields(known.data)} if known else None
        self._family = known.family if known else ""
        self._kinds = kinds

    def kept(self, data: object) -> object:
        """The data as it may be kept."""
        if not isinstance(data, dict):
            return self._mask.all(data)
        return {self._mask.text(name, always=False): self._field(name, value, data) for name, value in data.items()}

    def _field(self, name: str, value: object, data: Mapping[str, object]) -> object:
        if name == "name" and self._may_be_named(data):
            return self._mask.value(value, "")
        unknown = self._fields is not None and name not in self._fields
        if unknown or name in _FREE_FIELDS:
            return self._mask.all(value)
        if name in _PEOPLE_FIELDS and isinstance(value, str) and (name == "person" or _HUMAN.fullmatch(value)):
            return "masked"  # no mark by which one could be known again: the kind may be unlinkable
        return self._mask.value(value, name)

    def _may_be_named(self, data: Mapping[str, object]) -> bool:
        """Whether a name here is surely not a person's."""
        if self._family in _NAMED_FAMILIES:
            return True
        given = data.get("kind")
        kind = (self._kinds.get(given) or self._kinds.get(f"{self._family}.{given}")) if isinstance(given, str) else None
        return kind is not None and kind.family == self._family and not kind.about_person


def _text(data: msgspec.Raw | None) -> str:
    return "" if data is None else memoryview(data).tobytes().decode("utf-8", "replace")
