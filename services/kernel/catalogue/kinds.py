"""What the catalogue knows of a kind: its class, the attributes it declares, its marks, its workflow, the ends of its links."""

from datetime import date, datetime
from itertools import pairwise
from typing import Annotated, Any, Literal

import msgspec

FAMILIES = ("area", "organisation", "member", "unit", "entry", "link", "amount", "activity", "attendance", "shift", "visit", "case")
"""Families of things. Each is also a kind of its own name, at the root of its kinds; it always exists."""

LINK_ENDS = ("area", "organisation", "member", "unit", "entry", "person")

Access = Literal["public", "internal", "restricted"]
"""Who may see figures and items of a kind; a restricted one needs the class in a grant."""

AttributeType = Literal["string", "integer", "boolean", "enum", "set", "date", "ref"]
StateMark = Literal["initial", "resolved", "final", "merged"]

Value = str | int | bool | list[str]


class Names(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What people call it."""

    zh: str
    en: str


class Example(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An event of the kind as a source would tell it: what a newcomer copies, and what a test sends through contract and room."""

    type: str  # family and verb, `entry.registered`, or the whole type
    data: dict[str, Any]
    time: Annotated[datetime, msgspec.Meta(tz=True)] = datetime.fromisoformat("2026-03-02T09:00:00+08:00")

    @property
    def full_type(self) -> str:
        """The event's type as it stands in a CloudEvent."""
        return self.type if self.type.startswith("org.wangge.") else f"org.wangge.{self.type}.v1"


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One attribute of a kind, or a bound on one of the contract's own fields.

    values: of an enum, or what a set may hold. band: the lower bounds of an integer dimension's bands, rising. sum: figures add up this integer,
    by the measure MEASURE:NAME (`entries:floor_area`).
    tag: how sensitive the value is; a `sensitive` one never becomes a dimension. A `string` or a `ref` never does either.
    """

    type: AttributeType
    names: Names | None = None
    values: tuple[str, ...] = ()
    families: tuple[str, ...] = ()  # what a ref may name; none: any
    required: bool = False
    dimension: bool = False
    band: tuple[int, ...] = ()
    sum: bool = False
    minimum: int | None = None
    maximum: int | None = None
    tag: Literal["public", "internal", "sensitive"] = "internal"


class State(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One state of a case's workflow: what it means (marks), and where a case may go from it."""

    id: str
    names: Names
    marks: tuple[StateMark, ...] = ()
    to: tuple[str, ...] = ()

    @property
    def initial(self) -> bool:
        """Whether a case opens here."""
        return "initial" in self.marks

    @property
    def resolved(self) -> bool:
        """Whether the matter counts as solved here."""
        return "resolved" in self.marks

    @property
    def final(self) -> bool:
        """Whether the case is closed here."""
        return "final" in self.marks


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind with all it inherits: attributes, fields, marks, states, ends and class of its nearest declared ancestor."""

    id: str
    family: str
    names: Names
    access: Access
    attributes: dict[str, Attribute]
    fields: dict[str, Attribute]  # bounds on fields of the contract: a member's standing, an organisation's formation
    marks: frozenset[str]
    states: tuple[State, ...] = ()
    from_families: tuple[str, ...] = ()  # of a link; none: any
    to_families: tuple[str, ...] = ()
    unlinkable: bool = False  # person and by are dropped before anything is logged
    tree: str | None = None  # a link kind that is a second tree: its name
    counted_fields: tuple[str, ...] = ()  # the fields that its rows are counted by, as dimensions or as sums
    writers: tuple[str, ...] = ()  # roles of sources that may write it; none: all that are enrolled for it
    valid_from: date | None = None  # the first and the last business day of its events; none: no bound
    valid_until: date | None = None
    rows: tuple[str, ...] = ()  # what follows tells a reader, and no process: lines of the published list of systems that it carries,
    source: str = ""  # where they come from,
    note: Names | None = None  # the reading taken where the source leaves a choice open,
    example: Example | None = None
    declared_at: str = ""  # file:line

    @property
    def required(self) -> tuple[str, ...]:
        """Attributes that a making event must carry, sorted."""
        return tuple(sorted(name for name, attribute in self.attributes.items() if attribute.required))

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Attributes and fields that rows of this kind carry as dimensions, sorted."""
        return tuple(sorted(name for name, attribute in {**self.fields, **self.attributes}.items() if attribute.dimension))

    @property
    def summed(self) -> tuple[str, ...]:
        """Attributes and fields whose numbers are added up, sorted."""
        return tuple(sorted(name for name, attribute in {**self.fields, **self.attributes}.items() if attribute.sum))

    @property
    def about_person(self) -> bool:
        """Whether things of this kind are about one person, so that their name belongs in the vault."""
        return self.family == "member" or "person" in self.marks

    def valid_on(self, day: date) -> bool:
        """Whether events of that business day may be of this kind."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)

    def state(self, name: str) -> State | None:
        """One of its states by id."""
        return next((state for state in self.states if state.id == name), None)


def dimension_value(attribute: Attribute, value: Value) -> str:
    """How an attribute's value stands in a row: true or false, a band (10-49, 50+, <10), a set sorted and joined by commas."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return band_of(value, attribute.band) if attribute.band else str(value)
    if isinstance(value, list):
        return ",".join(sorted(set(value)))
    return value


def band_of(value: int, bounds: tuple[int, ...]) -> str:
    """The band a value falls in, by the lower bounds: with (1, 10, 50) the bands are <1, 1-9, 10-49 and 50+."""
    if value < bounds[0]:
        return f"<{bounds[0]}"
    for low, high in pairwise(bounds):
        if value < high:
            return str(low) if high == low + 1 else f"{low}-{high - 1}"
    return f"{bounds[-1]}+"
