"""A told event as a room decides on it: read, checked against its contract and its kind, references resolved, persons hidden."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from services.kernel.days import business_date

Document = dict[str, Any]
"""An event's normalised data: JSON values, references whole (family/namespace:key), persons as pseudonyms, shorthands written out."""

_REFERENCE = re.compile(r"[a-z]+/[^:/ ]+:[A-Za-z0-9._:-]+")

Extension = str | int | bool
"""A CloudEvents extension attribute, passed on as it came."""


class Enrolled(msgspec.Struct, frozen=True, omit_defaults=True):
    """What the door knows of the source that speaks."""

    namespace: str
    register: str
    kinds: tuple[str, ...] = ("",)
    foreign: bool = False
    roles: tuple[str, ...] = ()  # whose source it is, for kinds that name their writers; a source without roles is not limited by them


class Command(msgspec.Struct, frozen=True):
    """One event, ready to be decided."""

    source: str
    id: str
    type: str  # org.wangge.case.opened.v1
    family: str  # case
    verb: str  # opened
    subject: str  # case/zhuhai:c-1: the entity it is about
    time: datetime  # aware, UTC; for records their own day's moment stands in data
    kind: str | None  # full catalogue id, of making events
    data: Document
    content: bytes  # hash of type, instant, subject and data: equal content, equal hash
    told: bytes  # the normalised event as JSON, as the log keeps it
    extensions: dict[str, Extension]  # without the names our own facts use
    namespace: str
    foreign: bool
    stated: datetime | None = None
    kinds: tuple[str, ...] = ("",)  # what the source may write; for events that name no kind, the room asks of the entity's

    @property
    def day(self) -> date:
        """The business date of the event's time."""
        return business_date(self.time)

    def references_in_attributes(self) -> Iterator[tuple[str, str]]:
        """(attributes/NAME, family/namespace:key) of the attributes that are references, to whatever family."""
        attributes = self.data.get("attributes")
        for name, value in attributes.items() if isinstance(attributes, dict) else ():
            if isinstance(value, str) and _REFERENCE.fullmatch(value):
                yield f"attributes/{name}", value
