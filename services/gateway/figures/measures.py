"""The measures that exist for every kind, and how each is read from rows (docs/architecture.md, section 5)."""

from enum import StrEnum

import msgspec


class Nature(StrEnum):
    """When a row counts: on every day it stands, on the day it happens, or with those made in a period as they stand on a day."""

    STOCK = "stock"
    FLOW = "flow"
    COHORT = "cohort"


class Take(StrEnum):
    """What is added up: the rows' values, their number, or who stands in a role, each once."""

    VALUE = "value"
    COUNT = "count"
    DISTINCT = "distinct"


THING = "thing"
"""As the role of a distinct measure: the thing counted itself."""


class Measure(msgspec.Struct, frozen=True):
    """How a measure is read. `default` holds where a question does not ask about that dimension itself."""

    id: str
    rows: str  # the row measure
    nature: Nature
    family: str  # of its kinds; `kind=grid` is short for `area.grid`
    unit: str
    take: Take = Take.VALUE
    role: str = ""
    dimensions: tuple[str, ...] = ()
    default: tuple[tuple[str, tuple[str, ...]], ...] = ()


_LIVE_MEMBERS = (("standing", ("full", "probationary")),)


def _stocks() -> list[Measure]:
    stock = Nature.STOCK
    return [
        Measure("areas", "areas", stock, "area", "areas"),
        Measure("organisations", "organisations", stock, "organisation", "organisations", dimensions=("field", "formation")),
        Measure("units", "units", stock, "unit", "units"),
        Measure("entries", "entries", stock, "entry", "entries"),
        Measure("links", "links", stock, "link", "links"),
        Measure("members", "members", stock, "member", "people", dimensions=("standing",), default=_LIVE_MEMBERS),
        Measure("cases.open", "cases.open", stock, "case", "cases", dimensions=("state", "tier", "channel")),
        Measure("cases.overdue", "cases.overdue", stock, "case", "cases", dimensions=("state", "tier", "channel")),
    ]


def _flows() -> list[Measure]:
    flow = Nature.FLOW
    plain = {
        ("organisations.established", "organisations.ended"): ("organisation", "organisations", ("field", "formation")),
        ("members.joined", "members.left", "members.transferred_in", "members.transferred_out"): ("member", "people", ("standing",)),
        ("units.registered", "units.ended"): ("unit", "units", ()),
        ("entries.registered", "entries.ended"): ("entry", "entries", ()),
        ("links.set", "links.ended"): ("link", "links", ()),
        ("activities",): ("activity", "activities", ()),
        ("activities.days",): ("activity", "days", ()),
        ("visits",): ("visit", "visits", ()),
        ("cases.opened", "cases.closed", "cases.reopened"): ("case", "cases", ("tier", "channel")),
        ("cases.moved",): ("case", "moves", ("state",)),
        ("cases.resolved",): ("case", "cases", ("timely",)),
    }
    made = [Measure(one, one, flow, family, unit, dimensions=dims) for ids, (family, unit, dims) in plain.items() for one in ids]
    return [*made, Measure("cases.reached", "cases.reached", flow, "case", "cases", Take.DISTINCT, THING, ("state",))]


def _sums() -> list[Measure]:
    flow = Nature.FLOW
    return [
        Measure("amounts", "amounts", flow, "amount", "", dimensions=("unit", "of")),
        Measure("amounts.count", "amounts", flow, "amount", "amounts", Take.COUNT, dimensions=("unit", "of")),
        Measure("attendance", "attendance", flow, "activity", "people", dimensions=("role",)),
        Measure("volunteer.minutes", "volunteer.minutes", flow, "shift", "minutes"),
        Measure("volunteer.items", "volunteer.items", flow, "shift", "items"),
        Measure("volunteer.shifts", "volunteer.minutes", flow, "shift", "shifts", Take.COUNT),
        Measure("cases.amount", "cases.amount", flow, "case", "fen"),
        Measure("cases.amount_settled", "cases.amount_settled", flow, "case", "fen"),
    ]


def _distinct() -> list[Measure]:
    flow, distinct = Nature.FLOW, Take.DISTINCT
    return [
        Measure("attendance.people", "attendance", flow, "activity", "people", distinct, "person", ("role",)),
        Measure("attendance.participants", "attendance", flow, "activity", "participants", distinct, "who", ("role",)),
        Measure("volunteer.people", "volunteer.minutes", flow, "shift", "people", distinct, "person"),
        Measure("visits.people", "visits", flow, "visit", "people", distinct, "by"),
        Measure("visits.places", "visits", flow, "visit", "places", distinct, "to"),
    ]


MEASURES: dict[str, Measure] = {one.id: one for one in (*_stocks(), *_flows(), *_sums(), *_distinct())}
"""All measures by id."""

COHORT = Measure("cases.cohort", "cases.cohort", Nature.COHORT, "case", "cases", dimensions=("resolved",))
"""The cases opened in a period, as they stand on a day; not a metric of its own."""

DURATIONS = {
    "cases.time_to_resolve": Measure("cases.time_to_resolve", "cases.time_to_resolve", Nature.FLOW, "case", "seconds"),
    "cases.time_to_reach": Measure("cases.time_to_reach", "cases.time_to_reach", Nature.FLOW, "case", "seconds", dimensions=("state",)),
}
"""How long things took: the value is in seconds, the dimension b the bucket."""


class Coverage(msgspec.Struct, frozen=True):
    """Things of a measure, and what covers them: live links of a kind to them, or live entries of marked kinds standing in them."""

    id: str
    measure: str
    kind: str = ""  # prefix; the things counted
    kind_mark: str = ""  # or: kinds carrying this mark
    links: str = ""  # prefix of the covering links' kind
    entry_mark: str = ""  # or: the mark of the kinds of the covering entries


COVERAGES: dict[str, Coverage] = {
    one.id: one
    for one in (
        Coverage("units.coverage", "units", links="link.covers"),
        Coverage("grids.coverage", "areas", kind="area.grid", links="link.covers"),
        Coverage("centres.coverage", "areas", kind_mark="basic", entry_mark="centre"),
    )
}
"""The coverages by id."""

RESOLUTION_RATE = "cases.resolution_rate"
"""Of the cases opened in the period: resolved on the as-of day."""
