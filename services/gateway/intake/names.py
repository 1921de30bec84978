"""The entity that an event is about, and those of the same owner that it refers to, by what the contract says of its fields."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec import inspect

from services.gateway.cloudevents import Told
from services.kernel.contracts.registry import OWNERS, TYPES, EventType

_Document = Mapping[str, Any]


class Names(NamedTuple):
    """Entities as family/namespace:key. `own` is None where it cannot be read."""

    own: str | None
    others: frozenset[str]


NOTHING = Names(None, frozenset())


class _Event(msgspec.Struct):
    subject: str | None = None
    data: dict[str, Any] | None = None


class _Field(NamedTuple):
    name: str
    reads: str  # key, keys, reference, references
    family: str  # of a key; empty for a reference, which names its own


_read = msgspec.json.Decoder(_Event).decode


def names_of(told: Told, namespace: str, register: str) -> Names:
    """The names in an event, as far as they can be read: this is for the order of events, their rooms judge them."""
    known = TYPES.get(told.type or "")
    if known is None:
        return NOTHING
    try:
        event = _read(told.raw)
    except msgspec.MsgspecError:
        return NOTHING
    data = event.data or {}
    own = data.get(known.family)
    if isinstance(own, str):
        mine: str | None = _whole(known.family, own, namespace, register)
    else:
        mine = _reference(event.subject, namespace, register) if event.subject else None
    others = {name for field in _fields(known.name) for name in _named(field, data.get(field.name), namespace, register)}
    return Names(mine, frozenset(name for name in others if name != mine and OWNERS.get(name.partition("/")[0]) == known.owner))


def _named(field: _Field, value: object, namespace: str, register: str) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            name = _whole(field.family, one, namespace, register) if field.family else _reference(one, namespace, register)
            if name is not None:
                yield name


def _reference(text: str, namespace: str, register: str) -> str | None:
    family, slash, key = text.partition("/")
    return _whole(family, key, namespace, register) if slash else None


def _whole(family: str, key: str, namespace: str, register: str) -> str:
    if ":" in key:
        return f"{family}/{key}"
    return f"{family}/{register if family in {'member', 'person'} else namespace}:{key}"


@cache
def _fields(type_name: str) -> tuple[_Field, ...]:
    """The fields of a type that name entities, other than its own."""
    known: EventType = TYPES[type_name]
    info = inspect.type_info(known.data)
    assert isinstance(info, inspect.StructType)
    found = []
    for field in info.fields:
        extra = next(_extras(field.type), None)
        if extra is not None and field.encode_name != known.family:
            found.append(_Field(field.encode_name, extra["reads"], extra.get("family", "")))
    return tuple(found)


def _extras(type_: inspect.Type) -> Iterator[dict[str, str]]:
    if isinstance(type_, inspect.Metadata):
        if type_.extra and type_.extra.get("reads") in {"key", "keys", "reference", "references"}:
            yield type_.extra
        yield from _extras(type_.type)
    elif isinstance(type_, inspect.UnionType):
        for part in type_.types:
            yield from _extras(part)
