"""The field types that event contracts are written with. What a field refers to stands in its type, where the reader finds it."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta, UnsetType

MOST = 2**53 - 1
"""The largest integer that every JSON reader keeps exact."""

KEY_PATTERN = r"^[A-Za-z0-9._:-]{1,64}$"
FAMILIES = ("area", "organisation", "member", "person", "unit", "entry", "link", "amount", "activity", "case")
"""Families that a reference may name."""

_REFERENCE_PATTERN = rf"^({'|'.join(FAMILIES)})/[A-Za-z0-9._:-]{{1,64}}$"
_HUMAN_PATTERN = r"^((person|member)/)?[A-Za-z0-9._:-]{1,64}$"

Text = Annotated[str, Meta(min_length=1, max_length=64)]
"""A short word that may become a dimension: a channel, a tier, a role, a unit of measure."""
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Whole = Annotated[int, Meta(ge=-MOST, le=MOST)]
Count = Annotated[int, Meta(ge=0, le=MOST)]
KindId = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)*$", max_length=64)]
Day = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}$", extra={"reads": "day"}, extra_json_schema={"format": "date"})]
"""A business date: the date in Asia/Shanghai."""
Moment = Annotated[
    str,
    Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$",
        extra={"reads": "moment"},
        extra_json_schema={"description": "RFC 3339 with offset"},
    ),
]
Due = Annotated[str, Meta(pattern=r"^\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:?\d{2}))?$", extra={"reads": "due"})]
"""A moment, or a business date, which means its end."""
Period = Annotated[str, Meta(pattern=r"^\d{4}(-Q[1-4]|-\d{2}|-\d{2}-\d{2})?$", extra={"reads": "period"})]
"""A year, a quarter, a month or a day: 2018, 2018-Q3, 2018-05, 2018-05-04."""

AreaKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "area"})]
OrganisationKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "organisation"})]
MemberKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "member"})]
UnitKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "unit"})]
EntryKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "entry"})]
LinkKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "link"})]
AmountKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "amount"})]
ActivityKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "activity"})]
AttendanceKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "attendance"})]
ShiftKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "shift"})]
VisitKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "visit"})]
CaseKey = Annotated[str, Meta(pattern=KEY_PATTERN, extra={"reads": "key", "family": "case"})]

Reference = Annotated[str, Meta(pattern=_REFERENCE_PATTERN, extra={"reads": "reference"})]
"""family/key"""
Human = Annotated[str, Meta(pattern=_HUMAN_PATTERN, extra={"reads": "human"})]
"""person/reference or member/reference of the source's register; a bare reference is a person's."""

Hosts = Annotated[list[Reference], Meta(min_length=1, max_length=32, extra={"reads": "references"})]
Programmes = Annotated[list[EntryKey], Meta(max_length=8, extra={"reads": "keys", "family": "entry"})]
Attributes = dict[str, str | int | bool | list[str]]
AttributesPatch = dict[str, str | int | bool | list[str] | None]

Mark = Literal["due-soon", "overdue", "escalated", "unanswered"]


class Making(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What every making event may carry. An absent field and null say the same."""

    attributes: Attributes | None = None
    programmes: Programmes | None = None


class Founding(Making, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A making event of a standing thing; opening: it existed before we began."""

    opening: bool = False


class Patch(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A merge patch on a thing's data (RFC 7396): what is absent stays, null removes, arrays are replaced whole."""

    attributes: AttributesPatch | UnsetType | None = msgspec.UNSET
    programmes: Programmes | UnsetType | None = msgspec.UNSET


class Plain(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """An event with fields of its own that is no patch: an end, a move, a merge, a withdrawal."""

    reason: Reason | None = None
