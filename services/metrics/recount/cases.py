"""What the log's told events say of cases, worked out anew, day by day. Contract, sections 2 and 4."""

import math
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from services.metrics.recount.life import Flat, Life, day_of, moment
from services.metrics.recount.told import Told, Worked, dims_by_catalogue, nested, of_people, summed_by_catalogue, with_numbers, worked

_NOW = date.max
_ABOUT = {"cases.opened", "cases.reached", "cases.resolved", "cases.closed", "cases.reopened"}


class Step(NamedTuple):
    """How a case was from a moment on, and what had been told to bring it about."""

    at: datetime
    verb: str
    fields: Flat
    told: dict[str, Any]
    final: bool
    resolved: bool
    merged: bool


def derive(things: dict[str, list[Told]], catalogue: Any) -> Iterator[tuple[str, Worked]]:
    """Every row that the cases room's facts must add up to."""
    for subject, events in things.items():
        life = _replay(events, catalogue)
        if not life.withdrawn:
            steps = [_step(one, catalogue) for one in life.moments]
            yield from ((subject, row) for row in _stocks(steps, life.opening, catalogue))
            yield from ((subject, row) for row in _flows(steps, life.opening, catalogue))


def _replay(events: list[Told], catalogue: Any) -> Life:
    life = Life()
    for event in events:
        when, data = moment(event.time), event.data
        match event.verb:
            case "opened":
                life.begin(when, "opened", data)
                fields = life.moments[-1].fields
                assert fields is not None
                fields.setdefault(("state",), next(state.id for state in catalogue.kind(data["kind"]).states if "initial" in state.marks))
            case "withdrawn":
                life.withdraw()
            case "moved":
                life.patch(when, "moved", {"state": data["to"], "into": data.get("into")}, data)
            case "assigned":
                life.patch(when, "assigned", {"organisation": data["organisation"], "person": data.get("person")})
            case _:
                life.patch(when, "changed", {name: value for name, value in data.items() if name != "case"})
    return life


def _step(one: Any, catalogue: Any) -> Step:
    states = catalogue.kind(one.fields[("kind",)]).states
    marks: set[str] = {mark for state in states if state.id == one.fields[("state",)] for mark in state.marks}
    return Step(one.at, one.verb, one.fields, one.told, "final" in marks, "resolved" in marks, "merged" in marks)


def _stocks(steps: list[Step], opening: bool, catalogue: Any) -> Iterator[Worked]:
    """The rows of each day's last step; neighbouring days that agree are joined by the caller."""
    last_of_day = {day_of(step.at): step for step in steps}
    days = sorted(last_of_day)
    since = day_of(steps[0].at)
    for position, day in enumerate(days):
        step = last_of_day[day]
        end = days[position + 1] if position + 1 < len(days) else None
        if not step.final:
            roles = {role: step.fields[(role,)] for role in ("of", "person") if step.fields.get((role,))}
            roles = of_people(catalogue, step.fields[("kind",)], roles)
            yield from _row("cases.open", step, catalogue, day, end, dims=("state", "tier", "channel"), roles=roles)
            if (due := step.fields.get(("due",))) is not None:
                start = max(day, _overdue_on(due))
                if start < (end or _NOW):
                    yield from _row("cases.overdue", step, catalogue, start, end, dims=("state", "tier", "channel"), roles=_about(step))
        if not opening and not step.merged and not step.fields.get(("into",)):
            resolved = {"resolved": "true" if step.resolved else "false"}
            yield from _row("cases.cohort", step, catalogue, day, end, dims=("tier", "channel"), extra=resolved, since=since, roles=_about(step))


def _flows(steps: list[Step], opening: bool, catalogue: Any) -> Iterator[Worked]:
    first = steps[0]
    if not opening:
        yield from _on("cases.opened", first, catalogue, dims=("tier", "channel"))
        if first.fields.get(("amount_fen",)) is not None:
            yield from _on("cases.amount", first, catalogue, value=first.fields[("amount_fen",)])
    been: set[str] = set()
    for position in range(1, len(steps)):
        before, step = steps[position - 1], steps[position]
        seconds = max(1, int((step.at - first.at) / timedelta(seconds=1)))
        if step.final and not before.final:
            yield from _on("cases.closed", step, catalogue, dims=("tier", "channel"))
        if before.final and not step.final:
            yield from _on("cases.reopened", step, catalogue, dims=("tier", "channel"))
        if step.resolved and not before.resolved:
            yield from _on("cases.resolved", step, catalogue, dims=("tier", "channel"), extra={"timely": _timely(step)})
            if not opening:
                yield from _on("cases.time_to_resolve", step, catalogue, extra={"b": _bucket(seconds)}, value=seconds)
        if step.verb == "moved":
            state = step.fields[("state",)]
            yield from _on("cases.moved", step, catalogue, dims=("state",))
            if state not in been:
                been.add(state)
                yield from _on("cases.reached", step, catalogue, dims=("state",))
                if not opening:
                    yield from _on("cases.time_to_reach", step, catalogue, dims=("state",), extra={"b": _bucket(seconds)}, value=seconds)
            if step.told.get("amount_fen") is not None:
                yield from _on("cases.amount_settled", step, catalogue, value=step.told["amount_fen"])


def _on(
    measure: str, step: Step, catalogue: Any, *, dims: tuple[str, ...] = (), extra: dict[str, str] | None = None, value: int | None = None
) -> Iterator[Worked]:
    day = day_of(step.at)
    roles = _about(step) if measure in _ABOUT else {}
    return _row(measure, step, catalogue, day, day, dims=dims, extra=extra, value=value, roles=roles)


def _row(
    measure: str, step: Step, catalogue: Any, start: date, end: date | None, *, dims: tuple[str, ...] = (), extra: dict[str, str] | None = None,
    value: int | None = None, since: date | None = None, roles: dict[str, str] | None = None,
) -> Iterator[Worked]:  # fmt: skip
    fields = step.fields
    named = {name: fields[(name,)] for name in dims if fields.get((name,))}
    all_dims = dims_by_catalogue(catalogue, fields[("kind",)], nested(fields)) | named | (extra or {})
    place = [None if fields.get((name,)) is None else fields[(name,)].split("/")[-1] for name in ("area", "organisation")]
    row = worked(measure, fields[("kind",)], place[0], place[1], all_dims, start, end, value=1 if value is None else value, since=since, roles=roles)
    has_numbers = value is None and measure != "cases.moved"
    return with_numbers(row, summed_by_catalogue(catalogue, fields[("kind",)], nested(fields)) if has_numbers else {})


def _about(step: Step) -> dict[str, str]:
    return {"of": step.fields[("of",)]} if step.fields.get(("of",)) else {}


def _overdue_on(due: str) -> date:
    return date.fromisoformat(due) + timedelta(days=1) if len(due) == len("2026-01-01") else day_of(moment(due))


def _timely(step: Step) -> str:
    due = step.fields.get(("due",))
    if due is None:
        return "none"
    kept = day_of(step.at) <= date.fromisoformat(due) if len(due) == len("2026-01-01") else step.at <= moment(due)
    return "in_time" if kept else "late"


def _bucket(seconds: int) -> str:
    """floor(8 · log2 s), from a guess that is then held against exact powers."""
    guess = math.floor(8 * math.log2(seconds))
    while Fraction(2) ** (guess + 1) <= Fraction(seconds) ** 8:
        guess += 1
    while Fraction(2) ** guess > Fraction(seconds) ** 8:
        guess -= 1
    return str(guess)
