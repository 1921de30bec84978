"""From the folder of files to the catalogue in memory."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import msgspec

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.kinds_reading import read_kinds
from services.kernel.catalogue.metrics import Measure
from services.kernel.catalogue.metrics_reading import Definitions, read_measures, read_metrics
from services.kernel.catalogue.source import CatalogueError, Flaw, Source

SECTIONS = ("kinds", "measures", "metrics")
"""What a file of the catalogue may hold. A file in a place's folder that has none of them is somebody else's, and is left alone."""

_encode = msgspec.json.Encoder(order="deterministic").encode


def load(folder: Path) -> Catalogue:
    """Reads common/*.yaml and places/*/*.yaml of the folder; CatalogueError names every flaw with its file and line."""
    flaws: list[Flaw] = []
    sources = list(_sources(folder, flaws))
    if not sources and not flaws:
        flaws.append(Flaw(str(folder), 1, "there is no catalogue here", "Point WANGGE_CATALOGUE at the folder that holds common/"))
    kinds = read_kinds(sources, flaws)
    measures = read_measures(sources, flaws)
    definitions = read_metrics(sources, measures, flaws)
    if flaws:
        raise CatalogueError(sorted(set(flaws)))
    metrics = {metric_id: versions[-1] for metric_id, versions in definitions.items()}
    return Catalogue(version_of(kinds, measures, definitions), kinds, measures, metrics, definitions)


def version_of(kinds: dict[str, Kind], measures: dict[str, Measure], definitions: Definitions) -> str:
    """A hash over what the content means: file names, order and comments do not matter."""
    content = {
        "kinds": {name: {**msgspec.to_builtins(kind), "marks": sorted(kind.marks), "declared_at": ""} for name, kind in kinds.items()},
        "measures": {name: msgspec.to_builtins(measure) for name, measure in measures.items()},
        "metrics": [{**msgspec.to_builtins(metric), "declared_at": ""} for versions in definitions.values() for metric in versions],
    }
    return sha256(_encode(content)).hexdigest()[:16]


def _sources(folder: Path, flaws: list[Flaw]) -> Iterator[Source]:
    for path in [*sorted(folder.glob("common/*.yaml")), *sorted(folder.glob("places/*/*.yaml"))]:
        try:
            source = Source(path, path.relative_to(folder).as_posix())
        except CatalogueError as error:
            flaws.extend(error.flaws)
            continue
        sections = list(source.value) if isinstance(source.value, dict) else []
        if path.parent.name != "common" and not any(section in SECTIONS for section in sections):
            continue
        unknown = [section for section in sections if section not in SECTIONS]
        flaws.extend(source.flaw((section,), f"there is no section {section}", f"Use {', '.join(SECTIONS)}") for section in unknown)
        yield source
