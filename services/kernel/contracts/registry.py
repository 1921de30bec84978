"""Every event type: whose it is, what it does to its entity, and the shape of its data."""

from typing import Literal

import msgspec

from services.kernel.contracts import activities_events as activities
from services.kernel.contracts import cases_events as cases
from services.kernel.contracts import members_events as members

PREFIX = "org.wangge."
SUFFIX = ".v1"

Effect = Literal["makes", "changes", "ends", "restates", "marks"]


class EventType(msgspec.Struct, frozen=True):
    """One type. A patch is a merge patch on the entity's data; published_only types are refused at the door."""

    name: str
    family: str
    verb: str
    owner: str
    effect: Effect
    data: type[msgspec.Struct]
    patch: bool = False
    published_only: bool = False


def _of(owner: str, family: str, *verbs: tuple[str, Effect, type[msgspec.Struct]]) -> list[EventType]:
    return [
        EventType(f"{PREFIX}{family}.{verb}{SUFFIX}", family, verb, owner, effect, data, verb in ("changed", "corrected"), effect == "marks")
        for verb, effect, data in verbs
    ]


_ALL: tuple[EventType, ...] = (
    *_of(
        "members",
        "area",
        ("defined", "makes", members.AreaDefined),
        ("changed", "changes", members.AreaChanged),
        ("moved", "changes", members.AreaMoved),
        ("merged", "changes", members.AreaMerged),
        ("ended", "ends", members.AreaEnded),
        ("withdrawn", "restates", members.AreaWithdrawn),
    ),
    *_of(
        "members",
        "organisation",
        ("established", "makes", members.OrganisationEstablished),
        ("changed", "changes", members.OrganisationChanged),
        ("moved", "changes", members.OrganisationMoved),
        ("merged", "changes", members.OrganisationMerged),
        ("ended", "ends", members.OrganisationEnded),
        ("withdrawn", "restates", members.OrganisationWithdrawn),
    ),
    *_of(
        "members",
        "member",
        ("joined", "makes", members.MemberJoined),
        ("changed", "changes", members.MemberChanged),
        ("transferred", "changes", members.MemberTransferred),
        ("left", "ends", members.MemberLeft),
        ("withdrawn", "restates", members.MemberWithdrawn),
    ),
    *_of(
        "members",
        "unit",
        ("registered", "makes", members.UnitRegistered),
        ("changed", "changes", members.UnitChanged),
        ("ended", "ends", members.UnitEnded),
        ("withdrawn", "restates", members.UnitWithdrawn),
    ),
    *_of(
        "members",
        "entry",
        ("registered", "makes", members.EntryRegistered),
        ("changed", "changes", members.EntryChanged),
        ("ended", "ends", members.EntryEnded),
        ("withdrawn", "restates", members.EntryWithdrawn),
    ),
    *_of(
        "members",
        "link",
        ("set", "makes", members.LinkSet),
        ("changed", "changes", members.LinkChanged),
        ("ended", "ends", members.LinkEnded),
        ("withdrawn", "restates", members.LinkWithdrawn),
    ),
    *_of(
        "members",
        "amount",
        ("recorded", "makes", members.AmountRecorded),
        ("corrected", "restates", members.AmountCorrected),
        ("withdrawn", "restates", members.AmountWithdrawn),
    ),
    *_of(
        "activities",
        "activity",
        ("planned", "makes", activities.ActivityPlanned),
        ("held", "makes", activities.ActivityHeld),
        ("cancelled", "ends", activities.ActivityCancelled),
        ("changed", "restates", activities.ActivityChanged),
        ("withdrawn", "restates", activities.ActivityWithdrawn),
    ),
    *_of(
        "activities",
        "attendance",
        ("recorded", "makes", activities.AttendanceRecorded),
        ("corrected", "restates", activities.AttendanceCorrected),
        ("withdrawn", "restates", activities.AttendanceWithdrawn),
    ),
    *_of(
        "activities",
        "shift",
        ("logged", "makes", activities.ShiftLogged),
        ("corrected", "restates", activities.ShiftCorrected),
        ("withdrawn", "restates", activities.ShiftWithdrawn),
    ),
    *_of(
        "activities",
        "visit",
        ("logged", "makes", activities.VisitLogged),
        ("corrected", "restates", activities.VisitCorrected),
        ("withdrawn", "restates", activities.VisitWithdrawn),
    ),
    *_of(
        "cases",
        "case",
        ("opened", "makes", cases.CaseOpened),
        ("moved", "changes", cases.CaseMoved),
        ("assigned", "changes", cases.CaseAssigned),
        ("changed", "changes", cases.CaseChanged),
        ("withdrawn", "restates", cases.CaseWithdrawn),
        ("marked", "marks", cases.CaseMarked),
    ),
)

TYPES: dict[str, EventType] = {one.name: one for one in _ALL}
"""By the CloudEvents type."""

OWNERS: dict[str, str] = {one.family: one.owner for one in _ALL}
"""Family to the room that owns it."""


def owner_of(type_name: str) -> str | None:
    """The room that is told events of this type; None if there is no such type."""
    known = TYPES.get(type_name)
    return known.owner if known else None


def type_name(family: str, verb: str) -> str:
    """The CloudEvents type of a family's verb."""
    return f"{PREFIX}{family}.{verb}{SUFFIX}"
