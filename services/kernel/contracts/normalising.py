"""From what a source says to what a room decides on: short forms written out, namespaces added, people replaced by pseudonyms.

Each field's type says what it holds (fields.py); a plan per event type is made of that once.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any

import msgspec

from services.kernel.contracts.commands import Document, Enrolled
from services.kernel.contracts.fields import FAMILIES
from services.kernel.contracts.personal import is_personal
from services.kernel.contracts.registry import EventType
from services.kernel.errors import Code, Fault, RefusedError, refuse
from services.kernel.people import Pseudonyms

FIRST_YEAR, LAST_YEAR = 1000, 2999
"""What lies outside is a slip, or a way to say never."""

_Aware = Annotated[datetime, msgspec.Meta(tz=True)]
_REFERENCE = re.compile(rf"({'|'.join(FAMILIES)})/([A-Za-z0-9._:-]{{1,64}})")
_KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")
_encode = msgspec.json.Encoder().encode
_HUMANS = ("member", "person")
_HUMAN_PREFIXES = ("member/", "person/")
_MONTHS_OF_QUARTER = 3

Step = Callable[[Any, Enrolled, str], Any]
"""Turns a field's value (never null) into its normal form: value, who speaks, JSON pointer."""

Plan = dict[str, Step]
"""The steps of one event type, by field; a field without one stays as it is."""


class Normaliser:
    """Makes the plans, and holds the pseudonyms they put in."""

    def __init__(self, people: Pseudonyms) -> None:
        self._people = people

    def plan(self, event_type: EventType) -> Plan:
        """What happens to the fields of one event type, its own key (which is resolved with the subject) excepted."""
        plan: Plan = {}
        for field in msgspec.inspect.type_info(event_type.data).fields:  # type: ignore[attr-defined]
            reads = _reading_of(field.type)
            if reads is not None and field.encode_name != event_type.family:
                plan[field.encode_name] = self._step(reads, event_type)
        if "attributes" in event_type.data.__struct_fields__:
            plan["attributes"] = self._attributes
        return plan

    def _step(self, reads: Mapping[str, str], event_type: EventType) -> Step:  # noqa: PLR0911  one way out per reading
        keep_members = event_type.owner == "members"  # elsewhere nothing hangs on a member: one human, one spelling
        match reads["reads"]:
            case "key" if reads["family"] in _HUMANS:
                return self._human_key
            case "key":
                return own_key
            case "keys":
                return lambda value, enrolled, at: [own_key(key, enrolled, f"{at}/{number}") for number, key in enumerate(value)]
            case "reference":
                return self.reference if keep_members else self._reference_to_person
            case "references":
                one = self.reference if keep_members else self._reference_to_person
                return lambda value, enrolled, at: [one(reference, enrolled, f"{at}/{number}") for number, reference in enumerate(value)]
            case "human":
                return self._human
            case other:
                return _PLAIN_STEPS[other]

    def reference(self, value: str, enrolled: Enrolled, at: str) -> str:
        """family/key with its namespace; a member or person as its pseudonym."""
        found = _REFERENCE.fullmatch(value)
        if found is None:
            raise _invalid(at, "is no reference: write family/key")
        family, key = found.groups()
        return f"{family}/{self._human_key(key, enrolled, at) if family in _HUMANS else own_key(key, enrolled, at)}"

    def subject(self, family: str, key: str, enrolled: Enrolled, at: str) -> str:
        """The entity that an event is about."""
        if not _KEY.fullmatch(key):
            raise _invalid(at, "is no key: 1 to 64 of A-Z a-z 0-9 . _ : -")
        return f"{family}/{self._human_key(key, enrolled, at) if family in _HUMANS else own_key(key, enrolled, at)}"

    def hide_humans(self, value: str, enrolled: Enrolled, at: str) -> str:
        """A string as it is, unless the whole of it refers to a person or a member: then with the pseudonym."""
        return self._written_out(value, enrolled, at) if value.startswith(_HUMAN_PREFIXES) else value

    def _written_out(self, value: str, enrolled: Enrolled, at: str) -> str:
        return self.reference(value, enrolled, at) if _REFERENCE.fullmatch(value) else value

    def _reference_to_person(self, value: str, enrolled: Enrolled, at: str) -> str:
        reference = self.reference(value, enrolled, at)
        return f"person/{reference[7:]}" if reference.startswith("member/") else reference

    def _human(self, value: str, enrolled: Enrolled, at: str) -> str:
        family, slash, key = value.partition("/")
        return f"person/{self._human_key(key if slash else family, enrolled, at)}"

    def _human_key(self, value: str, enrolled: Enrolled, at: str) -> str:
        _check_key(value, at)
        register, colon, reference = value.partition(":")
        return self._people.of(register, reference) if colon else self._people.of(enrolled.register, value)

    def _attributes(self, value: Document, enrolled: Enrolled, at: str) -> Document:
        """An attribute of the form family/key is a reference, whatever its kind says of it: no person slips through in a patch."""
        made: Document = {}
        for name, inner in value.items():
            if isinstance(inner, str) and "/" in inner:
                made[name] = self._written_out(inner, enrolled, f"{at}/{name}")
            elif isinstance(inner, list):
                made[name] = [self._written_out(one, enrolled, f"{at}/{name}") for one in inner]
            else:
                made[name] = inner
        return made


def own_key(value: str, enrolled: Enrolled, at: str) -> str:
    """A key with its namespace: the source's own unless it names another's."""
    _check_key(value, at)
    return value if ":" in value else f"{enrolled.namespace}:{value}"


def moment_of(text: str, at: str) -> datetime:
    """A moment with offset as the contract writes them, in UTC; RefusedError (invalid) if it is none."""
    return _moment(text, at).astimezone(UTC)


def _moment(text: str, at: str) -> datetime:
    try:
        moment = msgspec.convert(text, _Aware)
    except msgspec.ValidationError as error:
        raise _invalid(at, "is no time as RFC 3339 writes it, with offset: 2026-01-31T08:30:00+08:00") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise _invalid(at, f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}")
    return moment


def _check_key(value: str, at: str) -> None:
    namespace, colon, key = value.partition(":")
    if value[-1:] == "\n" or (colon and not (namespace and key)):
        raise _invalid(at, "is no key: 1 to 64 of A-Z a-z 0-9 . _ : -, with a word on both sides of a colon")
    if is_personal(key if colon else value):
        what = "is an identity or mobile number: give people references of their own"
        raise refuse(Code.PERSONAL_DATA, f"{at} {what}", Fault(at, what))


def _as_moment(value: str, _: Enrolled, at: str) -> str:
    return _encode(_moment(value, at))[1:-1].decode()  # many times faster than isoformat


def _as_day(value: str, _: Enrolled, at: str) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise _invalid(at, "is no date: 2026-01-31") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _invalid(at, f"lies outside the years {FIRST_YEAR} to {LAST_YEAR}: leave out what has no end")
    return day.isoformat()


def _as_due(value: str, enrolled: Enrolled, at: str) -> str:
    return _as_day(value, enrolled, at) if len(value) <= len("2026-01-31") else _as_moment(value, enrolled, at)


def _as_period(value: str, enrolled: Enrolled, at: str) -> str:
    if value[-1:] == "\n":
        raise _invalid(at, "ends in a line break")
    year, _, rest = value.partition("-")
    month = int(rest[1:]) * _MONTHS_OF_QUARTER if rest.startswith("Q") else int(rest) if rest.isdigit() else 1
    try:
        _as_day(value if rest.count("-") else f"{year}-{month:02d}-01", enrolled, at)
    except RefusedError as error:
        raise _invalid(at, "is no period: 2018, 2018-Q3, 2018-05 or 2018-05-04") from error
    return value


_PLAIN_STEPS: dict[str, Step] = {"moment": _as_moment, "day": _as_day, "due": _as_due, "period": _as_period}


def _reading_of(kind: msgspec.inspect.Type) -> dict[str, str] | None:
    """What a field's type says of how it is read."""
    if isinstance(kind, msgspec.inspect.UnionType):
        return next((found for one in kind.types if (found := _reading_of(one))), None)
    if isinstance(kind, msgspec.inspect.Metadata):
        return kind.extra if kind.extra and "reads" in kind.extra else _reading_of(kind.type)
    return None


def _invalid(at: str, what: str) -> RefusedError:
    return refuse(Code.INVALID, f"{at.removeprefix('/data/')} {what}", Fault(at, what))
