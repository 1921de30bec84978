"""What each thing did: a measure taken at every thing at once, in a role."""

from datetime import date
from typing import NamedTuple

from services.gateway.figures.asking import Asked, UnsupportedDefinitionError, rows_of
from services.gateway.figures.forest import AREA
from services.gateway.figures.labels import sort_labels
from services.gateway.figures.periods import Period
from services.gateway.figures.reading import label_arguments, place_arguments
from services.gateway.figures.statements import ITEMS as SQL
from services.kernel.catalogue.metrics import PLACES, THING, Distinct, Operand, Sum, Test, Total


class Achieved(NamedTuple):
    """A test, and the measure by span and subject."""

    test: Test
    numbers: dict[tuple[int, str], int]


class Taking(NamedTuple):
    """Where and when a measure is taken: in which role, over which spans."""

    role: str
    spans: list[tuple[int, Period]]


def passing(rows: Achieved, span: int, subject: str) -> bool:
    """Whether a subject passes in a span; who did nothing is at 0."""
    number, test = rows.numbers.get((span, subject), 0), rows.test
    if test.exactly is not None:
        return number == test.exactly
    return (test.at_least is None or number >= test.at_least) and (test.at_most is None or number <= test.at_most)


def plain_subject(subject: str) -> str:
    """A reference by which one human is one: member/X and person/X of a register are."""
    family, _, key = subject.partition("/")
    return f"person/{key}" if family == "member" else subject


async def achieved(asked: Asked, test: Test, role: str, spans: list[tuple[int, Period]]) -> Achieved:
    """Takes a test's measure at everybody who holds a role."""
    narrowed = asked.narrowed(asked.narrowing.by(conditions=test.where))
    return Achieved(test, await _numbers(narrowed, test.measure, Taking(role, spans)))


async def _numbers(asked: Asked, named: str | Operand, taking: Taking) -> dict[tuple[int, str], int]:
    """What everybody did: of a total, of each of its terms."""
    operand = named if isinstance(named, Operand) else Operand(measure=named)
    if operand.covered is not None:
        raise UnsupportedDefinitionError("a test cannot ask for what is covered")
    inner = asked.narrowed(asked.narrowing.by(kinds=asked.kinds_of(operand), conditions=operand.where))
    metric = asked.definition(operand.measure)
    match None if metric is None else metric.form:
        case Total(terms=terms) if metric is not None:
            total: dict[tuple[int, str], int] = {}
            for term in terms:
                for key, number in (await _numbers(inner.narrowed(inner.within(metric)), term.measure, taking)).items():
                    total[key] = total.get(key, 0) + term.factor * number
            return total
        case Sum(measure=name, count=False) if metric is not None and name not in {operand.measure, *asked.catalogue.measures}:
            return await _numbers(inner.narrowed(inner.within(metric)), Operand(measure=name, of=operand.of), taking)
        case None | Sum(count=False):
            return await _of_rows(inner, operand.measure, taking, of=operand.of or "", count=False)
        case Sum(count=True):
            return await _of_rows(inner, operand.measure, taking, of=operand.of or "", count=True)
        case Distinct(of=of):
            return await _of_rows(inner, operand.measure, taking, of=operand.of or of, count=False)
        case _:
            raise UnsupportedDefinitionError(f"{operand.measure} cannot be taken at each thing")


async def _of_rows(asked: Asked, name: str, taking: Taking, *, of: str, count: bool) -> dict[tuple[int, str], int]:
    """The values, or the number, of the rows of each; or with `of` how many stand in that role of them."""
    measure, inner = rows_of(asked, name, "")
    if of and of != THING and of not in measure.roles:
        raise UnsupportedDefinitionError(f"a test can count what stands in a role of {measure.id}, and {of} is none")
    leaf, snapshot = inner.leaf(measure), asked.snapshot
    labels = sort_labels(snapshot.labels(measure.id), leaf.labels, asked.view.groups)
    common = place_arguments(snapshot, asked.view, asked.view.places(leaf.places, asked.frame.state), measure.id)
    spans = taking.spans
    columns = [[number for number, _ in spans], [period.first for _, period in spans], [period.last for _, period in spans]]
    records = await snapshot.connection.fetch(SQL.sum_by_role, *common, *label_arguments(labels), *columns, taking.role, of, measure.nature == "stock")
    ends = {number: min(period.last, snapshot.today) for number, period in spans}
    numbers: dict[tuple[int, str], int] = {}
    seen: set[tuple[int, str, str]] = set()
    for span, subject, area, organisation, who, value, rows in records:
        for one in _subjects(asked, taking.role, subject, area, organisation, ends[span]):
            if not of:
                numbers[span, one] = numbers.get((span, one), 0) + (rows if count else value)
            elif who is not None and rows > 0 and (span, one, plain_subject(who)) not in seen:
                seen.add((span, one, plain_subject(who)))
                numbers[span, one] = numbers.get((span, one), 0) + 1
    return numbers


def _subjects(asked: Asked, role: str, subject: str | None, area: str | None, organisation: str | None, day: date) -> list[str]:
    """Whom a sum belongs to: the holder of the role; of a place, it and all above it. Merges up to the span's last day are followed."""
    forest, trees = asked.snapshot.forest, asked.view.trees
    if role in PLACES:
        resolver = asked.view.resolver(())
        if role == AREA:
            key, tree = resolver.area_key(area, organisation, day), trees.areas
        else:
            key, tree = None if organisation is None else resolver.org_key(organisation, day), trees.organisations
        return [] if key is None else [f"{role}/{standing.key}" for standing in tree.path(key)]
    if subject is None:
        return []
    family, _, key = subject.partition("/")
    if family in PLACES:
        return [f"{family}/{(forest.areas if family == AREA else forest.organisations).current(key, day)}"]
    return [plain_subject(subject)]
