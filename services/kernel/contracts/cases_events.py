"""What the cases room is told, and what its clock tells. Contract, section 2."""

import msgspec
from msgspec import UNSET, UnsetType

from services.kernel.contracts.fields import (
    AreaKey,
    CaseKey,
    Count,
    Due,
    Founding,
    Human,
    KindId,
    Mark,
    Moment,
    OrganisationKey,
    Patch,
    Plain,
    Reference,
    Text,
)


class CaseOpened(Founding, frozen=True, kw_only=True):
    """A demand, a finding, a task; organisation is who must act. One that is an opening may say in which state it is taken over."""

    case: CaseKey
    kind: KindId
    area: AreaKey | None = None
    organisation: OrganisationKey | None = None
    channel: Text | None = None
    tier: Text | None = None
    due: Due | None = None
    parent: CaseKey | None = None
    amount_fen: Count | None = None
    of: Reference | None = None
    state: Text | None = None


class CaseMoved(Plain, frozen=True, kw_only=True):
    """A case passes into another state of its kind's workflow; into names the case it was merged with."""

    case: CaseKey
    to: Text
    by: Reference | None = None
    amount_fen: Count | None = None
    into: CaseKey | None = None


class CaseAssigned(Plain, frozen=True, kw_only=True):
    """Another organisation must act from this time on."""

    case: CaseKey
    organisation: OrganisationKey
    person: Human | None = None


class CaseChanged(Patch, frozen=True, kw_only=True):
    """A case's fields, from this time on."""

    case: CaseKey
    kind: KindId | UnsetType = UNSET
    area: AreaKey | UnsetType | None = UNSET
    channel: Text | UnsetType | None = UNSET
    tier: Text | UnsetType | None = UNSET
    due: Due | UnsetType | None = UNSET
    parent: CaseKey | UnsetType | None = UNSET
    amount_fen: Count | UnsetType | None = UNSET
    of: Reference | UnsetType | None = UNSET


class CaseWithdrawn(Plain, frozen=True, kw_only=True):
    """A case never was."""

    case: CaseKey


class CaseMarked(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """The room's clock speaks: a deadline is near, has passed, was escalated. Published only."""

    case: CaseKey
    mark: Mark
    clock: Text
    due: Moment
