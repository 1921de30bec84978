"""What just happened, for the ticker of a screen: kind, place and day of fresh occurrences; never who."""

from datetime import date
from typing import NamedTuple

from services.gateway.figures.answer import Json
from services.gateway.figures.guard import Reader, classes_of
from services.gateway.figures.snapshot import Snapshot
from services.gateway.grants import is_within
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.postgres.queries import load

_SQL = load("services.gateway", "sql/figures_live.sql")
_MOST = 50
_TYPES = {
    "organisations.established": "organisation.established",
    "organisations.ended": "organisation.ended",
    "members.joined": "member.joined",
    "members.left": "member.left",
    "members.transferred_in": "member.transferred",
    "units.registered": "unit.registered",
    "units.ended": "unit.ended",
    "entries.registered": "entry.registered",
    "entries.ended": "entry.ended",
    "links.set": "link.set",
    "links.ended": "link.ended",
    "amounts": "amount.recorded",
    "activities": "activity.held",
    "attendance": "attendance.recorded",
    "volunteer.minutes": "shift.logged",
    "visits": "visit.logged",
    "cases.opened": "case.opened",
    "cases.moved": "case.moved",
}
"""Each occurrence that tells of one event; the others follow from these."""


class Happened(NamedTuple):
    """One occurrence, where it was told to be."""

    measure: str
    kind: str
    area: str | None
    organisation: str | None
    day: date

    def as_json(self) -> Json:
        """As a screen gets it."""
        return {"type": f"org.wangge.{_TYPES[self.measure]}.v1", "kind": self.kind, "area": self.area, "at": self.day.isoformat()}

    def visible_in(self, snapshot: Snapshot, area: str | None, reader: Reader, catalogue: Catalogue) -> bool:
        """Whether it lies in an area and the reader may know of it."""
        trees, classes = snapshot.trees(snapshot.today), classes_of(catalogue, self.kind)
        if area is not None and not is_within(trees.areas, self.area, (area,)):
            return False
        return any(
            classes <= set(grant.classes) and grant.has_kind(self.kind) and grant.reaches(trees, self.area, self.organisation) for grant in reader.grants
        )


async def list_happened(snapshot: Snapshot, after: int) -> list[Happened]:
    """The last occurrences the commits after this one brought, oldest first; what only took another place or value is none."""
    records = await snapshot.connection.fetch(_SQL.list_happened, snapshot.head.generation, after, list(_TYPES), _MOST)
    trees = snapshot.trees(snapshot.today)
    found = []
    for measure, kind, area, organisation, day in reversed(records):
        if area is None and organisation is not None:
            at = trees.area_of(trees.organisations.family.current(organisation, snapshot.today))[0]
        else:
            at = None if area is None else trees.areas.family.current(area, snapshot.today)
        found.append(Happened(measure, kind, at, organisation, day))
    return found
