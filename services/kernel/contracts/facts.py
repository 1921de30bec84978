"""A fact as it lies in the log and travels on Kafka, and the rows that make it countable alone."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import msgspec

Dims = dict[str, str]
Roles = dict[str, str]
Sums = tuple[tuple[str, int], ...]
"""Names of integers that figures add up, with their values."""


class Row(NamedTuple):
    """A stretch [day, until) or, with until = day, an occurrence; see docs/architecture.md, section 4.

    Areas and organisations are keys without their family; roles hold whole references; value is an integer in the measure's unit.
    """

    measure: str
    kind: str
    area: str | None
    organisation: str | None
    dims: str  # canonical JSON, see canonical(): rows are compared, hashed and copied far more often than they are looked into
    day: date
    until: date | None = None
    value: int = 1
    since: date | None = None
    roles: str | None = None


_encode = msgspec.json.Encoder(order="deterministic").encode
_EMPTY = "{}"


def canonical(values: dict[str, str]) -> str:
    """A flat object as JSON text with sorted keys and no spaces: equal objects give equal text."""
    return _encode(values).decode() if values else _EMPTY


def with_sums(row: Row, sums: Sums, name: str = "") -> Iterator[Row]:
    """A row, and beside it one of measure `name:SUM` (its own name if none is given) for each number that is added up."""
    yield row
    for summed, value in sums:
        yield row._replace(measure=f"{name or row.measure}:{summed}", value=value)


def row_as_json(row: Row) -> list[object]:
    """The positional form that stands in a fact's was and now, trailing defaults dropped."""
    out: list[object] = [
        row.measure,
        row.kind,
        row.area,
        row.organisation,
        None if row.dims == _EMPTY else msgspec.Raw(row.dims.encode()),
        row.day,
        row.until,
        None if row.value == 1 else row.value,
        row.since,
        None if row.roles is None else msgspec.Raw(row.roles.encode()),
    ]
    while out[-1] is None:
        out.pop()
    return out
