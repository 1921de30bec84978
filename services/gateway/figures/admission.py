"""Whether a question may be asked by a reader: under which grant, and narrowed to what that grant has."""

from typing import NamedTuple

from services.gateway.figures.engine import Engine, Prepared
from services.gateway.figures.guard import Reader, classes_of, counted_kinds
from services.gateway.figures.item_sources import Side, sources_of
from services.gateway.figures.question import kinds_of
from services.gateway.figures.snapshot import Snapshot
from services.gateway.grants import Grant, is_within
from services.kernel.catalogue.catalogue import covered_by
from services.kernel.catalogue.metrics import Covered, Metric, Operand, Ratio
from services.kernel.errors import Code, Problem, RefusedError, problem

_PERSONS = ("person/", "member/")


class Admitted(NamedTuple):
    """A question as it may be answered, and the grant under which."""

    prepared: Prepared
    grant: Grant


def admit(engine: Engine, snapshot: Snapshot, prepared: Prepared, reader: Reader) -> Admitted:
    """The question under the reader's best grant: one that takes it as it is before one that narrows it, then the one with most classes.

    A question without an area (organisation, kinds) is narrowed to the one that a grant has. RefusedError if no grant suffices.
    """
    if not reader.grants:
        raise RefusedError(problem(Code.NOT_ALLOWED, "your key may not read"))
    found: list[Admitted] = []
    refusals: list[Problem] = []
    for grant in reader.grants:
        try:
            found.append(_under(engine, snapshot, prepared, grant))
        except RefusedError as error:
            refusals.append(error.problem)
    if not found:
        raise RefusedError(refusals[0])
    return min(found, key=lambda one: (one.prepared.question != prepared.question, -len(one.grant.classes)))


def _under(engine: Engine, snapshot: Snapshot, prepared: Prepared, grant: Grant) -> Admitted:
    metric, question = prepared.metric, prepared.question
    if metric.access not in grant.classes:
        raise _not_allowed(f"{metric.id} is {metric.access}: your key does not have that class")
    if question.of is not None and question.of.startswith(_PERSONS) and not grant.names_persons:
        raise _not_allowed("what is about one person is shown only with the class restricted")
    narrowed = question
    if not grant.is_everywhere:
        if isinstance(metric.form, Ratio) and metric.form.den_at is not None:
            raise _not_allowed(f"{metric.id} is a share of something wider than your key may see")
        if grant.areas:
            narrowed = narrowed._replace(area=_node(snapshot, prepared, grant, "area"))
        if grant.organisations:
            narrowed = narrowed._replace(organisation=_node(snapshot, prepared, grant, "org"))
    if "" not in grant.kinds:
        narrowed = narrowed._replace(kinds=_kinds(prepared, grant))
    return Admitted(prepared if narrowed == question else engine.prepare(snapshot, narrowed), grant)


def _node(snapshot: Snapshot, prepared: Prepared, grant: Grant, axis: str) -> str:
    """The asked node, if it lies in the grant, both today and in the answer's tree; the grant's own where none is asked and it has just one."""
    question, trees = prepared.question, prepared.asked.view.trees
    asked, roots = (question.area, grant.areas) if axis == "area" else (question.organisation, grant.organisations)
    if axis not in prepared.metric.axes:
        raise _not_allowed(f"{prepared.metric.id} has no axis {axis}, and your key may see only {', '.join(roots)}")
    if asked is None:
        if len(roots) != 1:
            raise _not_allowed(f"ask with {axis}= one of {', '.join(roots)}: your key may see no more")
        return roots[0]
    for of_day in (trees, snapshot.trees(snapshot.today)):
        if not is_within(of_day.areas if axis == "area" else of_day.organisations, asked, roots):
            raise _not_allowed(f"{asked} does not lie in {', '.join(roots)}, and your key may see no more")
    return asked


def _kinds(prepared: Prepared, grant: Grant) -> tuple[str, ...]:
    metric, asked = prepared.metric, kinds_of(prepared.question, prepared.metric)
    if asked:
        beyond = [kind for kind in asked if not covered_by(kind, grant.kinds)]
        if beyond:
            raise _not_allowed(f"your key may not see {', '.join(beyond)}")
        return prepared.question.kinds
    fitting = tuple(kind for kind in grant.kinds if kind.partition(".")[0] in metric.families)
    if not fitting:
        raise _not_allowed(f"{metric.id} counts {', '.join(metric.families) or 'no kinds'}: none that your key may see")
    return fitting


async def check_list(admitted: Admitted, side: Side) -> None:
    """RefusedError if the list behind a figure has kinds that may not be listed under the grant."""
    prepared, grant = admitted
    catalogue, snapshot = prepared.asked.catalogue, prepared.asked.snapshot
    if not grant.is_everywhere and not grant.areas and _is_coverage(prepared.metric):
        raise _not_allowed("an organisation bounds what covers and not what is covered: your key may see the figure and not the list")
    kinds: set[str] = set()
    for source in await sources_of(prepared, side):
        kinds |= counted_kinds(snapshot, [source.leaf.measure], source.leaf.labels.kinds)
    withheld = sorted(kind for kind in kinds if not classes_of(catalogue, kind) <= set(grant.classes))
    if withheld:
        raise _not_allowed(f"{', '.join(withheld)} may not be listed with your key: ask for other kinds with kind=")


def _is_coverage(metric: Metric) -> bool:
    form = metric.form
    return isinstance(form, Ratio) and isinstance(form.num, Operand) and isinstance(form.num.covered, Covered)


def _not_allowed(detail: str) -> RefusedError:
    return RefusedError(problem(Code.NOT_ALLOWED, detail))
