"""From folders of files to the catalogue in memory."""

from hashlib import sha256
from pathlib import Path

import msgspec

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.kinds_reading import read_kinds
from services.kernel.catalogue.layers import read_sources
from services.kernel.catalogue.metrics import Measure, Metric
from services.kernel.catalogue.metrics_reading import Definitions, read_measures, read_metrics
from services.kernel.catalogue.source import CatalogueError, Flaw
from services.kernel.catalogue.values_reading import read_values

_TOLD_TO_READERS = frozenset(("rows", "source", "note", "example", "declared_at"))
_encode = msgspec.json.Encoder(order="deterministic").encode


def load(folder: Path | str) -> Catalogue:
    """Reads *.yaml, common/*.yaml and places/*/*.yaml of the folder; CatalogueError names every flaw with its file and line.

    Several folders may be given, joined by a colon as in PATH: a later one adds to the earlier ones, and what it says of a kind's word, of a measure or
    of a definition's version goes before what they say.
    """
    flaws: list[Flaw] = []
    sources = read_sources(folder, flaws)
    kinds = read_kinds(sources, flaws)
    measures = read_measures(sources, kinds, flaws)
    definitions = read_metrics(sources, kinds, measures, flaws)
    values = read_values(sources, flaws)
    if flaws:
        raise CatalogueError(sorted(set(flaws)))
    metrics = {metric_id: versions[-1] for metric_id, versions in definitions.items()}
    return Catalogue(version_of(kinds, measures, definitions), kinds, measures, metrics, definitions, values)


def version_of(kinds: dict[str, Kind], measures: dict[str, Measure], definitions: Definitions) -> str:
    """A hash over what the content means: file names, order, comments and words for readers (rows, source, note, example, names of values) do not matter."""
    content = {
        "kinds": {name: meaning(kind) for name, kind in kinds.items()},
        "measures": {name: msgspec.to_builtins(measure) for name, measure in measures.items()},
        "metrics": [meaning(metric) for versions in definitions.values() for metric in versions],
    }
    return sha256(_encode(content)).hexdigest()[:16]


def meaning(declared: Kind | Metric) -> dict[str, object]:
    """A kind or definition as plain values, without what is said of it to a reader only."""
    told = {name: value for name, value in msgspec.to_builtins(declared).items() if name not in _TOLD_TO_READERS}
    return {**told, "marks": sorted(declared.marks)} if isinstance(declared, Kind) else told
