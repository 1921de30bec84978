"""What the catalogue knows of figures: row measures, and the definitions that are made of them on reading.

A `Measure` is what rows exist of (docs/architecture.md, section 5). A `Metric` is a question one can ask, with an id, a version and exactly one form:

    match metric.form:
        case Sum(measure=rows, count=False): ...        # values of rows (count=True: their number); a stock as of a day, a flow from-to
        case Distinct(measure=rows, of=role): ...       # things in a role, each once; of="thing": the thing counted itself
        case Ratio(num=num, den=den): ...               # two operands: ids of measures or metrics, or Operand
        case Mean(measure=rows) | Quantile(measure=rows, q=q): ...
        case Total(terms=terms): ...                    # signed measures
        case Growth() | Ordinal() | Constant() | Fulfilment(): ...

Wherever a measure may stand, a definition may, and so may the sum of a number of its things: `entries:floor_area` where a kind marks the attribute `sum: true`.
`Metric.form_name` is the form's word of the contract. Operands that need more than an id say so inline: kinds, marks, conditions, and `covered`,
which keeps the things that a live row of another measure names in a role (or, with role `area`, that stands in them).
"""

from datetime import date
from typing import Literal

import msgspec

from services.kernel.catalogue.kinds import Names

Nature = Literal["stock", "flow", "cohort"]
"""When rows count: on each day they stand, on the day they happen, or with those made in a period as they stand on a day."""

EVERYWHERE = "everywhere"
"""As the place of a denominator: none."""

THING = "thing"
"""As a role: the thing counted itself."""

PLACES = ("area", "organisation")
"""As roles: where rows stand."""

Axis = Literal["area", "org", "kind"]
Operation = Literal["=", "!=", ">=", "<="]


class Closed(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A document of the catalogue: a field it does not know is an error."""


class Condition(Closed, frozen=True):
    """A dimension has one of the values; >= and <= compare with the one value."""

    dimension: str
    values: tuple[str, ...]
    op: Operation = "="


class Measure(Closed, frozen=True):
    """What rows exist of: the thing standing (stock), happening (flow), or standing since it was made (cohort)."""

    id: str
    nature: Nature
    families: tuple[str, ...]
    unit: str
    names: Names
    dimensions: tuple[str, ...] = ()  # besides those its kinds declare
    roles: tuple[str, ...] = ()
    internal: bool = False  # rows that other figures are made of; no metric of its own
    sums_as: str = ""  # rows under this name and `:NUMBER` stand beside its own, one for each number of the thing that is added up


class Covered(Closed, frozen=True):
    """What covers a thing: live rows of a measure that name it in a role; role area: that stand in it or below."""

    measure: str
    role: str
    kinds: tuple[str, ...] = ()  # prefixes
    marks: tuple[str, ...] = ()  # or: kinds carrying one of the marks
    where: tuple[Condition, ...] = ()


class Operand(Closed, frozen=True):
    """A measure or metric, narrowed."""

    measure: str
    of: str | None = None  # distinct things in this role; thing: the one counted itself
    kinds: tuple[str, ...] = ()  # prefixes
    marks: tuple[str, ...] = ()  # kinds carrying one of the marks
    where: tuple[Condition, ...] = ()
    covered: Covered | None = None


class Sum(Closed, frozen=True, tag_field="form", tag="sum"):
    """The values of rows added up, or their number; uniform names dimensions in which the rows asked for must not differ."""

    measure: str
    count: bool = False
    uniform: tuple[str, ...] = ()


class Distinct(Closed, frozen=True, tag_field="form", tag="distinct"):
    """Who or what stands in a role of the rows, each once; of is a role, `thing`, a dimension, or a place.

    A place is `area` or `organisation` (where the rows stand), or one with a kind (`area:community`): the nearest node of the kind at or above that.
    """

    measure: str
    of: str
    families: tuple[str, ...] = ()  # only references of these


class Ratio(Closed, frozen=True, tag_field="form", tag="ratio"):
    """A fraction; null where the denominator is 0.

    den_at: the denominator is taken at the ancestor of this kind; `everywhere`: without anything that narrows the question but its days.
    """

    num: str | Operand
    den: str | Operand
    den_at: str | None = None


class Term(Closed, frozen=True, array_like=True):
    """A measure, taken so many times; negative: taken away."""

    factor: int
    measure: str | Operand


class Total(Closed, frozen=True, tag_field="form", tag="total"):
    """A signed sum of measures."""

    terms: tuple[Term, ...]


class Mean(Closed, frozen=True, tag_field="form", tag="mean"):
    """The mean value of the rows; null where there are none."""

    measure: str


class Quantile(Closed, frozen=True, tag_field="form", tag="quantile"):
    """The q-quantile of the rows' values, from their buckets."""

    measure: str
    q: float


class Growth(Closed, frozen=True, tag_field="form", tag="growth"):
    """The change against an earlier interval, as a fraction of it; null on an absent or zero base."""

    of: str | Operand
    against: Literal["previous", "year_ago"]


class Ordinal(Closed, frozen=True, tag_field="form", tag="ordinal"):
    """The how manieth: all that there ever were up to the last day asked about, and `start` before the first."""

    of: str | Operand
    start: int = 0


class Constant(Closed, frozen=True, tag_field="form", tag="constant"):
    """A number that is so by decision."""

    value: int


class Test(Closed, frozen=True):
    """What each entity must reach."""

    measure: str | Operand
    at_least: int | None = None
    at_most: int | None = None
    exactly: int | None = None
    where: tuple[Condition, ...] = ()


class Fulfilment(Closed, frozen=True, tag_field="form", tag="fulfilment"):
    """How many of the live entities pass every test, each taken at that entity in a role: of the rows, or `area`, `organisation` (it and all below)."""

    each: Operand
    role: str
    all: tuple[Test, ...]
    holders: str | None = None  # the role of each's rows whose holders are tested, in place of the things themselves
    per: Literal["week", "month", "quarter", "year"] | None = None


Form = Sum | Distinct | Ratio | Total | Mean | Quantile | Growth | Ordinal | Constant | Fulfilment
FORMS: dict[str, type[msgspec.Struct]] = {
    str(form.__struct_config__.tag): form for form in (Sum, Distinct, Ratio, Total, Mean, Quantile, Growth, Ordinal, Constant, Fulfilment)
}


class Exclusion(Closed, frozen=True):
    """What a figure leaves out, counted under its reason."""

    reason: str
    where: tuple[Condition, ...]


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """One definition: what is asked by this id from valid_from on."""

    id: str
    version: int
    valid_from: date
    unit: str
    text: Names
    form: Form
    nature: Nature  # a stock is asked as of a day, a flow from-to, a cohort both
    families: tuple[str, ...]  # whose kinds `kind=` may name
    axes: tuple[Axis, ...]
    dimensions: tuple[str, ...]  # besides those the kinds asked for declare
    kinds: tuple[str, ...] = ()  # prefixes: it counts only these, whatever the form
    marks: tuple[str, ...] = ()  # or: only kinds carrying one of the marks
    default_where: tuple[Condition, ...] = ()  # holds where the question does not ask about the dimension itself
    where: tuple[Condition, ...] = ()  # always holds
    exclude: tuple[Exclusion, ...] = ()
    access: str = "public"
    exposed: bool = False  # on /metrics as well, by district and street
    rows: tuple[str, ...] = ()  # lines of the published list of figures that it answers
    declared_at: str = ""

    @property
    def form_name(self) -> str:
        """The contract's word for the form."""
        return str(self.form.__struct_config__.tag)

    @property
    def measures(self) -> tuple[str, ...]:
        """Ids of the measures and metrics it is made of, in the order they are named."""
        return tuple(dict.fromkeys(_named(self.form)))


def _named(value: object) -> list[str]:  # noqa: PLR0911  one way out per form
    match value:
        case str():
            return [value]
        case Operand(measure=measure, covered=covered):
            return [measure, *([covered.measure] if covered else [])]
        case Sum() | Distinct() | Mean() | Quantile():
            return [value.measure]
        case Ratio(num=num, den=den):
            return [*_named(num), *_named(den)]
        case Total(terms=terms):
            return [name for term in terms for name in _named(term.measure)]
        case Growth(of=of) | Ordinal(of=of):
            return _named(of)
        case Fulfilment(each=each, all=tests):
            return [*_named(each), *(name for test in tests for name in _named(test.measure))]
        case _:
            return []
