"""The catalogue in memory: kinds, measures and metrics, and the questions one may ask of them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from services.kernel.catalogue.counted import Counted, counted_by
from services.kernel.catalogue.kinds import Kind, Names
from services.kernel.catalogue.metrics import Measure, Metric


class UnknownKindError(Exception):
    """There is no such kind."""


class Catalogue(msgspec.Struct, frozen=True):
    """Read-only. `metrics` holds the newest definition of each id, `definitions` all of them, oldest first."""

    version: str  # 16 hex characters over the normalised content: equal content, equal version
    kinds: dict[str, Kind]
    measures: dict[str, Measure]
    metrics: dict[str, Metric]
    definitions: dict[str, tuple[Metric, ...]]
    values: dict[str, Names] = {}
    """What values are called, by VALUE or ATTRIBUTE.VALUE."""

    def kind(self, kind_id: str) -> Kind:
        """The kind; UnknownKindError if there is none."""
        try:
            return self.kinds[kind_id]
        except KeyError:
            raise UnknownKindError(kind_id) from None

    def below(self, prefix: str) -> list[Kind]:
        """The kind of that id and all below it, by dotted prefix, in order of their ids."""
        return [kind for kind_id, kind in self.kinds.items() if is_below(kind_id, prefix)]

    def marked(self, mark: str) -> list[Kind]:
        """The kinds that carry a mark."""
        return [kind for kind in self.kinds.values() if mark in kind.marks]

    def dimensions_of(self, kind_id: str) -> tuple[str, ...]:
        """The declared dimensions of a kind, sorted; none for a kind the catalogue does not know."""
        kind = self.kinds.get(kind_id)
        return kind.dimensions if kind else ()

    def value_names(self, attribute: str, value: str) -> Names | None:
        """What a value of an attribute is called; None where nobody named it."""
        return self.values.get(f"{attribute}.{value}") or self.values.get(value)

    def counted(self, kind_id: str, document: Mapping[str, Any]) -> Counted:
        """What a thing is counted by, as it stands in its rows; nothing for a kind the catalogue does not know."""
        kind = self.kinds.get(kind_id)
        return counted_by(kind, document) if kind else Counted({})

    def definition(self, metric_id: str, *, on: date | None = None, version: int | None = None) -> Metric | None:
        """The definition of that version; else the one that holds on that day; else the newest. Before the first one's day the first holds."""
        versions = self.definitions.get(metric_id, ())
        if version is not None:
            return next((metric for metric in versions if metric.version == version), None)
        if on is None or not versions:
            return self.metrics.get(metric_id)
        return next((metric for metric in reversed(versions) if metric.valid_from <= on), versions[0])


def is_below(kind_id: str, prefix: str) -> bool:
    """Whether a kind is that of the prefix or below it; the empty prefix has all below it, and a dot at its end says no more."""
    prefix = prefix.rstrip(".")
    return not prefix or kind_id == prefix or kind_id.startswith(prefix + ".")


def covered_by(kind_id: str, prefixes: Iterable[str]) -> bool:
    """Whether any of the prefixes has the kind at or below it."""
    return any(is_below(kind_id, prefix) for prefix in prefixes)
