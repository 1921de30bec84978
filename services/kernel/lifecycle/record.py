"""Records (activity, attendance, shift, visit, amount): restated on their own days. Contract, section 2, Time.

Every function is pure: a state and what was told give a new state, or None where nothing would change (a duplicate); a refusal is raised.
A record has no history of its own: a correction says that it never was otherwise, so the order of corrections is the order they were told in.
"""

from datetime import datetime

import msgspec

from services.kernel.contracts.commands import Document
from services.kernel.errors import Code, refuse
from services.kernel.lifecycle.patches import patched
from services.kernel.lifecycle.stamps import stamp


class Record(msgspec.Struct, tag="record", omit_defaults=True):
    """What was told of one record, and what of it holds."""

    first: Document  # the data of its making event
    data: Document  # as it is now
    time: str  # the making event's time, RFC 3339 in UTC
    withdrawn: bool = False
    extra: Document = {}  # the room's own (a plan, a cancellation)


def make(time: datetime, data: Document, extra: Document | None = None) -> Record:
    """A record's beginning, with all its fields. Its day is the room's to say; `time` keeps the moment for those that count by it."""
    return Record(first=data, data=data, time=stamp(time), extra=extra or {})


def repeated(record: Record, data: Document, *others: Document) -> None:
    """A making event for a record that exists, also a withdrawn one: a duplicate (returns None) or a conflict (raised).

    It is a duplicate if its data equal the first or the present ones, or one of the others that the room counts as told making data.
    """
    if not any(data == known for known in (record.first, record.data, *others)):
        standing = "was withdrawn" if record.withdrawn else "exists with other data"
        raise refuse(Code.CONFLICT, f"It {standing}. Keys are never reused: tell a correction, or make a new record under a new key.")


def correct(record: Record, patch: Document) -> Record | None:
    """A merge patch (RFC 7396): it never was otherwise. None: nothing would change. Of a withdrawn record it is a conflict."""
    bar_withdrawn(record)
    data = patched(record.data, patch)
    return None if data == record.data else msgspec.structs.replace(record, data=data)


def withdraw(record: Record) -> Record | None:
    """It never was. None if it was withdrawn before."""
    return None if record.withdrawn else msgspec.structs.replace(record, withdrawn=True)


def bar_withdrawn(record: Record) -> None:
    """Raises conflict if the record was withdrawn: nothing more can be said about it."""
    if record.withdrawn:
        raise refuse(Code.CONFLICT, "It was withdrawn: it never was, so nothing about it can change. Make a new record under a new key.")
