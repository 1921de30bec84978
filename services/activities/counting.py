"""What a record of this room counts: every row it contributes as it now is. Pure; docs/architecture.md, section 5.

An attendance stands where its activity stands, on its day and under its kind, so its rows need that activity in reach.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from services.activities.documents import days_of, minutes_of, place_of, starting_day
from services.kernel.catalogue.counted import Counted
from services.kernel.contracts.commands import Document
from services.kernel.contracts.facts import Dims, Roles, Row, canonical, with_sums
from services.kernel.lifecycle.record import Record
from services.kernel.lifecycle.stamps import day_of
from services.kernel.writing.model import Entities, Entity

SHIFTS = "volunteer.shifts"
"""What numbers of a shift are added up under: the row of its minutes bears another name."""


class Dimensions(Protocol):
    """What the catalogue knows of what a kind is counted by."""

    def counted(self, kind: str, document: Document) -> Counted:
        """Declared dimensions and sums, of these fields and attributes."""
        ...


class _Ground(NamedTuple):
    """What all rows of one record share."""

    kind: str
    area: str | None
    organisation: str | None
    day: date

    def row(self, measure: str, dims: Dims, roles: Roles, *, value: int = 1, day: date | None = None) -> Row:
        on = day or self.day
        return Row(measure, self.kind, self.area, self.organisation, canonical(dims), on, on, value, None, canonical(roles) if roles else None)


class MissingActivityError(Exception):
    """An attendance is to be counted and its activity was not loaded: a fault of ours, never of what was told."""


def is_held(entity: Entity) -> bool:
    """Whether an activity counts: held, neither cancelled nor withdrawn."""
    record = entity.state
    assert isinstance(record, Record)
    return "held" in record.extra and "cancelled" not in record.extra and not record.withdrawn


class Counting:
    """Implements kernel.writing.model.Counting for activities, attendances, shifts and visits."""

    def __init__(self, catalogue: Dimensions) -> None:
        self._catalogue = catalogue
        self._families = {"activity": self._activity, "attendance": self._attendance, "shift": self._shift, "visit": self._visit}

    def __call__(self, entity: Entity, entities: Entities) -> Sequence[Row]:
        """Every row the record contributes now; none when it was withdrawn."""
        record = entity.state
        assert isinstance(record, Record)
        return [] if record.withdrawn else list(self._families[entity.family](entity, record, entities))

    def _activity(self, entity: Entity, record: Record, _: Entities) -> Iterator[Row]:
        if not is_held(entity):
            return
        data = record.data
        ground = _ground_of(data)
        dims, sums = self._catalogue.counted(ground.kind, data)
        roles = {"host": data["hosts"][0], **_roles(data, "of")}
        yield from with_sums(ground.row("activities", dims, roles), sums)
        for day in days_of(data):
            yield ground.row("activities.days", dims, roles, day=day)

    def _attendance(self, entity: Entity, record: Record, entities: Entities) -> Iterator[Row]:
        activity = entities.get(entity.depends[0])
        if activity is None:
            raise MissingActivityError(f"{entity.depends[0]} is not in reach of {entity.subject}")
        if not is_held(activity):
            return
        assert isinstance(activity.state, Record)
        about, data = activity.state.data, record.data
        ground = _ground_of(about)
        own, sums = self._catalogue.counted(ground.kind, {"attributes": data.get("attributes")})
        dims = self._catalogue.counted(ground.kind, about).dims | own
        if role := data.get("role"):
            dims["role"] = role
        value = 1 if data.get("person") else data.get("head_count", 0)
        yield from with_sums(ground.row("attendance", dims, {"of": activity.subject, **_roles(data, "person", "who")}, value=value), sums)

    def _shift(self, _: Entity, record: Record, __: Entities) -> Iterator[Row]:
        data = record.data
        ground = _Ground(data["kind"], data.get("area"), data.get("organisation"), starting_day(data))
        dims, sums = self._catalogue.counted(ground.kind, data)
        roles = _roles(data, "person", "of")
        if "of" not in roles and data.get("activity"):
            roles["of"] = f"activity/{data['activity']}"
        yield from with_sums(ground.row("volunteer.minutes", dims, roles, value=minutes_of(data)), sums, SHIFTS)
        if items := data.get("items"):
            yield ground.row("volunteer.items", dims, roles, value=items)

    def _visit(self, _: Entity, record: Record, __: Entities) -> Iterator[Row]:
        data = record.data
        ground = _Ground(data["kind"], data.get("area"), data.get("organisation"), day_of(record.time))
        dims, sums = self._catalogue.counted(ground.kind, data)
        yield from with_sums(ground.row("visits", dims, _roles(data, "by", "to")), sums)


def _ground_of(data: Document) -> _Ground:
    return _Ground(data["kind"], *place_of(data), starting_day(data))


def _roles(data: Document, *fields: str) -> Roles:
    return {field: data[field] for field in fields if data.get(field)}
