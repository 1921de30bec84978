"""The log as it was told, and rows as they are compared: plain tuples."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple

Worked = tuple[str, str, str | None, str | None, tuple[tuple[str, str], ...], str, str | None, int, str | None, tuple[tuple[str, str], ...]]
"""A row, with everything that tells it from others: see docs/architecture.md, section 4."""


class Told(NamedTuple):
    """One accepted event of the log."""

    verb: str
    time: str
    data: dict[str, Any]


def worked(
    measure: str,
    kind: str,
    area: str | None,
    organisation: str | None,
    dims: dict[str, str],
    start: date,
    end: date | None,
    *,
    value: int = 1,
    since: date | None = None,
    roles: dict[str, str] | None = None,
) -> Worked:
    """A row that was worked out here."""
    return (
        measure, kind, area, organisation, tuple(sorted(dims.items())), start.isoformat(), None if end is None else end.isoformat(),
        value, None if since is None else since.isoformat(), tuple(sorted((roles or {}).items())),
    )  # fmt: skip


def as_in_fact(row: list[Any]) -> Worked:
    """A row as it stands in a fact."""
    full = row + [None] * (10 - len(row))
    dims, roles = full[4] or {}, full[9] or {}
    return (
        full[0], full[1], full[2], full[3], tuple(sorted(dims.items())), full[5], full[6],
        1 if full[7] is None else full[7], full[8], tuple(sorted(roles.items())),
    )  # fmt: skip


def merge_patch(target: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """RFC 7396, as its section 2 spells it."""
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, dict):
            below = result.get(name)
            result[name] = merge_patch(below if isinstance(below, dict) else {}, value)
        else:
            result[name] = value
    return result


def dims_by_catalogue(catalogue: Any, kind: str, data: dict[str, Any]) -> dict[str, str]:
    """The dimensions that a kind declares, of a document's fields and attributes."""
    found: dict[str, str] = dict(catalogue.counted(kind, data).dims)
    return found


def nested(fields: Mapping[tuple[str, ...], Any]) -> dict[str, Any]:
    """Fields by path as a document: those at the top, and the attributes."""
    attributes = {path[1]: value for path, value in fields.items() if len(path) == 2 and path[0] == "attributes"}
    return {**{path[0]: value for path, value in fields.items() if len(path) == 1}, "attributes": attributes}


def summed_by_catalogue(catalogue: Any, kind: str, data: dict[str, Any]) -> dict[str, int]:
    """The numbers of a document that its kind lets figures add up."""
    known = catalogue.kinds.get(kind)
    told = {**data, **(data.get("attributes") or {})}
    return {} if known is None else {name: told[name] for name in known.summed if told.get(name) is not None}


def with_numbers(row: Worked, numbers: dict[str, int], name: str = "") -> Iterator[Worked]:
    """A row and, of each number that is added up, one more under `name:NUMBER`."""
    yield row
    for one, value in numbers.items():
        yield (f"{name or row[0]}:{one}", *row[1:7], value, *row[8:])


def of_people(catalogue: Any, kind: str, data: dict[str, Any]) -> dict[str, Any]:
    """What a kind lets be said of people: all, or, of an unlinkable one, nothing; whoever came then counts as one head."""
    known = catalogue.kinds.get(kind)
    if known is None or not known.unlinkable:
        return data
    kept = {name: value for name, value in data.items() if name not in ("person", "by")}
    return {"head_count": 1, **kept} if "attendance" in data and "person" in data else kept
