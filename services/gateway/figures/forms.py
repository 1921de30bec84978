"""Definitions into figures: one function for each form."""

from fractions import Fraction
from functools import partial

from services.gateway.figures.asking import Asked, Narrowing, UnsupportedDefinitionError, natures_of, rows_of
from services.gateway.figures.coverage import count_covered
from services.gateway.figures.distinct import count_distinct
from services.gateway.figures.distribution import distribution
from services.gateway.figures.earlier import growth
from services.gateway.figures.fulfilment import fulfil
from services.gateway.figures.groups import ALL
from services.gateway.figures.periods import Compare
from services.gateway.figures.running import ordinal
from services.gateway.figures.sums import add_up
from services.gateway.figures.table import WHOLE, Exact, Excluded, Numbers, Slot, Table, combine, fraction
from services.gateway.figures.upward import at_ancestor, at_everywhere
from services.gateway.figures.view import View
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
    Term,
    Total,
)


class MixedUnitsError(Exception):
    """Rows of different units would be added up; the text says how to ask for one."""


async def evaluate(metric: Metric, asked: Asked) -> Table:
    """A definition's figure, with what it excludes."""
    inner = asked.narrowed(asked.within(metric))
    without: tuple[Excluded, ...] = ()
    for exclusion in metric.exclude:
        left_out = inner.narrowed(inner.narrowing.by(conditions=exclusion.where))
        without = (*without, Excluded(exclusion.reason, await _number_of(metric, left_out)))
        inner = inner.narrowed(inner.narrowing._replace(without=(*inner.narrowing.without, exclusion.where)))
    table = await _evaluate(metric, inner)
    if without:
        table.excluded = (*without, *table.excluded)
    return table


async def _number_of(metric: Metric, asked: Asked) -> Exact:
    """How many a definition counts: of a ratio, its denominator."""
    table = await _evaluate(metric, asked)
    numbers = table.den if table.den is not None else table.values
    return numbers.get(Slot(WHOLE, ALL), 0) or 0


async def _evaluate(metric: Metric, asked: Asked) -> Table:  # noqa: PLR0911  one return for each form
    match metric.form:
        case Sum(measure=name, count=count, uniform=uniform):
            return await _sum(asked, name, metric.id, uniform, count=count)
        case Distinct(measure=name, of=of, families=families):
            measure, inner = rows_of(asked, name, metric.id)
            return await count_distinct(inner, measure, of, families)
        case Mean(measure=name):
            return await distribution(*_swap(rows_of(asked, name, metric.id)), None)
        case Quantile(measure=name, q=q):
            return await distribution(*_swap(rows_of(asked, name, metric.id)), q)
        case Ratio():
            return await _ratio(asked, metric.form, Narrowing().by(kinds=asked.kinds_of(metric), conditions=metric.where))
        case Total(terms=terms):
            return await _total(asked, terms)
        case Growth(of=of, against=against):
            is_stock = "stock" in natures_of(asked.catalogue, metric, asked.frame.period.last)
            return await growth(asked, Compare(against), partial(operand, of), is_stock=is_stock)
        case Ordinal(of=of, start=start):
            return await ordinal(asked, start, partial(operand, of))
        case Constant(value=value):
            return Table({}, empty=value)
        case Fulfilment():
            return await fulfil(asked, metric.form)


def _swap(found: tuple[Measure, Asked]) -> tuple[Asked, Measure]:
    return found[1], found[0]


async def operand(named: str | Operand, asked: Asked) -> Table:
    """What an operand names, narrowed as it says."""
    if isinstance(named, str):
        metric = asked.definition(named)
        return await evaluate(metric, asked) if metric is not None else await _sum(asked, named, named, (), count=False)
    inner = asked.narrowed(asked.narrowing.by(kinds=asked.kinds_of(named), conditions=named.where))
    if named.covered is not None:
        measure, rows = rows_of(inner, named.measure, "")
        if measure.nature != "stock":
            raise UnsupportedDefinitionError(f"only what stands can be covered, and {measure.id} does not")
        return await count_covered(rows, measure, named.covered)
    if named.of is not None:
        measure, rows = rows_of(inner, named.measure, "")
        return await count_distinct(rows, measure, named.of)
    return await operand(named.measure, inner)


async def _sum(asked: Asked, name: str, owner: str, uniform: tuple[str, ...], *, count: bool) -> Table:
    if name != owner and name not in asked.catalogue.measures:
        return await operand(name, asked)
    measure, inner = rows_of(asked, name, owner)
    summed = await add_up(inner.snapshot, inner.view, inner.leaf(measure, *uniform), inner.frame)
    values: Numbers = {}
    kept: dict[str, set[str]] = {}
    for (slot, split), one in summed.sums.items():
        if one == (0, 0):
            values.setdefault(slot, 0)
            continue
        values[slot] = (values.get(slot) or 0) + (one.rows if count else one.value)
        for dimension, value in zip(uniform, split, strict=True):
            kept.setdefault(dimension, set()).add(value or "")
    for dimension, found in kept.items():
        if len(found) > 1:
            raise MixedUnitsError(f"these are of different {dimension}: {', '.join(sorted(found))}; ask for one with where={dimension}:…")
    unit = next(iter(kept.get("unit", ())), "") if not count else ""
    return Table(values, unplaced=summed.unplaced.rows if count else summed.unplaced.value, unit=unit)


async def _ratio(asked: Asked, form: Ratio, always: Narrowing) -> Table:
    num = await operand(form.num, asked)
    # A coverage counts all things on the way; where the denominator is exactly them, it is not read twice.
    if isinstance(form.num, Operand) and num.den is not None and form.num.covered is not None and _is_same(form):
        return ratio(num, Table(num.den, unplaced=num.unplaced))
    if form.den_at == EVERYWHERE:
        return ratio(num, await at_everywhere(asked, always, partial(operand, form.den)))
    if form.den_at is not None:
        return ratio(num, await at_ancestor(asked, form.den_at, partial(operand, form.den)))
    if isinstance(form.num, Operand) and form.num.covered is not None and asked.view.layout.organisation is not None:
        # Of a coverage an organisation asked for bounds what covers, and not what is covered.
        free = asked.laid_out(asked.view.layout._replace(organisation=None))
        return ratio(num, regrouped(await operand(form.den, free), free.view, asked.view))
    return ratio(num, await operand(form.den, asked))


def regrouped(table: Table, of: View, into: View) -> Table:
    """A table of one view with the group numbers of another."""
    values: Numbers = {}
    for slot, value in table.values.items():
        group = slot.group if slot.group == ALL else into.groups.number(*of.groups.of(slot.group)[:2])
        values[Slot(slot.bucket, group)] = value
    return Table(values, unplaced=table.unplaced, empty=table.empty)


def ratio(num: Table, den: Table) -> Table:
    """One figure by another, at every slot; of the parts, numerator and denominator are what they are."""
    table = combine(num, den, fraction)
    slots = table.values
    table.num, table.den = {slot: num.at(slot) for slot in slots}, {slot: den.at(slot) for slot in slots}
    table.unplaced, table.excluded = den.unplaced, den.excluded
    return table


def _is_same(form: Ratio) -> bool:
    num, den = form.num, form.den
    assert isinstance(num, Operand)
    if isinstance(den, str):
        return (num.measure, num.kinds, num.marks, num.where, num.of) == (den, (), (), (), None) and form.den_at is None
    same = (num.measure, num.kinds, num.marks, num.where, num.of) == (den.measure, den.kinds, den.marks, den.where, den.of)
    return same and den.covered is None and form.den_at is None


async def _total(asked: Asked, terms: tuple[Term, ...]) -> Table:
    total, unplaced = Table({}), Fraction(0)
    for term in terms:
        table = await operand(term.measure, asked)
        total = combine(total, table, partial(_plus, term.factor))
        unplaced += term.factor * table.unplaced
    total.unplaced = int(unplaced) if unplaced.denominator == 1 else unplaced
    return total


def _plus(factor: int, total: Exact, more: Exact) -> Exact:
    return total + factor * more
