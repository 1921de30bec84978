"""Who tells the replays of the catalogue: each place in a folder of its own."""

from pathlib import Path

import yaml

from services.kernel.catalogue.layers import folders_of


def sources_of_places(catalogue: Path) -> dict[str, str]:
    """The source that each place's replay is told as, by the place's name; places without a replay have none."""
    found = ((path.parent.name, _source(path)) for path in _replays(catalogue))
    return {place: source for place, source in found if source}


def _replays(catalogue: Path) -> list[Path]:
    return sorted(path for folder in folders_of(catalogue) for path in folder.glob("places/*/replay.yaml"))


def _source(path: Path) -> str | None:
    # Only as far as its first lines: a replay is long, and every start reads this.
    with path.open(encoding="utf-8") as file:
        depth, at_key, key = 0, True, ""
        try:
            for event in yaml.parse(file, Loader=yaml.SafeLoader):
                if isinstance(event, yaml.CollectionStartEvent):
                    depth += 1
                    at_key = True
                elif isinstance(event, yaml.CollectionEndEvent):
                    depth -= 1
                elif isinstance(event, yaml.ScalarEvent) and depth == 1:
                    if not at_key and key == "source":
                        return str(event.value)
                    key = event.value if at_key else ""
                    at_key = not at_key
        except yaml.YAMLError:
            return None  # the catalogue's check says what is wrong, and where
    return None
