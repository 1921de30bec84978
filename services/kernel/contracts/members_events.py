"""What the members room is told: areas, organisations, members, units, entries, links and amounts. Contract, section 2."""

import msgspec
from msgspec import UNSET, UnsetType

from services.kernel.contracts.fields import (
    AmountKey,
    AreaKey,
    Day,
    EntryKey,
    Founding,
    KindId,
    LinkKey,
    Making,
    MemberKey,
    Name,
    OrganisationKey,
    Patch,
    Period,
    Plain,
    Reason,
    Reference,
    Text,
    UnitKey,
    Whole,
)


class AreaDefined(Founding, frozen=True, kw_only=True):
    """An area: a district, a street, a community, a village, a grid."""

    area: AreaKey
    kind: KindId
    parent: AreaKey | None = None
    name: Name | None = None


class AreaChanged(Patch, frozen=True, kw_only=True):
    """An area's fields, from this time on."""

    area: AreaKey
    kind: KindId | UnsetType = UNSET
    name: Name | UnsetType | None = UNSET


class AreaMoved(Plain, frozen=True, kw_only=True):
    """An area stands under another parent from this time on; null: under none."""

    area: AreaKey
    parent: AreaKey | None


class AreaMerged(Plain, frozen=True, kw_only=True):
    """An area ends, and what stands in it goes on in another."""

    area: AreaKey
    into: AreaKey


class AreaEnded(Plain, frozen=True, kw_only=True):
    """An area is no more."""

    area: AreaKey


class AreaWithdrawn(Plain, frozen=True, kw_only=True):
    """An area never was."""

    area: AreaKey


class OrganisationEstablished(Founding, frozen=True, kw_only=True):
    """Who acts or must act: a Party body, a department, a mass body."""

    organisation: OrganisationKey
    kind: KindId
    parent: OrganisationKey | None = None
    area: AreaKey | None = None
    field: Text | None = None
    formation: Text | None = None
    name: Name | None = None
    until: Day | None = None


class OrganisationChanged(Patch, frozen=True, kw_only=True):
    """An organisation's fields, from this time on."""

    organisation: OrganisationKey
    kind: KindId | UnsetType = UNSET
    area: AreaKey | UnsetType | None = UNSET
    field: Text | UnsetType | None = UNSET
    formation: Text | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    until: Day | UnsetType | None = UNSET


class OrganisationMoved(Plain, frozen=True, kw_only=True):
    """An organisation stands under another parent from this time on; null: under none."""

    organisation: OrganisationKey
    parent: OrganisationKey | None


class OrganisationMerged(Plain, frozen=True, kw_only=True):
    """An organisation ends; its children, members, links and open cases go on at another."""

    organisation: OrganisationKey
    into: OrganisationKey


class OrganisationEnded(Plain, frozen=True, kw_only=True):
    """An organisation is dissolved."""

    organisation: OrganisationKey


class OrganisationWithdrawn(Plain, frozen=True, kw_only=True):
    """An organisation never was."""

    organisation: OrganisationKey


class MemberJoined(Founding, frozen=True, kw_only=True):
    """Someone stands on an organisation's roll, as what, and how they came there."""

    member: MemberKey
    organisation: OrganisationKey
    standing: Text
    via: Text | None = None


class MemberChanged(Patch, frozen=True, kw_only=True):
    """A member's standing or attributes, from this time on."""

    member: MemberKey
    standing: Text | UnsetType = UNSET
    via: Text | UnsetType | None = UNSET


class MemberTransferred(Plain, frozen=True, kw_only=True):
    """A member belongs to another organisation from this time on."""

    member: MemberKey
    organisation: OrganisationKey


class MemberLeft(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A member leaves the roll; they may join again as a new stretch of the same key."""

    member: MemberKey
    reason: Reason


class MemberWithdrawn(Plain, frozen=True, kw_only=True):
    """A membership never was."""

    member: MemberKey


class UnitRegistered(Founding, frozen=True, kw_only=True):
    """What coverage is measured over: an enterprise, a social body, a school, an estate."""

    unit: UnitKey
    kind: KindId
    area: AreaKey | None = None
    name: Name | None = None


class UnitChanged(Patch, frozen=True, kw_only=True):
    """A unit's fields, from this time on."""

    unit: UnitKey
    kind: KindId | UnsetType = UNSET
    area: AreaKey | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET


class UnitEnded(Plain, frozen=True, kw_only=True):
    """A unit has closed or moved out."""

    unit: UnitKey


class UnitWithdrawn(Plain, frozen=True, kw_only=True):
    """A unit never was."""

    unit: UnitKey


class EntryRegistered(Founding, frozen=True, kw_only=True):
    """Any other row of a register: a facility, a post, a team, an agreement, a list, an honour, a household."""

    entry: EntryKey
    kind: KindId
    area: AreaKey | None = None
    organisation: OrganisationKey | None = None
    of: Reference | None = None
    name: Name | None = None
    until: Day | None = None


class EntryChanged(Patch, frozen=True, kw_only=True):
    """An entry's fields, from this time on."""

    entry: EntryKey
    kind: KindId | UnsetType = UNSET
    area: AreaKey | UnsetType | None = UNSET
    organisation: OrganisationKey | UnsetType | None = UNSET
    of: Reference | UnsetType | None = UNSET
    name: Name | UnsetType | None = UNSET
    until: Day | UnsetType | None = UNSET


class EntryEnded(Plain, frozen=True, kw_only=True):
    """An entry is no more."""

    entry: EntryKey


class EntryWithdrawn(Plain, frozen=True, kw_only=True):
    """An entry never was."""

    entry: EntryKey


class LinkSet(Founding, frozen=True, kw_only=True):
    """One thing covers, pairs with, serves, belongs to or holds another."""

    link: LinkKey
    kind: KindId
    from_: Reference = msgspec.field(name="from")
    to: Reference
    until: Day | None = None


class LinkChanged(Patch, frozen=True, kw_only=True):
    """A link's fields, from this time on; its ends are for good."""

    link: LinkKey
    kind: KindId | UnsetType = UNSET
    until: Day | UnsetType | None = UNSET


class LinkEnded(Plain, frozen=True, kw_only=True):
    """A link is no more."""

    link: LinkKey


class LinkWithdrawn(Plain, frozen=True, kw_only=True):
    """A link never was."""

    link: LinkKey


class AmountRecorded(Making, frozen=True, kw_only=True):
    """Money, or a reported statistic: value in whole units (fen, persons, square metres)."""

    amount: AmountKey
    kind: KindId
    value: Whole
    unit: Text
    organisation: OrganisationKey | None = None
    by: Reference | None = None
    area: AreaKey | None = None
    of: Reference | None = None
    period: Period | None = None


class AmountCorrected(Patch, frozen=True, kw_only=True):
    """An amount as it should have been told."""

    amount: AmountKey
    kind: KindId | UnsetType = UNSET
    value: Whole | UnsetType = UNSET
    unit: Text | UnsetType = UNSET
    organisation: OrganisationKey | UnsetType | None = UNSET
    by: Reference | UnsetType | None = UNSET
    area: AreaKey | UnsetType | None = UNSET
    of: Reference | UnsetType | None = UNSET
    period: Period | UnsetType | None = UNSET


class AmountWithdrawn(Plain, frozen=True, kw_only=True):
    """An amount never was."""

    amount: AmountKey
