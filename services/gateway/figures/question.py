"""A question about a figure, as its parameters state it."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import NamedTuple, TypeVar

from services.gateway.figures import second_trees
from services.gateway.figures.conditions import UnreadableConditionError, joined, read_condition
from services.gateway.figures.frame import Asking
from services.gateway.figures.periods import Compare, Interval
from services.gateway.figures.view import AREA, ORGANISATION, Layout
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import FAMILIES
from services.kernel.catalogue.metrics import Condition, Metric
from services.kernel.errors import Code, Fault, Problem, RefusedError

PARAMETERS = (
    "area", "org", "kind", "of", "where", "from", "to", "interval", "by", "as_of", "tree", "compare", "definition", "q",
)  # fmt: skip
_REPEATABLE = {"kind", "where"}
_REFERRED = {"area", "organisation", "member", "person", "unit", "entry", "link", "amount", "activity", "case"}
"""The families of the contract that a reference may name."""

_Choice = TypeVar("_Choice", bound=StrEnum)


class Question(NamedTuple):
    """Everything asked about one metric. Equal questions are equal values; days are as said, not yet filled in."""

    metric: str
    asking: Asking = Asking()
    area: str | None = None
    organisation: str | None = None
    kinds: tuple[str, ...] = ()
    of: str | None = None
    where: tuple[Condition, ...] = ()
    by: str = ""
    compare: Compare | None = None
    version: int | None = None
    quantile: float | None = None


class Given:
    """Parameters as they came, each taken out by name; what is left over at the end is unknown."""

    def __init__(self, parameters: Iterable[tuple[str, str]], allowed: tuple[str, ...] = PARAMETERS) -> None:
        self._given: dict[str, list[str]] = {}
        for name, value in parameters:
            if name not in allowed:
                raise invalid(name, f"there is no parameter {name}; there are {', '.join(allowed)}")
            self._given.setdefault(name, []).append(value)
        for name, values in self._given.items():
            if len(values) > 1 and name not in _REPEATABLE:
                raise invalid(name, f"{name} is given {len(values)} times; once is enough")

    def all(self, name: str) -> list[str]:
        """All values of a parameter; empty ones do not count."""
        return [value for value in self._given.get(name, ()) if value]

    def one(self, name: str) -> str | None:
        """The value of a parameter."""
        return next(iter(self.all(name)), None)

    def day(self, name: str) -> date | None:
        """A business date."""
        text = self.one(name)
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            raise invalid(name, f"{text!r} is no date; write it like 2024-05-31") from None

    def choice(self, name: str, choices: type[_Choice]) -> _Choice | None:
        """One of a few words."""
        text = self.one(name)
        try:
            return None if text is None else choices(text)
        except ValueError:
            raise invalid(name, f"{text!r} is none of {', '.join(choices)}") from None


def invalid(parameter: str, detail: str) -> RefusedError:
    """The error for a parameter that cannot be; detail says what can."""
    fault = Fault(f"/query/{parameter}", detail)
    return RefusedError(Problem(Code.INVALID.value, "The question cannot be asked like this", 400, detail, "urn:wangge:problem:invalid", (fault,)))


def read_question(metric_id: str, given: Given) -> Question:
    """The question that parameters state; RefusedError names what is wrong with them."""
    first, last = given.day("from"), given.day("to")
    if first is not None and last is not None and first > last:
        raise invalid("from", f"{first.isoformat()} lies after {last.isoformat()}: there are no days from the one to the other")
    return Question(
        metric_id,
        Asking(first, last, given.day("as_of"), given.day("tree"), given.choice("interval", Interval)),
        given.one("area"),
        given.one("org"),
        tuple(sorted(set(given.all("kind")))),
        _reference(given.one("of")),
        _conditions(given),
        given.one("by") or "",
        given.choice("compare", Compare),
        _version(metric_id, given.one("definition")),
        _quantile(given.one("q")),
    )


def _conditions(given: Given) -> tuple[Condition, ...]:
    try:
        return joined(read_condition(text) for text in given.all("where"))
    except UnreadableConditionError as error:
        raise invalid("where", str(error)) from None


def _reference(text: str | None) -> str | None:
    """What a question is about; a text that can be no reference would find nothing and look like a zero."""
    if text is not None and (text.partition("/")[0] not in _REFERRED or ":" not in text.partition("/")[2]):
        raise invalid("of", f"{text!r} is no reference; write family/namespace:key, like entry/zhuhai:e-1")
    return text


def _version(metric_id: str, text: str | None) -> int | None:
    if text is None:
        return None
    name, _, version = text.partition("@")
    if name != metric_id or not version.isdecimal():
        raise invalid("definition", f"{text!r} is no definition of {metric_id}; write {metric_id}@1")
    return int(version)


def _quantile(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        q = float(text)
    except ValueError:
        q = 0.0
    if not 0 < q < 1:
        raise invalid("q", f"{text!r} is no quantile; write a number between 0 and 1, like 0.9")
    return q


def layout_of(question: Question, metric: Metric, catalogue: Catalogue) -> Layout:
    """How the answer is laid out; RefusedError if the metric has no such axis or dimension, naming those it has."""
    if question.area is not None and "area" not in metric.axes:
        raise _no_axis("area", metric)
    if question.organisation is not None and "org" not in metric.axes:
        raise _no_axis("org", metric)
    axis, colon, level = question.by.partition(":")
    if axis in {"area", "org"}:
        if axis not in metric.axes:
            raise _no_axis("by", metric)
        if colon and not level:
            raise invalid("by", f"name the kind after the colon, like by={axis}:{'grid' if axis == 'area' else 'party'}")
        family = AREA if axis == "area" else ORGANISATION
        return Layout(question.area, question.organisation, family, _whole_kind(level, (family,)))
    if question.by and question.by != "kind":
        check_dimension(question.by, metric, catalogue, "by")
    return Layout(question.area, question.organisation, question.by)


def kinds_of(question: Question, metric: Metric) -> tuple[str, ...]:
    """The asked kinds, written out: `grid` of a metric of areas is `area.grid`."""
    found = tuple(_whole_kind(kind.rstrip("."), metric.families) for kind in question.kinds)
    for kind in found:
        if metric.families and kind.partition(".")[0] not in metric.families:
            raise invalid("kind", f"{metric.id} counts kinds of {', '.join(metric.families)}; {kind} is none")
    return found


def _whole_kind(kind: str, families: tuple[str, ...]) -> str:
    return kind if not kind or kind.partition(".")[0] in FAMILIES or len(families) != 1 else f"{families[0]}.{kind}"


def dimensions_of(metric: Metric, catalogue: Catalogue) -> tuple[str, ...]:
    """All dimensions a metric can be asked by: its own, those its kinds declare, those of the place."""
    own = set(metric.dimensions)
    for prefix in metric.families:
        for kind in catalogue.below(prefix):
            own.update(kind.dimensions)
    for name, family in (("area", AREA), ("org", ORGANISATION)):
        if name in metric.axes:
            own.add(f"{family}.kind")
            own |= second_trees.dimensions_of(catalogue, family)
            own.update(f"{family}.{dimension}" for kind in catalogue.below(family) for dimension in (*kind.dimensions, *_FIELDS.get(family, ())))
    return tuple(sorted(own))


_FIELDS = {ORGANISATION: ("field", "formation")}


def check_dimension(name: str, metric: Metric, catalogue: Catalogue, parameter: str) -> None:
    """RefusedError if a metric has no such dimension, naming those it has."""
    allowed = dimensions_of(metric, catalogue)
    if name not in allowed:
        axes = [f"{axis}, {axis}:KIND" for axis in metric.axes if axis != "kind"] + ["kind"] if parameter == "by" else []
        raise invalid(parameter, f"{metric.id} has no dimension {name}; it has {', '.join([*axes, *allowed]) or 'none'}")


def _no_axis(parameter: str, metric: Metric) -> RefusedError:
    return invalid(parameter, f"{metric.id} has no such axis; it has {', '.join(metric.axes)}")
