"""Adds what is new in the event schemas to the published shapes: `python -m tests.contract.publish`. Refuses where something published would break."""

import json
import sys
from pathlib import Path

from services.kernel.contracts.registry import TYPES
from services.kernel.contracts.schemas import schema_of
from tests.contract.shapes import breaks, shape_of

PUBLISHED = Path(__file__).parent / "published.json"


def main() -> int:
    """Writes published.json; 1 if a published type would break."""
    published = json.loads(PUBLISHED.read_text(encoding="utf-8")) if PUBLISHED.exists() else {}
    shapes = {name: shape_of(schema_of(event_type)) for name, event_type in sorted(TYPES.items())}
    broken = [f"{name}: {what}" for name, shape in published.items() for what in (breaks(shape, shapes[name]) if name in shapes else ["the type is gone"])]
    if broken:
        sys.stderr.write("\n".join([*broken, "make a new version of the type instead", ""]))
        return 1
    PUBLISHED.write_text(json.dumps(shapes, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
