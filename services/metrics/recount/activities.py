"""What the log's told events say of activities, attendances, shifts and visits, worked out anew. Contract, sections 2 and 4."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from services.metrics.recount.life import day_of, moment
from services.metrics.recount.told import Told, Worked, dims_by_catalogue, merge_patch, of_people, summed_by_catalogue, with_numbers, worked

_MAKING = {"planned", "recorded", "logged"}


class _Record:
    """A record as its last restating left it."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}
        self.at = ""
        self.withdrawn = self.cancelled = self.held = False


def replay(events: list[Told]) -> _Record:
    """One record's accepted events in their order."""
    record = _Record()
    for event in events:
        if event.verb in _MAKING:
            record.data, record.at = dict(event.data), event.time
        elif event.verb == "held":
            record.data, record.at, record.held = {**record.data, **event.data}, record.at or event.time, True
        elif event.verb == "cancelled":
            record.cancelled = True
        elif event.verb == "withdrawn":
            record.withdrawn = True
        else:
            record.data = merge_patch(record.data, event.data)
    return record


def derive(things: dict[str, list[Told]], catalogue: Any) -> Iterator[tuple[str, Worked]]:
    """Every row that the activities room's facts must add up to."""
    records = {subject: replay(events) for subject, events in things.items()}
    for subject, record in records.items():
        if record.withdrawn:
            continue
        match subject.partition("/")[0]:
            case "activity" if record.held and not record.cancelled:
                yield from ((subject, row) for row in _activity(record, catalogue))
            case "attendance":
                about = records[f"activity/{_key(record.data['activity'])}"]
                if about.held and not about.cancelled and not about.withdrawn:
                    numbers = summed_by_catalogue(catalogue, about.data["kind"], {"attributes": record.data.get("attributes")})
                    yield from ((subject, row) for row in with_numbers(_attendance(record, about, catalogue), numbers))
            case "shift":
                yield from ((subject, row) for row in _shift(record, catalogue))
            case "visit":
                day = day_of(moment(record.at))
                area, organisation = _key(record.data.get("area")), _key(record.data.get("organisation"))
                dims = dims_by_catalogue(catalogue, record.data["kind"], record.data)
                roles = _pick(of_people(catalogue, record.data["kind"], record.data), "by", "to")
                row = worked("visits", record.data["kind"], area, organisation, dims, day, day, roles=roles)
                numbers = summed_by_catalogue(catalogue, record.data["kind"], record.data)
                yield from ((subject, one) for one in with_numbers(row, numbers))
            case _:  # an activity that is only planned, or cancelled
                continue


def _place(data: dict[str, Any]) -> tuple[str | None, str | None]:
    lead = data["hosts"][0]
    area = _key(data.get("area")) or (_key(lead) if lead.startswith("area/") else None)
    return area, _key(lead) if lead.startswith("organisation/") else None


def _activity(record: _Record, catalogue: Any) -> Iterator[Worked]:
    data = record.data
    first = day_of(moment(data["starts"]))
    last = day_of(moment(data["ends"])) if "ends" in data else first
    roles = {"host": data["hosts"][0]} | _pick(data, "of")
    dims = dims_by_catalogue(catalogue, data["kind"], data)
    held = worked("activities", data["kind"], *_place(data), dims, first, first, roles=roles)
    yield from with_numbers(held, summed_by_catalogue(catalogue, data["kind"], data))
    day: date = first
    while day <= last:
        yield worked("activities.days", data["kind"], *_place(data), dims, day, day, roles=roles)
        day += timedelta(days=1)


def _attendance(record: _Record, about: _Record, catalogue: Any) -> Worked:
    kind = about.data["kind"]
    data = of_people(catalogue, kind, record.data)
    day = day_of(moment(about.data["starts"]))
    dims = dims_by_catalogue(catalogue, kind, about.data) | dims_by_catalogue(catalogue, kind, {"attributes": data.get("attributes")}) | _pick(data, "role")
    heads = 1 if "person" in data else int(data.get("head_count", 0))
    roles = {"of": f"activity/{_key(data['activity'])}"} | {role: _whole(role, data[role]) for role in ("person", "who") if role in data}
    return worked("attendance", kind, *_place(about.data), dims, day, day, value=heads, roles=roles)


def _shift(record: _Record, catalogue: Any) -> Iterator[Worked]:
    data = of_people(catalogue, record.data["kind"], record.data)
    day = day_of(moment(data["starts"]))
    minutes = data.get("minutes")
    if minutes is None:
        minutes = int((datetime.fromisoformat(data["ends"]) - datetime.fromisoformat(data["starts"])).total_seconds() // 60)
    roles = {"person": _whole("person", data["person"])} if "person" in data else {}
    if "of" in data:
        roles["of"] = data["of"]
    elif "activity" in data:
        roles["of"] = f"activity/{_key(data['activity'])}"
    dims = dims_by_catalogue(catalogue, data["kind"], data)
    place = _key(data.get("area")), _key(data.get("organisation"))
    served = worked("volunteer.minutes", data["kind"], *place, dims, day, day, value=minutes, roles=roles)
    yield from with_numbers(served, summed_by_catalogue(catalogue, data["kind"], data), "volunteer.shifts")
    if data.get("items"):
        yield worked("volunteer.items", data["kind"], *place, dims, day, day, value=data["items"], roles=roles)


def _key(reference: str | None) -> str | None:
    return None if reference is None else reference.split("/")[-1]


def _whole(family: str, value: str) -> str:
    return value if "/" in value else f"{family}/{value}"


def _pick(data: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: data[name] for name in names if data.get(name)}
