"""Which figures a kind feeds: those that name it, and those that take whatever its family has."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, Self

import msgspec

from services.kernel.catalogue.catalogue import Catalogue, covered_by
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.metrics import PLACES, THING

_NO_DIMENSIONS = frozenset((THING, *PLACES))


class Use(NamedTuple):
    """One way a figure reaches rows: a row measure, the kinds it takes of it (no kinds and no marks: all), and dimensions it asks them for."""

    measure: str
    kinds: tuple[str, ...] = ()  # prefixes
    marks: tuple[str, ...] = ()
    asks: frozenset[str] = frozenset()

    @property
    def names_kinds(self) -> bool:
        """Whether it takes some kinds only."""
        return bool(self.kinds or self.marks)

    def narrowed(self, kinds: tuple[str, ...], marks: tuple[str, ...], asks: frozenset[str]) -> Self:
        """The same, as something that uses it narrows it; kinds it names itself go before."""
        named = self if self.names_kinds else self._replace(kinds=kinds, marks=marks)
        return named._replace(asks=self.asks | asks)


class Fed(NamedTuple):
    """Ids of figures: those that name the kind, or kinds above it, or one of its marks; and those that take every kind of its family."""

    own: tuple[str, ...]
    general: tuple[str, ...]


class Feeding:
    """The figures of one catalogue, by what they are made of."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.uses = lru_cache(maxsize=None)(self._uses)

    def of(self, kind: Kind) -> Fed:
        """The figures that a kind feeds."""
        own, general = [], []
        for metric_id in self._catalogue.metrics:
            reached = [use for use in self.uses(metric_id) if self._reaches(use, kind)]
            if any(use.names_kinds or ":" in use.measure or use.asks - self._common(use) for use in reached):
                own.append(metric_id)
            elif reached:
                general.append(metric_id)
        return Fed(tuple(own), tuple(general))

    def made_of(self, metric_id: str) -> frozenset[str]:
        """The figure itself and all figures it is made of."""
        found, open_ = {metric_id}, [metric_id]
        while open_:
            metric = self._catalogue.metrics.get(open_.pop())
            for name in metric.measures if metric is not None else ():
                if name not in found and name in self._catalogue.metrics:
                    found.add(name)
                    open_.append(name)
        return frozenset(found)

    def _reaches(self, use: Use, kind: Kind) -> bool:
        """Whether rows of the kind are among what it takes, as far as kinds and their dimensions go."""
        base, _, number = use.measure.partition(":")
        known = self._catalogue.measures.get(base) or next((one for one in self._catalogue.measures.values() if one.sums_as == base), None)
        if known is None or kind.family not in known.families or (number and number not in kind.summed):
            return False
        named = not use.names_kinds or covered_by(kind.id, use.kinds) or not kind.marks.isdisjoint(use.marks)
        return named and all(name in kind.dimensions for name in use.asks - self._common(use))

    def _common(self, use: Use) -> frozenset[str]:
        """What rows of a measure can be asked for whatever their kind."""
        known = self._catalogue.measures.get(use.measure.partition(":")[0])
        return frozenset((*known.dimensions, *known.roles)) if known is not None else frozenset()

    def _uses(self, metric_id: str) -> frozenset[Use]:
        metric = self._catalogue.metrics.get(metric_id)
        if metric is None:
            return frozenset((Use(metric_id),))
        kinds, asks = _conditions(msgspec.to_builtins(metric.where))
        return frozenset(use.narrowed(kinds, (), asks) for use in self._within(metric_id, msgspec.to_builtins(metric.form)))

    def _within(self, metric_id: str, form: object) -> Iterator[Use]:
        """Every measure or figure that a form names, with what narrows it there."""
        if isinstance(form, Mapping):
            named = form.get("measure")
            if isinstance(named, str):
                kinds, asks = _conditions(form.get("where", ()))
                of = form.get("of")
                asks |= {of} if isinstance(of, str) and of.isidentifier() and of not in _NO_DIMENSIONS else set()
                yield from self._named(metric_id, named, (*form.get("kinds", ()), *kinds), tuple(form.get("marks", ())), asks)
            for key, value in form.items():
                if not isinstance(value, str):
                    yield from self._within(metric_id, value)
                elif key in ("num", "den") or (key == "of" and named is None):
                    yield from self._named(metric_id, value, (), (), frozenset())
        elif isinstance(form, list | tuple):
            for value in form:
                if isinstance(value, str) and self._known(value):
                    yield from self._named(metric_id, value, (), (), frozenset())
                else:
                    yield from self._within(metric_id, value)

    def _named(self, metric_id: str, name: str, kinds: tuple[str, ...], marks: tuple[str, ...], asks: frozenset[str]) -> Iterator[Use]:
        if name == metric_id or name not in self._catalogue.metrics:
            yield Use(name, kinds, marks, asks)
        else:
            yield from (use.narrowed(kinds, marks, asks) for use in self.uses(name))

    def _known(self, name: str) -> bool:
        return name in self._catalogue.metrics or name in self._catalogue.measures


def _conditions(where: object) -> tuple[tuple[str, ...], frozenset[str]]:
    """The kinds that conditions name, and the dimensions that something must have to meet them; one of a place is met by anything that has one."""
    kinds: list[str] = []
    asks: set[str] = set()
    for condition in where if isinstance(where, list | tuple) else ():
        dimension = condition["dimension"]
        if condition.get("op", "=") == "!=" or "." in dimension:
            continue
        if dimension == "kind":
            kinds += condition["values"]
        else:
            asks.add(dimension)
    return tuple(kinds), frozenset(asks)
