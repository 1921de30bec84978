"""Answers questions from snapshots."""

from datetime import date
from itertools import zip_longest
from typing import NamedTuple

from services.gateway.figures.answer import Json, Names, Naming, numbers_at, rows_shown, tell
from services.gateway.figures.asking import Asked, Narrowing, UnsupportedDefinitionError, natures_of
from services.gateway.figures.earlier import NothingBeforeError, earlier_frame
from services.gateway.figures.forms import MixedUnitsError, evaluate
from services.gateway.figures.frame import Frame, TooManyPointsError, frame_of
from services.gateway.figures.groups import ALL
from services.gateway.figures.periods import BEGINNING
from services.gateway.figures.question import Question, check_dimension, invalid, kinds_of, layout_of
from services.gateway.figures.second_trees import overlaps
from services.gateway.figures.shelf import Shelf
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.table import WHOLE, Slot, Table, as_json_number, combine, with_rows
from services.gateway.figures.view import Layout, Views
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.metrics import Mean, Metric, Nature, Quantile
from services.kernel.errors import Problem
from services.kernel.http.problems import ProblemError


class Prepared(NamedTuple):
    """A question with all that it leaves open filled in: its definition, days, layout and context."""

    question: Question
    metric: Metric
    natures: frozenset[Nature]
    asked: Asked

    @property
    def as_of(self) -> date:
        """The day of the world the answer is about: a stock's or cohort's day, else the day of its trees."""
        return self.asked.frame.state if self.natures & {"stock", "cohort"} else self.asked.frame.tree


class Engine:
    """Evaluates questions; layouts and sums are remembered between them."""

    def __init__(self, catalogue: Catalogue, shelf: Shelf | None = None) -> None:
        self.catalogue = catalogue
        self._views = Views(shelf=shelf)
        self._kind_names = {kind.id: kind.names.zh for kind in catalogue.kinds.values()}

    def prepare(self, snapshot: Snapshot, question: Question) -> Prepared:
        """Fills in what a question leaves open; RefusedError or ProblemError says what is wrong with it."""
        last = question.asking.last or question.asking.as_of or snapshot.today
        metric = self.metric(question, last)
        if question.quantile is not None and not isinstance(metric.form, Mean | Quantile):
            raise invalid("q", f"{metric.id} has no quantiles")
        natures = natures_of(self.catalogue, metric, last)
        try:
            frame = frame_of(question.asking, natures, snapshot.today)
        except TooManyPointsError as error:
            raise invalid("interval", str(error)) from None
        for one in question.where:
            check_dimension(one.dimension, metric, self.catalogue, "where")
        layout = self._resolved(snapshot, frame, layout_of(question, metric, self.catalogue))
        view = self._views.of(snapshot.trees(frame.tree), layout)
        kinds = kinds_of(question, metric)
        narrowing = Narrowing((kinds,) if kinds else (), question.where)
        return Prepared(question, metric, natures, Asked(snapshot, self.catalogue, self._views, view, frame, narrowing, question.of, question.quantile))

    def metric(self, question: Question, on: date) -> Metric:
        """The definition a question is about: the version it names, else the one that holds on its last day."""
        if question.metric not in self.catalogue.definitions:
            detail = f"there is no metric {question.metric}; GET /v1/metrics lists them"
            raise ProblemError(Problem("not-found", "No such metric", 404, detail, "urn:wangge:problem:not-found"))
        metric = self.catalogue.definition(question.metric, on=on, version=question.version)
        if metric is None:
            versions = ", ".join(f"{one.id}@{one.version}" for one in self.catalogue.definitions[question.metric])
            raise invalid("definition", f"there are {versions}")
        return metric

    def _resolved(self, snapshot: Snapshot, frame: Frame, layout: Layout) -> Layout:
        """The layout with merges of the asked nodes followed; they must be live in the answer's tree."""
        trees = snapshot.trees(frame.tree)
        found: dict[str, str] = {}
        for parameter, tree, key in (("area", trees.areas, layout.area), ("org", trees.organisations, layout.organisation)):
            if key is None:
                continue
            current = tree.family.current(key, frame.tree)
            if tree.live(current) is None:
                hint = "ask with tree= a day on which it was" if current in tree.family.nodes else "nobody told of it"
                raise invalid(parameter, f"{key} is not in the tree of {frame.tree.isoformat()}: {hint}")
            found[parameter] = current
        return layout._replace(area=found.get("area"), organisation=found.get("org"))

    async def answer(self, prepared: Prepared, names: Names) -> Json:
        """The answer to a question, as JSON."""
        asked = prepared.asked
        table = await _evaluated(prepared, asked)
        frame = _compared_frame(prepared)
        before = None if frame is None else await _evaluated(prepared, asked._replace(frame=frame))
        told = tell(prepared.metric, table, asked, prepared.as_of, Naming(names, self._kind_names), before)
        if overlaps(self.catalogue, asked.view.layout.by):
            told["overlaps"] = True
        if frame is not None and before is not None:
            _compare(prepared, frame, (table, before), told)
        beside = await self._beside(prepared)
        if beside:
            told["versions"] = beside
        return told

    async def _beside(self, prepared: Prepared) -> list[Json]:
        """Where the definition changes in the period asked for: the whole figure by each version that holds on one of its days, side by side."""
        question, period = prepared.question, prepared.asked.frame.period
        if question.version is not None or period.first == BEGINNING:
            return []
        versions = self.catalogue.definitions[prepared.metric.id]
        holding = [
            one for one, after in zip_longest(versions, versions[1:]) if one.valid_from <= period.last and (after is None or after.valid_from > period.first)
        ]
        if len(holding) < 2:
            return []
        told = []
        for one in holding:
            other = self.prepare(prepared.asked.snapshot, question._replace(version=one.version, by=""))
            table = await _evaluated(other, other.asked)
            told.append({"version": one.version, "valid_from": one.valid_from.isoformat(), **numbers_at(table, Slot(WHOLE, ALL))})
        return told


def _compared_frame(prepared: Prepared) -> Frame | None:
    """The days of the earlier interval, if one is asked for."""
    if prepared.question.compare is None:
        return None
    try:
        return earlier_frame(prepared.asked.frame, prepared.question.compare, is_stock="stock" in prepared.natures)
    except NothingBeforeError as error:
        raise invalid("compare", str(error)) from None


def _compare(prepared: Prepared, frame: Frame, tables: tuple[Table, Table], told: Json) -> None:
    """Adds the earlier interval's figure: at the top, and in each row of the breakdown."""
    table, before = tables
    compare = prepared.question.compare
    assert compare is not None
    change = combine(table, before, lambda now, then: now - then)

    def numbers(slot: Slot) -> Json:
        return {**numbers_at(before, slot), "change": as_json_number(change.at(slot))}

    days = {"from": frame.period.first.isoformat(), "to": frame.period.last.isoformat(), "as_of": frame.state.isoformat()}
    told["compare"] = {"with": compare.value, **days, **numbers(Slot(WHOLE, ALL))}
    for (number, _), row in zip(rows_shown(prepared.asked.view, table, before), told.get("by", ()), strict=False):
        row["compare"] = numbers(Slot(WHOLE, number))


async def _evaluated(prepared: Prepared, asked: Asked) -> Table:
    try:
        table = await evaluate(prepared.metric, asked)
        if not overlaps(asked.catalogue, asked.view.layout.by):
            return table
        # Rows that overlap do not add up to the whole, so that is asked for by itself.
        return with_rows(await evaluate(prepared.metric, asked.laid_out(asked.view.layout._replace(by="", level=""))), table)
    except MixedUnitsError as error:
        raise invalid("where", str(error)) from None
    except TooManyPointsError as error:
        raise invalid("interval", str(error)) from None
    except NothingBeforeError as error:
        raise invalid("from", str(error)) from None
    except UnsupportedDefinitionError as error:
        raise invalid("metric", f"{prepared.metric.id} cannot be evaluated: {error}") from None
