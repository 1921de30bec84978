"""The life of a link, worked out anew: while it is and both its ends are; what an end has ended is not raised. Contract, section 2."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from services.metrics.recount.life import Flat, day_of
from services.metrics.recount.spans import Lived, Span
from services.metrics.recount.told import Worked, dims_by_catalogue, nested, summed_by_catalogue, with_numbers, worked

_OWNED = {"area", "organisation", "member", "unit", "entry"}
Ends = list[tuple[str, Lived | None]]


def link_rows(link: Lived, lives: dict[str, Lived], catalogue: Any) -> Iterator[Worked]:
    """Every row of one link."""
    first = link.spells[0].parts[0].fields
    ends: Ends = []
    begin, cut = link.spells[0].start, None
    for name in ("from", "to"):
        subject = first[(name,)] if "/" in first[(name,)] else f"entry/{first[(name,)]}"
        if subject.split("/")[0] not in _OWNED:
            ends.append((subject, None))
            continue
        end = lives.get(subject)
        if end is None or end.withdrawn:
            return
        ends.append((subject, end))
        since, until = _reach(subject, end, link.spells[0].start, lives)
        begin, cut = max(begin, since), _earlier(cut, until)
    for number, spell in enumerate(link.spells):
        if number and cut is not None and cut <= spell.start:
            break
        yield from _spell_rows(spell, ends, begin, cut, catalogue, opening=number == 0 and link.opening)


def _spell_rows(spell: Span, ends: Ends, begin: datetime, cut: datetime | None, catalogue: Any, *, opening: bool) -> Iterator[Worked]:
    over = _earlier(spell.end, cut)
    if over is not None:
        over = max(over, spell.start)
    told = spell.told and over == spell.end
    if opening and over == spell.start and not told:
        return
    last = (spell.parts[-1].fields, spell.start)
    for part in spell.parts:
        start, stop = max(part.start, begin), _earlier(part.end, over)
        changes = {inner.start for _, end in ends if end is not None for one in end.spells for inner in one.parts}
        cuts = sorted({start, *(at for at in changes if start < at and (stop is None or at < stop))})
        for at, until in zip(cuts, [*cuts[1:], stop], strict=True):
            if until is not None and until <= at:
                continue
            last = (part.fields, at)
            if until is None or day_of(at) != day_of(until):
                yield from _rows("links", part.fields, ends, at, catalogue, day_of(at), None if until is None else day_of(until))
    if not opening:
        day = day_of(spell.start)
        yield from _rows("links.set", spell.parts[0].fields, ends, spell.start, catalogue, day, day)
    if over is not None:
        day = day_of(over)
        yield from _rows("links.ended", last[0], ends, last[1], catalogue, day, day)


def _rows(measure: str, fields: Flat, ends: Ends, at: datetime, catalogue: Any, start: Any, stop: Any) -> Iterator[Worked]:
    numbers = summed_by_catalogue(catalogue, fields.get(("kind",), "link"), nested(fields))
    return with_numbers(_row(measure, fields, ends, at, catalogue, start, stop), numbers)


def _row(measure: str, fields: Flat, ends: Ends, at: datetime, catalogue: Any, start: Any, stop: Any) -> Worked:
    kind = fields.get(("kind",), "link")
    place: list[str | None] = []
    for family in ("area", "organisation"):
        told = next((subject for subject, _ in ends if subject.startswith(f"{family}/")), None)
        if told is None:
            told = next((value for _, end in ends if end is not None and (value := end.at(at).get((family,)))), None)
        place.append(None if told is None else told.split("/")[-1])
    roles = {name: subject for name, (subject, _) in zip(("from", "to"), ends, strict=True)}
    return worked(measure, kind, place[0], place[1], dims_by_catalogue(catalogue, kind, nested(fields)), start, stop, roles=roles)


def _reach(subject: str, end: Lived, when: datetime, lives: dict[str, Lived]) -> tuple[datetime, datetime | None]:
    """From when and until when an end carries what was set at a moment."""
    for spell in end.spells:
        if spell.start <= when and (spell.end is None or when < spell.end or spell.into is not None):
            return spell.start, _over(subject, spell, lives)
    begun = [spell for spell in end.spells if spell.start == end.spells[0].start]
    first = next((spell for spell in begun if spell.start != spell.end), begun[0])
    if end.spells[0].start > when:
        return first.start, _over(subject, first, lives)
    return when, when


def _over(subject: str, spell: Span, lives: dict[str, Lived]) -> datetime | None:
    """When a life is over, or that of what it was merged into."""
    over = spell.end
    seen = {subject}
    while over is not None and spell.into is not None:
        name = spell.into if "/" in spell.into else f"{subject.split('/', maxsplit=1)[0]}/{spell.into}"
        heir = lives.get(name)
        if heir is None or heir.withdrawn or name in seen:
            return over
        seen.add(name)
        onward = next((one for one in heir.spells if one.end is None or over < one.end or one.into is not None), None)
        if onward is None:
            return over
        spell = onward
        over = None if onward.end is None else max(over, onward.end)
    return over


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    given = [at for at in (one, other) if at is not None]
    return min(given) if given else None
