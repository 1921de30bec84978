"""Records (activity, attendance, shift, visit, amount): restated on their own days. Contract, section 2, Time."""

import msgspec

from services.kernel.contracts.commands import Document


class Record(msgspec.Struct, tag="record", omit_defaults=True):
    """What was told of one record, and what of it holds."""

    first: Document  # the data of its making event
    data: Document  # as it is now
    time: str  # the making event's time, RFC 3339 in UTC
    withdrawn: bool = False
    extra: Document = {}  # the room's own (a plan, a cancellation)
