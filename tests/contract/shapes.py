"""When does a schema break those who wrote against an earlier one? A published version may only gain optional fields."""

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

_WORDS = ("description", "title", "$id", "$schema", "default")


def shape_of(schema: Schema) -> dict[str, Any]:
    """What of a schema can break anybody: the fields, which are required, whether others are refused."""
    return {
        "required": sorted(schema.get("required", ())),
        "properties": {name: _bare(value) for name, value in sorted(schema["properties"].items())},
        "additionalProperties": schema.get("additionalProperties", True),
    }


def breaks(before: Schema, after: Schema) -> Iterator[str]:
    """Every difference between two shapes that is more than a new optional field."""
    for name, value in before["properties"].items():
        if name not in after["properties"]:
            yield f"{name} is gone"
        elif after["properties"][name] != value:
            yield f"{name} is read otherwise"
    for name in set(after["required"]) - set(before["required"]):
        yield f"{name} is required now"
    for name in set(before["required"]) - set(after["required"]):
        yield f"{name} is not required any more: whoever reads it rested on it"
    if after["additionalProperties"] != before["additionalProperties"]:
        yield "other fields are treated otherwise"


def _bare(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _bare(inner) for name, inner in value.items() if name not in _WORDS}
    return [_bare(inner) for inner in value] if isinstance(value, list) else value
