"""What is being evaluated: a snapshot, a layout, days, and how far the question and the definitions around narrow what counts."""

from datetime import date
from typing import NamedTuple

import msgspec

from services.gateway.figures.conditions import is_of_place
from services.gateway.figures.frame import Frame
from services.gateway.figures.labels import LabelAsked
from services.gateway.figures.reading import Leaf
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.view import Layout, View, Views
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.metrics import Condition, Covered, Distinct, Mean, Measure, Metric, Nature, Operand, Quantile, Sum

_NO_KIND = ("-",)
"""Fits no kind: stands for the kinds of a mark that none carries."""


class UnsupportedDefinitionError(Exception):
    """A definition asks for something that cannot be evaluated; the text says what."""


class Narrowing(NamedTuple):
    """What counts: kinds (one prefix of each tuple fits), conditions that hold, and what is left out."""

    kinds: tuple[tuple[str, ...], ...] = ()
    conditions: tuple[Condition, ...] = ()
    without: tuple[tuple[Condition, ...], ...] = ()

    def by(self, *, kinds: tuple[str, ...] = (), conditions: tuple[Condition, ...] = ()) -> "Narrowing":
        """Narrowed further."""
        return self._replace(kinds=(*self.kinds, kinds) if kinds else self.kinds, conditions=(*self.conditions, *conditions))

    def asks_about(self, dimension: str) -> bool:
        """Whether a condition names a dimension."""
        return any(one.dimension == dimension for one in self.conditions)


class Asked(NamedTuple):
    """The context of an evaluation."""

    snapshot: Snapshot
    catalogue: Catalogue
    views: Views
    view: View
    frame: Frame
    narrowing: Narrowing = Narrowing()
    of: str | None = None  # family/key: only what is about this
    quantile: float | None = None

    def narrowed(self, narrowing: Narrowing) -> "Asked":
        """The same with another narrowing."""
        return self._replace(narrowing=narrowing)

    def laid_out(self, layout: Layout) -> "Asked":
        """The same in another layout, over the same trees."""
        return self._replace(view=self.views.of(self.view.trees, layout))

    def within(self, metric: Metric) -> Narrowing:
        """The narrowing inside a definition: its own conditions, and its defaults for what nobody asked about."""
        inner = self.narrowing.by(kinds=self.kinds_of(metric), conditions=metric.where)
        defaults = tuple(one for one in metric.default_where if not inner.asks_about(one.dimension))
        return inner.by(conditions=defaults)

    def definition(self, name: str) -> Metric | None:
        """The definition of an id that holds on the last day, if the catalogue has one."""
        return self.catalogue.definition(name, on=self.frame.period.last)

    def kinds_of(self, operand: Operand | Covered | Metric) -> tuple[str, ...]:
        """The prefixes an operand or definition is narrowed to, by kinds or by marks; none: not narrowed."""
        if operand.kinds or not operand.marks:
            return operand.kinds
        marked = tuple(sorted({kind.id for mark in operand.marks for kind in self.catalogue.marked(mark)}))
        return marked or _NO_KIND

    def leaf(self, measure: Measure, *split: str) -> Leaf:
        """The rows of a measure, as narrowed."""
        here = self.narrowing
        if self.of is not None and "of" not in measure.roles:
            raise UnsupportedDefinitionError(f"what {measure.id} is about is not told, so it cannot be narrowed by `of`")
        labels = tuple(one for one in here.conditions if not is_of_place(one))
        places = tuple(one for one in here.conditions if is_of_place(one))
        if any(is_of_place(one) for conditions in here.without for one in conditions):
            raise UnsupportedDefinitionError("an exclusion can only name dimensions of the thing, not of its place")
        by = "" if self.view.layout.by_place else self.view.layout.by
        return Leaf(measure.id, measure.nature, LabelAsked(here.kinds, labels, here.without, by, split), places, self.role())

    def role(self) -> str | None:
        """How `of` stands in the canonical JSON of roles."""
        return None if self.of is None else f'"of":{msgspec.json.encode(self.of).decode()}'


def rows_of(asked: Asked, name: str, owner: str) -> tuple[Measure, Asked]:
    """The row measure a form of the metric `owner` names, narrowed by the metric of that name on the way: an id means the metric of that name."""
    if name != owner:
        metric = asked.definition(name)
        if metric is not None:
            inner = asked.narrowed(asked.within(metric))
            if not isinstance(metric.form, Sum | Distinct | Mean | Quantile):
                raise UnsupportedDefinitionError(f"{owner} needs rows, and {name} is not made of one measure's")
            return rows_of(inner, metric.form.measure, name)
    found = asked.catalogue.measures.get(name)
    if found is None:
        raise UnsupportedDefinitionError(f"{owner} names {name}, which is no measure")
    return found, asked


def natures_of(catalogue: Catalogue, metric: Metric, on: date) -> frozenset[Nature]:
    """The natures of all the rows a definition is made of."""
    found: set[Nature] = set()
    pending, seen = list(metric.measures), {metric.id}
    for name in pending:
        inner = None if name in seen else catalogue.definition(name, on=on)
        if inner is not None and not (isinstance(inner.form, Sum) and inner.form.measure == name):
            seen.add(name)
            pending.extend(inner.measures)
        elif name in catalogue.measures:
            found.add(catalogue.measures[name].nature)
    return frozenset(found or {"flow"})


def touched_measures(catalogue: Catalogue, metric: Metric, on: date) -> frozenset[str]:
    """The row measures whose rows can change a figure; the trees aside."""
    names: set[str] = set()
    pending, seen = [metric.id, *metric.measures], set[str]()
    for name in pending:
        if name in seen:
            continue
        seen.add(name)
        if name in catalogue.measures:
            names.add(name)
        inner = catalogue.definition(name, on=on)
        if inner is not None:
            pending.extend(inner.measures)
    return frozenset(names)
