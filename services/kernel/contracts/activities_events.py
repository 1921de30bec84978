"""What the activities room is told: activities, attendance, shifts and visits. Contract, section 2."""

from msgspec import UNSET, UnsetType

from services.kernel.contracts.fields import (
    ActivityKey,
    AreaKey,
    AttendanceKey,
    Count,
    Hosts,
    Human,
    KindId,
    Making,
    Moment,
    OrganisationKey,
    Patch,
    Plain,
    Reference,
    ShiftKey,
    Text,
    VisitKey,
)


class ActivityPlanned(Making, frozen=True, kw_only=True):
    """An activity is to be; hosts, the first leads, or organisation as the only one."""

    activity: ActivityKey
    kind: KindId
    hosts: Hosts | None = None
    organisation: OrganisationKey | None = None
    area: AreaKey | None = None
    starts: Moment
    ends: Moment | None = None
    of: Reference | None = None


class ActivityHeld(ActivityPlanned, frozen=True, kw_only=True):
    """An activity took place; after a plan its fields replace the plan's."""


class ActivityCancelled(Plain, frozen=True, kw_only=True):
    """An activity did not take place."""

    activity: ActivityKey


class ActivityChanged(Patch, frozen=True, kw_only=True):
    """An activity as it should have been told."""

    activity: ActivityKey
    kind: KindId | UnsetType = UNSET
    hosts: Hosts | UnsetType = UNSET
    organisation: OrganisationKey | UnsetType = UNSET
    area: AreaKey | UnsetType | None = UNSET
    starts: Moment | UnsetType = UNSET
    ends: Moment | UnsetType | None = UNSET
    of: Reference | UnsetType | None = UNSET


class ActivityWithdrawn(Plain, frozen=True, kw_only=True):
    """An activity never was."""

    activity: ActivityKey


class AttendanceRecorded(Making, frozen=True, kw_only=True):
    """Who came: one person, a number of heads, or the body that came."""

    attendance: AttendanceKey
    activity: ActivityKey
    person: Human | None = None
    head_count: Count | None = None
    who: Reference | None = None
    role: Text | None = None
    organisation: OrganisationKey | None = None


class AttendanceCorrected(Patch, frozen=True, kw_only=True):
    """An attendance as it should have been told."""

    attendance: AttendanceKey
    activity: ActivityKey | UnsetType = UNSET
    person: Human | UnsetType | None = UNSET
    head_count: Count | UnsetType | None = UNSET
    who: Reference | UnsetType | None = UNSET
    role: Text | UnsetType | None = UNSET
    organisation: OrganisationKey | UnsetType | None = UNSET


class AttendanceWithdrawn(Plain, frozen=True, kw_only=True):
    """An attendance never was."""

    attendance: AttendanceKey


class ShiftLogged(Making, frozen=True, kw_only=True):
    """Someone served: from starts to ends, or minutes."""

    shift: ShiftKey
    kind: KindId
    person: Human
    organisation: OrganisationKey | None = None
    area: AreaKey | None = None
    starts: Moment
    ends: Moment | None = None
    minutes: Count | None = None
    items: Count | None = None
    activity: ActivityKey | None = None
    of: Reference | None = None


class ShiftCorrected(Patch, frozen=True, kw_only=True):
    """A shift as it should have been told."""

    shift: ShiftKey
    kind: KindId | UnsetType = UNSET
    person: Human | UnsetType = UNSET
    organisation: OrganisationKey | UnsetType | None = UNSET
    area: AreaKey | UnsetType | None = UNSET
    starts: Moment | UnsetType = UNSET
    ends: Moment | UnsetType | None = UNSET
    minutes: Count | UnsetType | None = UNSET
    items: Count | UnsetType | None = UNSET
    activity: ActivityKey | UnsetType | None = UNSET
    of: Reference | UnsetType | None = UNSET


class ShiftWithdrawn(Plain, frozen=True, kw_only=True):
    """A shift never was."""

    shift: ShiftKey


class VisitLogged(Making, frozen=True, kw_only=True):
    """Someone called on someone or some place."""

    visit: VisitKey
    kind: KindId
    by: Reference
    to: Reference
    organisation: OrganisationKey | None = None
    area: AreaKey | None = None


class VisitCorrected(Patch, frozen=True, kw_only=True):
    """A visit as it should have been told."""

    visit: VisitKey
    kind: KindId | UnsetType = UNSET
    by: Reference | UnsetType = UNSET
    to: Reference | UnsetType = UNSET
    organisation: OrganisationKey | UnsetType | None = UNSET
    area: AreaKey | UnsetType | None = UNSET


class VisitWithdrawn(Plain, frozen=True, kw_only=True):
    """A visit never was."""

    visit: VisitKey
