"""What is wrong with a definition, besides that it names what there is not: each fault with how to mend it."""

from collections.abc import Iterator, Mapping

from services.kernel.catalogue.catalogue import is_below
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.metrics import (
    EVERYWHERE,
    PLACES,
    THING,
    Covered,
    Distinct,
    Fulfilment,
    Growth,
    Measure,
    Metric,
    Operand,
    Ordinal,
    Quantile,
    Ratio,
    Test,
    Total,
)

Fault = tuple[str, str]
_TIMES = "seconds"


def faults(metric: Metric, known: Mapping[str, Metric], measures: Mapping[str, Measure], kinds: Mapping[str, Kind]) -> Iterator[Fault]:
    """Every fault of a definition. `known`: everything an operand may name, as metrics."""
    check = _Check(known, measures, kinds)
    yield from check.exist(metric)
    match metric.form:
        case Distinct(measure=name, of=of):
            yield from check.of(name, of)
        case Quantile(measure=name, q=q):
            measure = check.rows(name)
            if not 0 < q < 1:
                yield f"{q} is no quantile", "Write a number between 0 and 1, like 0.9"
            if measure is not None and measure.unit != _TIMES:
                yield f"{name} has no quantiles: only times are kept in buckets", "Use mean, or one of cases.time_to_resolve, cases.time_to_reach"
        case Ratio(num=num, den=den, den_at=at):
            yield from (*check.operand(num), *check.operand(den))
            if at is not None and at != EVERYWHERE and not any(is_below(at, place) for place in PLACES):
                yield f"den_at names no kind of place: {at}", f"Name a kind of area or organisation, or write {EVERYWHERE}"
        case Total(terms=terms):
            if not terms:
                yield "a total of nothing", "Name terms: [[1, measure], …]"
            for term in terms:
                yield from check.operand(term.measure)
        case Growth(of=operand) | Ordinal(of=operand):
            yield from check.operand(operand)
        case Fulfilment():
            yield from check.fulfilment(metric.form)
        case _:
            return


class _Check:
    """Looks at operands with the whole catalogue at hand."""

    def __init__(self, known: Mapping[str, Metric], measures: Mapping[str, Measure], kinds: Mapping[str, Kind]) -> None:
        self._known = known
        self._measures = measures
        self._kinds = kinds

    def rows(self, name: str) -> Measure | None:
        """The row measure that a name comes down to; None if it is made of several, or of nothing known."""
        seen: set[str] = set()
        while name not in seen:
            seen.add(name)
            metric = self._known.get(name)
            inner = getattr(metric.form, "measure", None) if metric is not None else None
            if not isinstance(inner, str) or inner == name:
                break
            name = inner
        return self._measures.get(name)

    def operand(self, operand: str | Operand) -> Iterator[Fault]:
        """Faults of an operand: its kinds, whom it counts, what covers it."""
        if isinstance(operand, str):
            return
        yield from self.narrowed(operand)
        if operand.of is not None:
            yield from self.of(operand.measure, operand.of)
        if operand.covered is None:
            return
        measure = self.rows(operand.measure)
        if measure is not None and measure.nature != "stock":
            yield f"{operand.measure} cannot be covered: it does not stand", "Name a stock, as units, areas, entries"
        yield from self.narrowed(operand.covered)
        yield from self.role(operand.covered.measure, operand.covered.role, places=PLACES)

    def narrowed(self, one: Operand | Covered) -> Iterator[Fault]:
        """Kinds and marks that there are not, and kinds that this measure has none of."""
        measure = self.rows(one.measure)
        yield from self.exist(one)
        for prefix in one.kinds if measure is not None else ():
            if measure is not None and prefix.partition(".")[0] not in measure.families:
                yield f"{one.measure} counts kinds of {', '.join(measure.families)}, and {prefix} is none", "Name a kind of these"

    def exist(self, one: Operand | Covered | Metric) -> Iterator[Fault]:
        """Kinds and marks that there are not."""
        for prefix in one.kinds:
            if not any(is_below(kind, prefix) for kind in self._kinds):
                yield f"there is no kind {prefix}", "Declare it under kinds, or name one that is there"
        for mark in one.marks:
            if not any(mark in kind.marks for kind in self._kinds.values()):
                yield f"no kind carries the mark {mark}", "Give a kind marks: [...], or name kinds"

    def of(self, name: str, of: str) -> Iterator[Fault]:
        """A role, thing, dimension or place that the rows of a measure do not have."""
        place, colon, kind = of.partition(":")
        if place in PLACES and colon:
            if not any(is_below(one, kind if is_below(kind, place) else f"{place}.{kind}") for one in self._kinds):
                yield f"of names no kind of {place}: {kind}", f"Write {place}:KIND, as {place}:{'community' if place == 'area' else 'party.branch'}"
            return
        yield from self.role(name, of, places=(*PLACES, THING), dimensions=True)

    def role(self, name: str, role: str, *, places: tuple[str, ...], dimensions: bool = False) -> Iterator[Fault]:
        """A role that the rows of a measure do not have."""
        measure = self.rows(name)
        if measure is None or role in {*measure.roles, *places}:
            return
        allowed = [*measure.roles, *places]
        if dimensions:
            own = {*measure.dimensions, *(one for kind in self._kinds.values() if kind.family in measure.families for one in kind.dimensions)}
            if role in own:
                return
            allowed += sorted(own)
        yield f"{name} has nothing called {role}", f"Name one of {', '.join(allowed)}"

    def fulfilment(self, form: Fulfilment) -> Iterator[Fault]:
        """What cannot be tested, or says no bound."""
        measure = self.rows(form.each.measure)
        if measure is not None and measure.nature != "stock":
            yield f"{form.each.measure} cannot be tested one by one: it does not stand", "Let each name a stock"
        yield from self.narrowed(form.each)
        if form.holders is not None:
            yield from self.role(form.each.measure, form.holders, places=())
        if not form.all:
            yield "a fulfilment tests nothing", "Name all: [{measure: …, at_least: 1}]"
        for test in form.all:
            yield from self.test(test, form.role)

    def test(self, test: Test, role: str) -> Iterator[Fault]:
        """A test without a bound, or of rows that nobody has that role in."""
        if test.exactly is None and test.at_least is None and test.at_most is None:
            yield "a test says neither at_least, at_most nor exactly", "Add a bound"
        if test.exactly is not None and (test.at_least is not None or test.at_most is not None):
            yield "a test says exactly, and another bound too", "Keep one of them"
        operand = test.measure if isinstance(test.measure, Operand) else Operand(measure=test.measure)
        yield from self.operand(operand)
        yield from self.role(operand.measure, role, places=PLACES)
