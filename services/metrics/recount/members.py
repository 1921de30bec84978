"""What the log's told events say of the registers, worked out anew. Contract, sections 2 and 4."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from services.metrics.recount.life import Flat, Life, day_of, moment
from services.metrics.recount.links import link_rows
from services.metrics.recount.spans import Lived, lived
from services.metrics.recount.told import Told, Worked, dims_by_catalogue, merge_patch, nested, of_people, summed_by_catalogue, with_numbers, worked

_MAKING = {"defined", "established", "joined", "registered", "set"}
_ENDING = {"ended", "left", "merged"}
_STOCK = {"area": "areas", "organisation": "organisations", "member": "members", "unit": "units", "entry": "entries"}
_BEGUN = {"organisation": "organisations.established", "member": "members.joined", "unit": "units.registered", "entry": "entries.registered"}
_OVER = {"organisation": "organisations.ended", "member": "members.left", "unit": "units.ended", "entry": "entries.ended"}


def replay(events: list[Told]) -> Life:
    """One standing thing's accepted events in their order."""
    life = Life()
    for event in events:
        when = moment(event.time)
        if event.verb in _MAKING:
            life.begin(when, event.verb, event.data)
        elif event.verb in _ENDING:
            life.end(when, event.verb, event.data)
        elif event.verb == "withdrawn":
            life.withdraw()
        else:
            life.patch(when, event.verb, event.data)
    return life


def derive(things: dict[str, list[Told]], catalogue: Any) -> Iterator[tuple[str, Worked]]:
    """Every row that the members room's facts must add up to."""
    lives: dict[str, Lived] = {}
    for subject, events in things.items():
        if subject.startswith("amount/"):
            yield from ((subject, row) for row in _amount(events, catalogue))
        else:
            lives[subject] = lived(replay(_without_key(subject, events)))
    for subject, life in lives.items():
        if life.withdrawn:
            continue
        if subject.startswith("link/"):
            yield from ((subject, row) for row in link_rows(life, lives, catalogue))
        else:
            yield from ((subject, row) for row in _standing(subject, life, catalogue))


def _without_key(subject: str, events: list[Told]) -> list[Told]:
    """A thing's own key is not a field that changes."""
    own = subject.partition("/")[0]
    return [event._replace(data={name: value for name, value in event.data.items() if name != own}) for event in events]


def _standing(subject: str, life: Lived, catalogue: Any) -> Iterator[Worked]:
    family, _, key = subject.partition("/")
    for start, end, fields in life.days():
        yield from _rows(_STOCK[family], family, key, fields, catalogue, start, end)
        if family in {"area", "organisation"}:
            yield _node(family, fields, catalogue, start, end)
    for number, spell in enumerate(life.spells):
        from_before = number == 0 and life.opening
        begun, over = day_of(spell.start), None if spell.end is None else day_of(spell.end)
        if family in _BEGUN and not from_before:
            yield from _rows(_BEGUN[family], family, key, spell.parts[0].fields, catalogue, begun, begun)
        if family in _OVER and over is not None and not (from_before and spell.never_began):
            yield from _rows(_OVER[family], family, key, spell.parts[-1].fields, catalogue, over, over)
        for before, after in zip(spell.parts, spell.parts[1:], strict=False):
            if after.verb == "transferred":
                day = day_of(after.start)
                yield from _rows("members.transferred_out", family, key, before.fields, catalogue, day, day)
                yield from _rows("members.transferred_in", family, key, after.fields, catalogue, day, day)
        if spell.into is not None:
            kind = _kind(family, spell.parts[-1].fields)
            yield worked("_tree", kind, None, None, {"into": spell.into.split("/")[-1]}, over or begun, None)


def _rows(measure: str, family: str, key: str, fields: Flat, catalogue: Any, start: date, end: date | None) -> Iterator[Worked]:
    kind = _kind(family, fields)
    return with_numbers(_row(measure, family, key, fields, catalogue, start, end), summed_by_catalogue(catalogue, kind, nested(fields)))


def _row(measure: str, family: str, key: str, fields: Flat, catalogue: Any, start: date, end: date | None) -> Worked:
    kind = _kind(family, fields)
    dims = _dims(kind, fields, catalogue)
    area, organisation = _last(fields.get(("area",))), _last(fields.get(("organisation",)))
    roles = {}
    if family == "area":
        area, organisation = key, None
    elif family == "organisation":
        organisation = key
        dims |= _named(fields, "field", "formation")
    elif family == "member":
        dims |= _named(fields, "standing")
    elif family == "entry" and ("of",) in fields:
        roles = {"of": _whole(fields[("of",)])}
    return worked(measure, kind, area, organisation, dims, start, end, roles=roles)


def _node(family: str, fields: Flat, catalogue: Any, start: date, end: date | None) -> Worked:
    kind, parent = _kind(family, fields), _last(fields.get(("parent",)))
    dims = _dims(kind, fields, catalogue)
    if family == "area":
        return worked("_tree", kind, parent, None, dims, start, end)
    return worked("_tree", kind, _last(fields.get(("area",))), parent, dims | _named(fields, "field", "formation"), start, end)


def _amount(events: list[Told], catalogue: Any) -> Iterator[Worked]:
    data: dict[str, Any] = {}
    for event in events:
        if event.verb == "withdrawn":
            return
        data = dict(event.data) if event.verb == "recorded" else merge_patch(data, event.data)
    data = of_people(catalogue, data["kind"], data)
    day = _last_day(data["period"]) if data.get("period") else day_of(moment(events[0].time))
    dims = dims_by_catalogue(catalogue, data["kind"], data) | {"unit": data["unit"]}
    roles = {}
    if data.get("of"):
        dims["of"] = roles["of"] = _whole(data["of"])
    if data.get("by"):
        roles["by"] = data["by"] if "/" in data["by"] else f"organisation/{data['by']}"
    row = worked("amounts", data["kind"], _last(data.get("area")), _last(data.get("organisation")), dims, day, day, value=data["value"], roles=roles)
    yield from with_numbers(row, summed_by_catalogue(catalogue, data["kind"], data))


def _last_day(period: str) -> date:
    if "Q" in period:
        year, _, quarter = period.partition("-Q")
        return _month_end(int(year), int(quarter) * 3)
    parts = [int(part) for part in period.split("-")]
    return date(*parts) if len(parts) == 3 else _month_end(parts[0], parts[1] if len(parts) == 2 else 12)


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _kind(family: str, fields: Flat) -> str:
    kind: str = fields.get(("kind",), family)
    return kind


def _dims(kind: str, fields: Flat, catalogue: Any) -> dict[str, str]:
    return dims_by_catalogue(catalogue, kind, nested(fields))


def _named(fields: Flat, *names: str) -> dict[str, str]:
    return {name: fields[(name,)] for name in names if (name,) in fields}


def _last(reference: str | None) -> str | None:
    return None if reference is None else reference.split("/")[-1]


def _whole(reference: str) -> str:
    return reference if "/" in reference else f"entry/{reference}"
