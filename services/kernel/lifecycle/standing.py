"""Standing things (area, organisation, member, unit, entry, link, case): they change at a moment. Contract, section 2, Time.

Every function is pure: a state and what was told give a new state, or None where nothing would change (a duplicate); a refusal is raised.
A duplicate leaves no trace: not in the fields' times, not in the newest time. So the state is a function of the accepted events in the
order they were accepted, and can be told again from the log.
"""

from datetime import datetime
from typing import NamedTuple

import msgspec

from services.kernel.contracts.commands import Document
from services.kernel.errors import Code, RefusedError, refuse
from services.kernel.lifecycle.patches import leaves, patched, without_newer
from services.kernel.lifecycle.stamps import day_of, stamp

LIFE = "*"
"""The name under which `set_at` keeps the time of the event that last began again or ended the life."""


class Version(msgspec.Struct, omit_defaults=True):
    """How a thing was from a moment on; data None: it was not (ended, left, or not yet back)."""

    at: str  # RFC 3339 in UTC
    verb: str  # what brought it about: registered, changed, transferred, moved, merged, ended …
    data: Document | None
    extra: Document = {}  # what the event told besides the fields: a move's reason, an end's reason


class Standing(msgspec.Struct, tag="standing", omit_defaults=True):
    """Everything one needs to say how a thing was on any day."""

    first: Document  # the data of its making event
    versions: list[Version]  # in the order of their times, which never go back
    set_at: dict[str, str]  # field -> the stated time of the newest change that set it; what the making set is not repeated here
    newest: str  # the newest told time
    opening: bool = False
    withdrawn: bool = False


class Told(NamedTuple):
    """What an accepted event comes to: the new state, from when it holds, and, of a late one, the time it stated."""

    state: Standing
    at: str
    stated: str | None


def make(time: datetime, verb: str, data: Document, extra: Document | None = None) -> Standing:
    """A thing's beginning, with all its fields. `opening` is read from data."""
    at = stamp(time)
    return Standing(first=data, versions=[Version(at, verb, data, extra or {})], set_at={}, newest=at, opening=data.get("opening") is True)


def present(standing: Standing) -> Document:
    """The fields as they are now; of an ended or withdrawn thing, as they last were."""
    return next(version.data for version in reversed(standing.versions) if version.data is not None)


def ended(standing: Standing) -> Version | None:
    """The told end, merge or leaving that holds now, or None. What `until` brings about is no told end."""
    last = standing.versions[-1]
    return last if last.data is None else None


def repeated(standing: Standing, data: Document) -> None:
    """A making event for a thing that exists: a duplicate (returns None) if data equal the first or the present ones; else raises conflict."""
    if data != standing.first and data != present(standing):
        raise _conflict("It exists with other data. Keys are never reused: tell a change, or make a new thing under a new key.", standing)


def change(standing: Standing, time: datetime, patch: Document, verb: str = "changed", extra: Document | None = None) -> Told | None:
    """A merge patch (RFC 7396) from a time on.

    Told late, it takes only the fields that no event dated after its stated time has set, and holds from the newest told time. None: nothing
    would change; a patch that says what is so already is told nevertheless if it carries an extra. Of a thing that ended by a told event, a
    change dated before the newest time would hold from the end on, where nothing is left to change (None); a later one is a conflict, as is any
    change of a withdrawn thing. An `until` that has passed bars nothing: a patch that sets a later one raises the thing again from its time.
    """
    stated = stamp(time)
    late = stated < standing.newest
    _not_withdrawn(standing)
    if ended(standing) is not None:
        if late:
            return None
        raise _conflict("It has ended; nothing about it changes any more. After an end, a new beginning is a new key.", standing)
    if late:
        patch = without_newer(patch, present(standing), lambda path: _set_time(standing, path) > stated)
        if not patch:
            return None
    before = present(standing)
    data = patched(before, patch)
    if data == before and not extra:
        return None
    at = standing.newest if late else stated
    times = standing.set_at | dict.fromkeys(leaves(patch), stated)
    return Told(_with(standing, Version(at, verb, data, extra or {}), times, at), at, stated if late else None)


def end(standing: Standing, time: datetime, verb: str = "ended", extra: Document | None = None) -> Told | None:
    """The end of a life: ended, left, merged.

    Told late, it holds from the newest told time, unless a rejoining dated after its stated time stands against it (None). A thing that has
    ended already, by a told event or because its `until` passed before this, is not ended again (None); a withdrawn one is a conflict.
    """
    stated = stamp(time)
    _not_withdrawn(standing)
    if ended(standing) is not None or stated < standing.set_at.get(LIFE, ""):
        return None
    late = stated < standing.newest
    at = standing.newest if late else stated
    if lapsed(standing, at):
        return None
    return Told(_with(standing, Version(at, verb, None, extra or {}), standing.set_at | {LIFE: stated}, at), at, stated if late else None)


def rejoin(standing: Standing, time: datetime, verb: str, data: Document, extra: Document | None = None) -> Told | None:
    """A making event for a thing that may begin again (members only) and exists.

    After an end, and dated after it, it begins a new stretch with all its fields; dated at the same moment it does so only if its data are
    not those told before. In every other case it is a repetition: None if data equal the first or the present ones, else a conflict.
    """
    stated = stamp(time)
    known = data == standing.first or data == present(standing)
    left = standing.set_at.get(LIFE, "")
    if standing.withdrawn or ended(standing) is None or stated < left or (stated == left and known):
        repeated(standing, data)
        return None
    late = stated < standing.newest
    at = standing.newest if late else stated
    return Told(_with(standing, Version(at, verb, data, extra or {}), {LIFE: stated}, at), at, stated if late else None)


def withdraw(standing: Standing) -> Standing | None:
    """It never was. Neither its time nor the newest matters; None if it was withdrawn before."""
    return None if standing.withdrawn else msgspec.structs.replace(standing, withdrawn=True)


def lapsed(standing: Standing, at: str) -> bool:
    """Whether its `until`, as it now is, has passed at a stamp."""
    until = present(standing).get("until")
    return isinstance(until, str) and day_of(at).isoformat() > until


def _set_time(standing: Standing, path: str) -> str:
    """The stated time of the newest event that set a field, or "" if none did.

    A field counts as set when the field itself, something it stands in, or something that stands in it was set.
    """
    begun = next(version for version in reversed(standing.versions) if version.verb == standing.versions[0].verb)
    rejoined = begun is not standing.versions[0]
    if rejoined:  # joining again says everything anew: nothing of the former stretch reaches into this one
        base = standing.set_at[LIFE]
    else:
        base = begun.at if any(_touch(path, other) for other in leaves(standing.first)) else ""
    return max([base, *(time for other, time in standing.set_at.items() if _touch(path, other))])


def _touch(one: str, other: str) -> bool:
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def _with(standing: Standing, version: Version, times: dict[str, str], at: str) -> Standing:
    return msgspec.structs.replace(standing, versions=[*standing.versions, version], set_at=times, newest=at)


def _not_withdrawn(standing: Standing) -> None:
    if standing.withdrawn:
        raise _conflict("It was withdrawn: it never was, so nothing about it can change or end.", standing)


def _conflict(detail: str, standing: Standing) -> RefusedError:
    last = standing.versions[-1]
    return refuse(Code.CONFLICT, f"{detail} Last told: {last.verb} at {last.at}.")
