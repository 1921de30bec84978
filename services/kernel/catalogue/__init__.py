"""The catalogue: what districts do, as data. Kinds with their attributes, marks and workflows; measures; metric definitions with versions.

`load(folder)` gives a `Catalogue`, or raises `CatalogueError` with one line for each flaw: file, line, what is wrong, how to mend it.
It reads `common/*.yaml` and `places/<place>/*.yaml`; a place adds kinds and metrics and changes none of the common ones. A kind, as a file has it:

    kinds:
      case.noise:                       # takes over what `case` declares, then adds its own
        names: {zh: 噪声扰民, en: Noise}
        class: internal                 # public, internal, restricted
        unlinkable: false               # true: person and by are dropped before anything is logged
        marks: [urgent]                 # words that figures select kinds by; `person`: it is about one person and bears no name
        attributes:
          hour: {type: integer, minimum: 0, maximum: 23, dimension: true, band: [0, 7, 22], required: true}
          source: {type: enum, values: [site, shop, home], dimension: true}
          decibels: {type: integer, sum: true}    # figures may add it up: the measures cases.opened:decibels, cases.open:decibels …
        fields:                         # bounds on fields of the contract itself; dimension and sum go with them too
          tier: {type: enum, values: [street, community]}
        states:                         # a workflow of its own; exactly one initial, at least one final
          - {id: opened, names: {zh: 上报, en: Opened}, marks: [initial], to: [resolved]}
          - {id: resolved, names: {zh: 解决, en: Resolved}, marks: [resolved, final]}

        writers: [police]               # roles of sources that may write it; none: all that are enrolled for it
        valid_from: 2020-01-01          # first and last business day of its events; either may be absent
        valid_until: 2025-12-31
        rows: [C99]                     # for readers, and no process: the lines of a published list of systems that it carries,
        source: "XX1-07"                # where they come from,
        note: {zh: 按…理解, en: Read as …}   # the reading taken where the source leaves a choice open, and how to switch it,
        example: {type: case.opened, data: {case: n-1, area: north}}   # an event of it (its kind may be left out); `check` reads it by the contract

Attribute types: string, integer, boolean, enum, set, date, ref. Kinds of links add `from:` and `to:` (families of their ends) and `tree:` (a second tree).
A kind takes over writers and validity as well; rows, source, note and example are its own. Metrics are described in metrics.py.
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
