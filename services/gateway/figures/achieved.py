"""What each thing did: a measure taken at every thing at once, in a role."""

from datetime import date
from typing import NamedTuple

from services.gateway.figures.asking import Asked, UnsupportedDefinitionError, rows_of
from services.gateway.figures.forest import AREA, ORGANISATION
from services.gateway.figures.labels import sort_labels
from services.gateway.figures.periods import Period
from services.gateway.figures.reading import label_arguments, place_arguments
from services.gateway.figures.statements import ITEMS as SQL
from services.kernel.catalogue.metrics import Distinct, Measure, Operand, Sum, Test

_PLACES = (AREA, ORGANISATION)


class Achieved(NamedTuple):
    """A test, and the measure by span and subject."""

    test: Test
    numbers: dict[tuple[int, str], int]


def passing(rows: Achieved, span: int, subject: str) -> bool:
    """Whether a subject passes in a span; who did nothing is at 0."""
    number = rows.numbers.get((span, subject), 0)
    at_least, at_most = rows.test.at_least, rows.test.at_most
    return (at_least is None or number >= at_least) and (at_most is None or number <= at_most)


def plain_subject(subject: str) -> str:
    """A reference by which one human is one: member/X and person/X of a register are."""
    family, _, key = subject.partition("/")
    return f"person/{key}" if family == "member" else subject


async def achieved(asked: Asked, test: Test, role: str, spans: list[tuple[int, Period]]) -> Achieved:
    """Takes a test's measure at everybody who holds a role."""
    measure, inner, take, of = _taken(asked, test)
    leaf, snapshot = inner.leaf(measure), asked.snapshot
    labels = sort_labels(snapshot.labels(measure.id), leaf.labels, asked.view.groups)
    common = place_arguments(snapshot, asked.view, asked.view.places(leaf.places, asked.frame.state), measure.id)
    columns = [[number for number, _ in spans], [period.first for _, period in spans], [period.last for _, period in spans]]
    records = await snapshot.connection.fetch(SQL.sum_by_role, *common, *label_arguments(labels), *columns, role, of, measure.nature == "stock")
    ends = {number: min(period.last, snapshot.today) for number, period in spans}
    numbers: dict[tuple[int, str], int] = {}
    seen: set[tuple[int, str, str]] = set()
    for span, subject, area, organisation, who, value, count in records:
        for one in _subjects(asked, role, subject, area, organisation, ends[span]):
            if not of:
                numbers[span, one] = numbers.get((span, one), 0) + (count if take == "count" else value)
            elif who is not None and count > 0 and (span, one, plain_subject(who)) not in seen:
                seen.add((span, one, plain_subject(who)))
                numbers[span, one] = numbers.get((span, one), 0) + 1
    return Achieved(test, numbers)


def _taken(asked: Asked, test: Test) -> tuple[Measure, Asked, str, str]:
    """The rows a test is about, what is taken of them, and the role whose holders count once each, if any."""
    operand = test.measure if isinstance(test.measure, Operand) else Operand(measure=test.measure)
    if operand.covered is not None:
        raise UnsupportedDefinitionError("a test cannot ask for what is covered")
    inner = asked.narrowed(asked.narrowing.by(kinds=asked.kinds_of(operand), conditions=(*operand.where, *test.where)))
    metric = asked.definition(operand.measure)
    take, of = "value", operand.of or ""
    match None if metric is None else metric.form:
        case None | Sum(count=False):
            pass
        case Sum(count=True):
            take = "count"
        case Distinct(of=role):
            of = of or role
        case _:
            raise UnsupportedDefinitionError(f"{operand.measure} cannot be taken at each thing")
    measure, rows = rows_of(inner, operand.measure, "")
    return measure, rows, take, of


def _subjects(asked: Asked, role: str, subject: str | None, area: str | None, organisation: str | None, day: date) -> list[str]:
    """Whom a sum belongs to: the holder of the role; of a place, it and all above it. Merges up to the span's last day are followed."""
    forest, trees = asked.snapshot.forest, asked.view.trees
    if role in _PLACES:
        resolver = asked.view.resolver(())
        if role == AREA:
            key, tree = resolver.area_key(area, organisation, day), trees.areas
        else:
            key, tree = None if organisation is None else resolver.org_key(organisation, day), trees.organisations
        return [] if key is None else [f"{role}/{standing.key}" for standing in tree.path(key)]
    if subject is None:
        return []
    family, _, key = subject.partition("/")
    if family in _PLACES:
        return [f"{family}/{(forest.areas if family == AREA else forest.organisations).current(key, day)}"]
    return [plain_subject(subject)]
