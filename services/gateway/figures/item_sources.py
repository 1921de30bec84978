"""Which rows the items of a figure come from, form by form."""

from dataclasses import replace
from datetime import date
from typing import NamedTuple

import msgspec

from services.gateway.figures.asking import Asked, Narrowing, UnsupportedDefinitionError, rows_of
from services.gateway.figures.both_sides import in_both
from services.gateway.figures.coverage import STANDS_IN, Cover, aliases, places_covered
from services.gateway.figures.distinct import THING
from services.gateway.figures.distinct_places import is_place, places_of
from services.gateway.figures.engine import Prepared
from services.gateway.figures.forest import AREA
from services.gateway.figures.groups import ALL
from services.gateway.figures.labels import sort_labels
from services.gateway.figures.periods import BEGINNING, Period
from services.gateway.figures.question import invalid
from services.gateway.figures.reading import Leaf, Run, label_arguments, place_arguments
from services.gateway.figures.running import since_the_beginning
from services.gateway.figures.statements import ITEMS as SQL
from services.gateway.figures.sums import Sum as Added
from services.gateway.figures.table import WHOLE, Slot
from services.gateway.figures.upward import at_asked_ancestor
from services.gateway.figures.view import Layout
from services.kernel.catalogue.metrics import (
    EVERYWHERE,
    Constant,
    Distinct,
    Fulfilment,
    Growth,
    Mean,
    Measure,
    Metric,
    Operand,
    Ordinal,
    Quantile,
    Ratio,
    Sum,
    Total,
)

_NODES = {"area": "areas", "organisation": "organisations"}


class Side(NamedTuple):
    """Which part of a rate is listed: `num` or `den`, less those in the other."""

    within: str | None = None
    not_in: str | None = None


class Source(NamedTuple):
    """Rows to list: of a leaf, or who stands in a role of them; `only` these things, `without` those. Each adds its value, or 1, so many times."""

    asked: Asked  # over whose trees, below which nodes
    leaf: Leaf
    counts: bool
    role: str = ""
    like: tuple[str, ...] | None = None
    only: tuple[str, ...] | None = None
    without: tuple[str, ...] | None = None
    lacks: Added | None = None  # what the rows of `without` add up to, where that is known
    factor: int = 1
    day: date | None = None  # merges are followed up to this day; None: up to each row's own
    period: Period = Period(BEGINNING, BEGINNING)
    covering: tuple[Leaf, ...] = ()  # rows that decide which things are listed
    free_of_organisation: bool = False  # the asked organisation does not bound these rows

    @property
    def layout(self) -> Layout:
        """What bounds these rows."""
        layout = self.asked.view.layout
        return layout._replace(organisation=None) if self.free_of_organisation else layout


def side_of(metric: Metric, side: Side) -> tuple[str, str | None]:
    """Which part of a rate is listed, less which other; the denominator where nothing is said. RefusedError if that makes no sense."""
    for parameter, value in (("in", side.within), ("not_in", side.not_in)):
        if value is not None and not isinstance(metric.form, Ratio | Fulfilment):
            raise invalid(parameter, f"{metric.id} is no rate: it has neither num nor den")
        if value is not None and value not in {"num", "den"}:
            raise invalid(parameter, f"{value!r} is neither num nor den")
    within = side.within or ("num" if side.not_in == "den" else "den")
    if within == side.not_in:
        raise invalid("not_in", f"nothing is in {within} and not in {within}")
    return within, side.not_in


async def sources_of(prepared: Prepared, side: Side) -> list[Source]:
    """The rows a figure's items come from."""
    metric, asked = prepared.metric, prepared.asked
    within, not_in = side_of(metric, side)
    if not isinstance(metric.form, Ratio):
        return await _of_metric(metric, asked)
    inner = await _inside(metric, asked)
    sources = await _of_part(metric, metric.form, within, inner)
    if not_in is None:
        return sources
    others = await _of_part(metric, metric.form, not_in, inner)
    if (rest := _complement(sources, others)) is not None:
        if rest.leaf.nature != "flow":
            return [rest]
        if (both := await in_both(rest.asked, (rest.leaf, others[0].leaf), Run(1, (rest.period,), rest.day))) is not None:
            return [rest._replace(without=both.things or None, lacks=both.sums)]
    things = tuple(sorted({thing for source in others for thing in await _things(source)}))
    return [source._replace(without=things) for source in sources]


def _complement(sources: list[Source], others: list[Source]) -> Source | None:
    """What is in a source and not in another that only has other conditions: told by these conditions, without looking at each thing.

    None where that would not be the same. On one day each thing stands with one label, so it cannot pass and fail them at once; what happens to it may.
    """
    if len(sources) != 1 or len(others) != 1 or (sources[0].leaf.nature == "flow" and sources[0].role):
        return None
    (source,), (other,) = sources, others
    ours, theirs = source.leaf.labels, other.leaf.labels
    same = other._replace(asked=source.asked, leaf=other.leaf._replace(labels=theirs._replace(conditions=ours.conditions)))
    if same != source or other.asked.view is not source.asked.view:
        return None
    return source._replace(leaf=source.leaf._replace(labels=ours._replace(without=(*ours.without, theirs.conditions))))


async def _of_part(metric: Metric, form: Ratio, part: str, inner: Asked) -> list[Source]:
    """The rows of the numerator or of the denominator; a denominator may be taken at an ancestor, or without what narrows the question."""
    asked = inner
    if part == "den" and form.den_at == EVERYWHERE:
        always = Narrowing().by(kinds=inner.kinds_of(metric), conditions=metric.where)
        asked = inner.narrowed(always).laid_out(Layout())._replace(of=None)
    elif part == "den" and form.den_at is not None:
        asked = at_asked_ancestor(inner, form.den_at)
    # Of a coverage an organisation asked for bounds what covers, on both sides of the fraction.
    free = isinstance(form.num, Operand) and form.num.covered is not None
    return [source._replace(free_of_organisation=free) for source in await _of_operand(form.num if part == "num" else form.den, asked)]


async def _inside(metric: Metric, asked: Asked) -> Asked:
    narrowing = asked.within(metric)
    without = (*narrowing.without, *(exclusion.where for exclusion in metric.exclude))
    return asked.narrowed(narrowing._replace(without=without))


async def _of_metric(metric: Metric, asked: Asked) -> list[Source]:  # noqa: PLR0911  one return for each form
    inner = await _inside(metric, asked)
    match metric.form:
        case Sum(measure=name, count=count):
            if name != metric.id and name not in asked.catalogue.measures:
                return await _of_operand(name, inner)
            return [_source(*rows_of(inner, name, metric.id), counts=count)]
        case Mean(measure=name) | Quantile(measure=name):
            return [_source(*rows_of(inner, name, metric.id), counts=False)]
        case Distinct(measure=name, of=of, families=families):
            return [await _distinct(*rows_of(inner, name, metric.id), of, families)]
        case Growth(of=of):
            return await _of_operand(of, inner)
        case Ordinal(of=of):
            return await _of_operand(of, inner._replace(frame=since_the_beginning(inner.frame)))
        case Total(terms=terms):
            return [one._replace(factor=term.factor * one.factor) for term in terms for one in await _of_operand(term.measure, inner)]
        case Constant():
            return []
        case Fulfilment(each=each):
            return await _of_operand(each, inner)
        case _:
            raise UnsupportedDefinitionError(f"{metric.id} is a rate and has no list of its own")


async def _of_operand(named: str | Operand, asked: Asked) -> list[Source]:
    if isinstance(named, str):
        metric = asked.definition(named)
        return await _of_metric(metric, asked) if metric is not None else [_source(*rows_of(asked, named, named), counts=False)]
    inner = asked.narrowed(asked.narrowing.by(kinds=asked.kinds_of(named), conditions=named.where))
    if named.of is not None:
        return [await _distinct(*rows_of(inner, named.measure, ""), named.of, ())]
    if named.covered is None:
        return await _of_operand(named.measure, inner)
    measure, rows = rows_of(inner, named.measure, "")
    cover = Cover(asked, named.covered)
    covering = Leaf(cover.measure.id, cover.measure.nature, cover.asked)
    # An organisation asked for bounds what covers, not the things.
    source = _source(measure, rows, counts=True)
    return [source._replace(only=await _covered(asked, cover), covering=(covering,), free_of_organisation=True)]


def _source(measure: Measure, asked: Asked, *, counts: bool) -> Source:
    frame = asked.frame
    state = frame.state if measure.nature != "flow" else None
    period = Period(frame.period.first, frame.state) if measure.nature == "stock" else frame.period
    return Source(asked, asked.leaf(measure), counts, day=state, period=period)


async def _distinct(measure: Measure, asked: Asked, of: str, families: tuple[str, ...]) -> Source:
    if is_place(of):
        return await _of_places(measure, asked, of)
    if of != THING and of not in measure.roles:
        raise UnsupportedDefinitionError(f"it counts values of {of}, and no things: ask by={of}")
    like = tuple(f"{family}/%" for family in families) or None
    return _source(measure, asked, counts=True)._replace(role=of, like=like)


async def _of_places(measure: Measure, asked: Asked, of: str) -> Source:
    """The nodes at which something stands or happens: those of the answer's tree, whatever else narrows the question."""
    family = of.partition(":")[0]
    nodes = asked.catalogue.measures[_NODES[family]]
    things = tuple(sorted(f"{family}/{key}" for key in (await places_of(asked, measure, of)).get(Slot(WHOLE, ALL), ())))
    outer = asked.narrowed(Narrowing()).laid_out(Layout())._replace(of=None)
    day, covering = asked.frame.tree, (asked.leaf(measure),)
    return Source(outer, outer.leaf(nodes), counts=True, only=things, day=day, period=Period(BEGINNING, day), covering=covering)


async def _covered(asked: Asked, cover: Cover) -> tuple[str, ...]:
    """The things that are covered on the state's day."""
    frame, snapshot = asked.frame, asked.snapshot
    run = Run(1, (Period(BEGINNING, frame.state),), frame.state)
    if cover.role == STANDS_IN:
        columns: list[list[object]] = [[1], [frame.period.first], [frame.state]]
        return tuple(f"{AREA}/{key}" for _, key in await places_covered(asked, cover, columns, run))
    labels = sort_labels(snapshot.labels(cover.measure.id), cover.asked, asked.view.groups)
    common = place_arguments(snapshot, asked.view, asked.view.places((), frame.state), cover.measure.id)
    days = (frame.period.first, frame.state)
    records = await snapshot.connection.fetch(SQL.list_covered, *common, *label_arguments(labels), *days, cover.role, *aliases(snapshot, run), cover.is_stock)
    return tuple(record["thing"] for record in records if record["thing"] is not None)


async def _things(source: Source) -> list[str]:
    """The things a source lists; a member is also found as the person it is."""
    arguments = arguments_of(source)
    connection = source.asked.snapshot.connection
    if source.role:
        records = await connection.fetch(SQL.list_distinct, *arguments, source.only, source.without, None, None, source.role, source.like)
    else:
        records = await connection.fetch(SQL.list_things, *arguments)
    found = [record["thing"] for record in records if record["thing"] is not None]
    if source.only is not None:
        kept = set(source.only)
        found = [thing for thing in found if thing in kept]
    other = {"member": "person", "person": "member"}
    same = [f"{other[family]}/{key}" for family, _, key in (thing.partition("/") for thing in found) if family in other]
    return found + same


def arguments_of(source: Source) -> list[object]:
    """The first 27 parameters of the statements that list."""
    asked = source.asked
    labels = sort_labels(asked.snapshot.labels(source.leaf.measure), source.leaf.labels, asked.view.groups)
    places = asked.view.places(source.leaf.places, source.day)
    if source.free_of_organisation:
        places = replace(places, organisations=[msgspec.structs.replace(one, group=0) for one in places.organisations], no_org=0)
    common = place_arguments(asked.snapshot, asked.view, places, source.leaf.measure)
    return [*common, *label_arguments(labels), source.leaf.role, source.leaf.nature, source.period.first, source.period.last, asked.frame.state]
