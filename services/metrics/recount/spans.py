"""Lives as spans of moments: from when until when a thing was, and how it was in between."""

from datetime import date, datetime, time
from typing import NamedTuple

from services.metrics.recount.life import CHINA, ONE_DAY, Flat, Life, day_of


class Part(NamedTuple):
    """[start, end) with one set of fields; verb is what brought it about."""

    start: datetime
    end: datetime | None
    verb: str
    fields: Flat


class Span(NamedTuple):
    """One life, from a beginning to an end (told, or `until` passed); into: what it was merged into."""

    parts: list[Part]
    into: str | None
    told: bool  # whether an event ended it

    @property
    def never_began(self) -> bool:
        """Whether its last day had passed when it began: of what existed before we began, nothing to count."""
        return self.end == self.start and not self.told

    @property
    def start(self) -> datetime:
        """Its beginning."""
        return self.parts[0].start

    @property
    def end(self) -> datetime | None:
        """Its end; None: it goes on."""
        return self.parts[-1].end


class Lived(NamedTuple):
    """A thing's lives."""

    spells: list[Span]
    withdrawn: bool
    opening: bool
    told: list[tuple[datetime, Flat]]  # from when on its fields were so, also after its last day

    def days(self) -> list[tuple[date, date | None, Flat]]:
        """Its days, cut at every change: what holds at the end of a day is the day's."""
        cut = []
        for spell in self.spells:
            for part in spell.parts:
                start, end = day_of(part.start), None if part.end is None else day_of(part.end)
                if start != end:
                    cut.append((start, end, part.fields))
        return cut

    def at(self, when: datetime) -> Flat:
        """Its fields at a moment; before its beginning the first ones, after its end the last."""
        found = self.told[0][1]
        for start, fields in self.told:
            if start <= when:
                found = fields
        return found


def lived(life: Life) -> Lived:
    """Lays a thing's moments out as lives."""
    spells: list[Span] = []
    parts: list[Part] = []
    made = life.moments[0].verb
    for position, one in enumerate(life.moments):
        following = life.moments[position + 1].at if position + 1 < len(life.moments) else None
        if one.fields is None:
            if parts:
                into = one.told.get("into")
                spells.append(Span(parts, into, True))
                parts = []
            continue
        until = one.fields.get(("until",))
        passed = None if until is None else max(one.at, datetime.combine(date.fromisoformat(until) + ONE_DAY, time(), CHINA))
        if passed == one.at and not parts and one.verb != made:
            continue  # it was over, and this change says nothing else
        lapses = passed is not None and (following is None or passed < following)
        parts.append(Part(one.at, passed if lapses else following, one.verb, one.fields))
        if lapses:
            spells.append(Span(parts, None, False))
            parts = []
    if parts:
        spells.append(Span(parts, None, False))
    spells = [one for one in spells if one.told or one.parts[0].verb == made or one.start != one.end]
    return Lived(spells, life.withdrawn, life.opening, [(one.at, one.fields) for one in life.moments if one.fields is not None])
