"""The JSON Schemas of all event types, made from the structs. `python -m services.kernel.contracts.schemas` writes them anew; they are committed.

What a schema cannot say (calendar dates, at most one of two fields, what a kind allows) the reader says.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

from services.kernel.contracts.registry import TYPES, EventType

FOLDER = Path(__file__).parent / "schemas"
EXAMPLES = Path(__file__).parent / "examples"
COUNTEREXAMPLES = Path(__file__).parent / "counterexamples"

_EFFECTS = {
    "makes": "Makes its entity, or repeats it.",
    "changes": "Changes its entity from its time on.",
    "ends": "Ends its entity.",
    "restates": "Says how it always was.",
    "marks": "Published only; refused at the door.",
}


def schema_of(event_type: EventType) -> dict[str, object]:
    """The JSON Schema (2020-12) of a type's data."""
    (body,), parts = msgspec.json.schema_components([event_type.data], ref_template="#/$defs/{name}")
    name = event_type.data.__name__
    root = dict(parts.pop(name)) if body.get("$ref") == f"#/$defs/{name}" else dict(body)
    description = f"{root.pop('description', '')} {_EFFECTS[event_type.effect]}"
    if event_type.patch:
        description += " A merge patch (RFC 7396): absent stays, null removes, arrays are replaced whole."
    root.pop("title", None)
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:wangge:schema:{event_type.name}", "title": event_type.name}
    return {**head, "description": description.strip(), **root, **({"$defs": parts} if parts else {})}


def text_of(event_type: EventType) -> str:
    """The schema as it is committed."""
    return msgspec.json.format(msgspec.json.encode(schema_of(event_type)), indent=2).decode() + "\n"


def write(folder: Path) -> Iterator[Path]:
    """Writes the schemas that are missing or differ, removes those no type has any more; yields what it touched."""
    folder.mkdir(exist_ok=True)
    for event_type in TYPES.values():
        path = folder / f"{event_type.name}.json"
        text = text_of(event_type)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            yield path
    for path in sorted(folder.glob("*.json")):
        if path.stem not in TYPES:
            path.unlink()
            yield path


if __name__ == "__main__":
    for touched in write(FOLDER):
        sys.stdout.write(f"{touched.name}\n")
