"""The catalogue: what districts do, as data. Kinds with their attributes, marks and workflows; measures; metric definitions with versions.

`load(folder)` gives a `Catalogue`, or raises `CatalogueError` with one line for each flaw: file, line, what is wrong, how to mend it.
"""

from services.kernel.catalogue.catalogue import Catalogue, UnknownKindError, covered_by, is_below
from services.kernel.catalogue.kinds import Attribute, Kind, Names, State
from services.kernel.catalogue.load import load
from services.kernel.catalogue.metrics import Measure, Metric
from services.kernel.catalogue.source import CatalogueError, Flaw

__all__ = [
    "Attribute",
    "Catalogue",
    "CatalogueError",
    "Flaw",
    "Kind",
    "Measure",
    "Metric",
    "Names",
    "State",
    "UnknownKindError",
    "covered_by",
    "is_below",
    "load",
]
