"""When a standing thing was, and how: versions as spells of moments, spells as stretches of days. Shared by members and cases."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple, TypeVar

from services.kernel.contracts.commands import Document
from services.kernel.lifecycle.stamps import day_ends, day_of
from services.kernel.lifecycle.standing import Standing, Version

T = TypeVar("T")


class Segment(NamedTuple):
    """[start, end) of moments during which one version held; end None: still. Empty if something else was told for the same moment."""

    start: str
    end: str | None
    verb: str  # what brought it about
    data: Document


class Spell(NamedTuple):
    """One life of a thing: from a beginning to an end, with the versions it went through in order (at least one)."""

    segments: tuple[Segment, ...]
    ended_by: Version | None  # the told end; None while it lives and where `until` passed

    @property
    def start(self) -> str:
        """The moment it began."""
        return self.segments[0].start

    @property
    def end(self) -> str | None:
        """The moment it was over: told, or the first after its last live day."""
        return self.segments[-1].end

    @property
    def lapsed_at_once(self) -> bool:
        """Whether its last live day had passed when it began. Of an opening thing: it was over before we began, and counts nowhere."""
        return self.ended_by is None and self.end == self.start


def spells(standing: Standing) -> list[Spell]:
    """The lives of a thing in order; none of a withdrawn one.

    A life ends by a told end or when `until` has passed; joining again begins another, and so does a change that sets a later `until` after it
    had passed; any other change after that raises nothing. A life that is over at the moment it is made, or is ended by an event at the moment it
    was raised, is kept, with an empty last segment: it was set and ended.
    """
    if standing.withdrawn:
        return []
    found: list[Spell] = []
    open_: list[Segment] = []
    versions = standing.versions
    begun = versions[0].verb
    for position, version in enumerate(versions):
        following = versions[position + 1].at if position + 1 < len(versions) else None
        if version.data is None:
            if open_:
                found.append(Spell(tuple(open_), version))
                open_ = []
            continue
        lapse = _lapse(version)
        if not open_ and lapse == version.at and version.verb != begun:
            continue
        is_over = lapse is not None and (following is None or lapse < following)
        open_.append(Segment(version.at, lapse if is_over else following, version.verb, version.data))
        if is_over or following is None:
            found.append(Spell(tuple(open_), None))
            open_ = []
    return [spell for spell in found if spell.start != spell.end or spell.ended_by is not None or spell.segments[0].verb == begun]


def _lapse(version: Version) -> str | None:
    """The moment at which this version's `until` has passed, not before the version itself."""
    until = None if version.data is None else version.data.get("until")
    return max(version.at, day_ends(until)) if isinstance(until, str) else None


def day_stretches(pieces: Iterable[tuple[str, str | None, T]]) -> list[tuple[date, date | None, T]]:
    """Pieces of moments, in order and apart, as stretches of days [from, to) of equal values.

    A day belongs to the piece that holds at its end: of several on one day the last one counts, and what began and ended on one day is none.
    """
    found: list[tuple[date, date | None, T]] = []
    for start, end, value in pieces:
        first, after = day_of(start), None if end is None else day_of(end)
        if first == after:
            continue
        if found and found[-1][1] == first and found[-1][2] == value:
            first = found.pop()[0]
        found.append((first, after, value))
    return found


def data_at(standing: Standing, moment: str) -> Document:
    """The fields as they were at a moment; of an ended thing as they last were before it, of a later one as they first were."""
    found = standing.first
    for version in standing.versions:
        if version.at > moment:
            break
        if version.data is not None:
            found = version.data
    return found


def is_live(standing: Standing, moment: str) -> bool:
    """Whether it was at a moment."""
    return any(spell.start <= moment and (spell.end is None or moment < spell.end) for spell in spells(standing))
