"""Whether a source may say what it says, and now: its time, its namespace, its kinds, and what the kind allows. Asked of what was read already."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache

from services.kernel.catalogue.catalogue import covered_by, is_below
from services.kernel.catalogue.kinds import Kind
from services.kernel.clock import Clock
from services.kernel.contracts.checking import KindCheck, attribute_faults
from services.kernel.contracts.commands import Document, Enrolled
from services.kernel.contracts.registry import EventType
from services.kernel.days import business_date
from services.kernel.errors import Code, Fault, refuse

AHEAD = timedelta(minutes=10)
"""How far a source's clock may run before ours."""

_KINDLESS = {"member": ("member",), "attendance": ("attendance", "activity")}
"""Families whose events name no kind, and the families a source may be enrolled for to write them: an attendance is of its activity's kind."""


class Judge:
    """Refuses what was said too early, by the wrong source, or of a kind that is not or does not allow it."""

    def __init__(self, kinds: Mapping[str, Kind], check: KindCheck, now: Clock) -> None:
        self._kinds = kinds
        self._check = check
        self._now = now

    def bar_early(self, moment: datetime) -> None:
        """Raises too-early where a moment lies further ahead than clocks differ."""
        if moment > self._now() + AHEAD:
            raise refuse(Code.TOO_EARLY, "time lies more than 10 minutes ahead: tell it when it has happened", Fault("/time", "lies in the future"))

    def bar_foreign(self, family: str, subject: str, enrolled: Enrolled) -> None:
        """Raises not-allowed where a source without that right writes what is another's."""
        own = enrolled.register if family == "member" else enrolled.namespace
        if not enrolled.foreign and not subject.startswith(f"{family}/{own}:"):
            what = f"this source may only write what is of {own}"
            raise refuse(Code.NOT_ALLOWED, f"{what}: a key with a colon names another's", Fault(f"/data/{family}", "is another namespace's"))

    def bar_kind(self, event_type: EventType, kind_id: str | None, data: Document, enrolled: Enrolled) -> None:
        """Raises unknown-kind, not-allowed or invalid. kind_id: of what is made, or what a change makes of it; None where the event names none."""
        family = event_type.family
        if "kind" not in data:
            if not _may_touch(_KINDLESS.get(family, (family,)), enrolled.kinds):
                raise refuse(Code.NOT_ALLOWED, f"this source may not write {family} events", Fault("/type", "is not among the kinds it is enrolled for"))
        elif kind_id is None or kind_id not in self._kinds:
            raise refuse(Code.UNKNOWN_KIND, f"the catalogue has no kind {kind_id}; see `catalogue list`", Fault("/data/kind", "is not in the catalogue"))
        elif not _may_write(kind_id, enrolled.kinds):
            raise refuse(Code.NOT_ALLOWED, f"this source may not write {kind_id}", Fault("/data/kind", "is not among the kinds it is enrolled for"))
        elif (writers := _barred_from(self._kinds[kind_id], enrolled)) is not None:
            raise refuse(Code.NOT_ALLOWED, f"{kind_id} is written by {writers}", Fault("/data/kind", f"is written by {writers}"))
        if kind_id is not None:
            self._bar_attributes(event_type, self._kinds[kind_id], data)

    def bar_outdated(self, kind_id: str | None, moment: datetime) -> None:
        """Raises unknown-kind where the event's business day lies outside the days its kind is valid on."""
        kind = self._kinds.get(kind_id) if kind_id is not None else None
        if kind is not None and not kind.valid_on(day := business_date(moment)):
            bounds = f"{f'from {kind.valid_from} ' if kind.valid_from else ''}{f'until {kind.valid_until}' if kind.valid_until else ''}".strip()
            what = f"{kind.id} is valid {bounds}; the event is of {day}"
            raise refuse(Code.UNKNOWN_KIND, f"{what}: name the kind that was valid on its day", Fault("/data/kind", f"is valid {bounds}"))

    def _bar_attributes(self, event_type: EventType, kind: Kind, data: Document) -> None:
        if event_type.effect != "makes":
            faults = tuple(attribute_faults(kind, data.get("attributes") or {}))
        elif event_type.family == "attendance":  # what it may carry, its activity's kind declares: the room asks
            return
        else:
            faults = tuple(self._check.faults(kind, data))
        if faults:
            raise refuse(Code.INVALID, "; ".join(f"{fault.pointer.removeprefix('/data/')} {fault.detail}" for fault in faults[:3]), *faults)


def _barred_from(kind: Kind, enrolled: Enrolled) -> str | None:
    """Who writes a kind, if it says so and the source is enrolled with roles that are not among them."""
    if not kind.writers or not enrolled.roles or any(role in kind.writers for role in enrolled.roles):
        return None
    return ", ".join(kind.writers)


@lru_cache(maxsize=4096)
def _may_write(kind_id: str, prefixes: tuple[str, ...]) -> bool:
    return covered_by(kind_id, prefixes)


@lru_cache(maxsize=1024)
def _may_touch(families: tuple[str, ...], prefixes: tuple[str, ...]) -> bool:
    """Whether a source may write at least some kind of one of these families."""
    return any(is_below(family, prefix) or is_below(prefix.rstrip("."), family) for family in families for prefix in prefixes)
