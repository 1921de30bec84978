"""What a thing is counted by: the dimensions its rows carry, and the numbers that figures add up besides counting it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from services.kernel.catalogue.kinds import Attribute, Kind, dimension_value


class Counted(NamedTuple):
    """Dimension → value as it stands in a row; names of summed integers with their values, sorted. A row of measure M has one of M:NAME beside it for each."""

    dims: dict[str, str]
    sums: tuple[tuple[str, int], ...] = ()


def counted_by(kind: Kind, document: Mapping[str, Any]) -> Counted:
    """What the kind declares of a thing's attributes and of its fields; an attribute goes before a field of its name."""
    dims: dict[str, str] = {}
    sums: dict[str, int] = {}
    for name in kind.counted_fields:
        _take(kind.fields[name], name, document.get(name), dims, sums)
    for name, value in (document.get("attributes") or {}).items():
        declared = kind.attributes.get(name)
        if declared is not None:
            _take(declared, name, value, dims, sums)
    return Counted(dims, tuple(sorted(sums.items())))


def _take(declared: Attribute, name: str, value: Any, dims: dict[str, str], sums: dict[str, int]) -> None:
    if value is None:
        return
    if declared.dimension:
        dims[name] = dimension_value(declared, value)
    if declared.sum and isinstance(value, int):
        sums[name] = value
