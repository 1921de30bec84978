"""Money and reported statistics: records, restated on their own day."""

import calendar
import re
from collections.abc import Callable
from datetime import date

import msgspec

from services.kernel.contracts.commands import Command, Document
from services.kernel.errors import Code, Fault, refuse
from services.kernel.lifecycle import record
from services.kernel.lifecycle.record import Record
from services.kernel.lifecycle.stamps import day_of
from services.kernel.writing.model import Change, Decision, Entity
from services.members.model.families import fields_of

_PERIOD = re.compile(r"(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?")


def last_day(period: str) -> date:
    """The last day of `2018`, `2018-Q3`, `2018-05` or a date; ValueError for anything else."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise ValueError(f"{period!r} is no year, quarter, month or date")
    year, quarter, month, day = (None if part is None else int(part) for part in found.groups())
    assert year is not None
    if day is not None:
        return date.fromisoformat(period)
    month = month if month is not None else 12 if quarter is None else quarter * 3
    if not 1 <= month <= 12:
        raise ValueError(f"{period!r} names no month")
    return date(year, month, calendar.monthrange(year, month)[1])


def day_of_amount(state: Record) -> date:
    """The day an amount counts on: the last of its period, else that of its time."""
    period = state.data.get("period")
    return last_day(period) if isinstance(period, str) else day_of(state.time)


Unlink = Callable[[Command, str], Command]
"""The command without its people where the kind is unlinkable (kernel.contracts.reading.Reader.unlinked)."""


def decide_amount(command: Command, entity: Entity | None, unlink: Unlink) -> Decision:
    """Recorded, corrected (by a merge patch) or withdrawn. What is, or becomes, of an unlinkable kind does not say who paid."""
    _check(command.data)
    if command.verb == "recorded":
        if entity is not None:
            record.repeated(_record(entity), command.data)
            return Decision(())
        state = record.make(command.time, command.data)
        return _decision(command, None, Entity(command.subject, command.family, command.kind, None, (), state), state)
    assert entity is not None
    command = unlink(command, entity.kind or entity.family)
    changed = record.withdraw(_record(entity)) if command.verb == "withdrawn" else record.correct(_record(entity), fields_of(command))
    if changed is None:
        return Decision(())
    kind = changed.data["kind"]
    changed = msgspec.structs.replace(changed, data=unlink(msgspec.structs.replace(command, data=changed.data), kind).data)
    return _decision(command, entity, msgspec.structs.replace(entity, state=changed, kind=kind), changed)


def _decision(command: Command, before: Entity | None, after: Entity, state: Record) -> Decision:
    return Decision((Change(before, after, command.type, state.data),), command.told)


def _record(entity: Entity) -> Record:
    assert isinstance(entity.state, Record)
    return entity.state


def _check(data: Document) -> None:
    period = data.get("period")
    if isinstance(period, str):
        try:
            last_day(period)
        except ValueError as error:
            detail = f"{error}: write 2018, 2018-Q3, 2018-05 or 2018-05-31"
            raise refuse(Code.INVALID, detail, Fault("/data/period", detail)) from error
