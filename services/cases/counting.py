"""What a case counts: every row of its whole history as it is now told. Pure; docs/architecture.md, section 5.

Passages (closed, reopened, resolved) are read off any two neighbouring versions, whatever told the later one: a changed kind can change what a
state means, and the stock must still be what was there plus what came minus what went.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple, Protocol

from services.cases.workflows import Workflows
from services.kernel.catalogue.counted import Counted
from services.kernel.catalogue.kinds import State
from services.kernel.contracts.commands import Document
from services.kernel.contracts.facts import Dims, Roles, Row, Sums, canonical, with_sums
from services.kernel.days import business_date, next_day
from services.kernel.lifecycle.stamps import day_of, moment_of
from services.kernel.lifecycle.standing import Standing, Version
from services.kernel.writing.model import Entities, Entity

Stretch = tuple[date, date | None, "Stand"]
Days = tuple[date, date | None, "Moment"]


class Stand(NamedTuple):
    """Where a row stands: all of it but the measure and the days."""

    place: tuple[str, str | None, str | None]  # kind, area, organisation
    dims: str
    roles: str | None = None
    value: int = 1


class Moment(NamedTuple):
    """One version of a case with what it means: the state's marks are those of its kind at that time."""

    at: str
    verb: str
    data: Document
    told: Document
    state: State
    own: Dims  # the kind's own declared dimensions
    sums: Sums

    def stand(self, *fields: str, roles: Roles | None = None, **dims: str) -> Stand:
        """Its place, with its own dimensions, these fields as far as told, and these further dimensions."""
        data = self.data
        for field in fields:
            if value := data.get(field):
                dims[field] = value
        place = (data["kind"], data.get("area"), data.get("organisation"))
        return Stand(place, canonical(self.own | dims), canonical(roles) if roles else None)

    def about(self) -> Roles:
        """Whom or what the case is about, as a role."""
        return {"of": self.data["of"]} if self.data.get("of") else {}


class Dimensions(Protocol):
    """What the catalogue knows of what a kind is counted by."""

    def counted(self, kind: str, document: Document) -> Counted:
        """Declared dimensions and sums, of these fields and attributes."""
        ...


class Counting:
    """Implements kernel.writing.model.Counting for cases."""

    def __init__(self, catalogue: Dimensions, workflows: Workflows) -> None:
        self._catalogue = catalogue
        self._workflows = workflows

    def __call__(self, entity: Entity, _: Entities) -> Sequence[Row]:
        """Every row the case contributes; none when it was withdrawn."""
        case = entity.state
        assert isinstance(case, Standing)
        if case.withdrawn:
            return []
        moments = [self._moment(version) for version in case.versions]
        return [*_stocks(moments, case.opening), *_flows(moments, case.opening)]

    def _moment(self, version: Version) -> Moment:
        data = version.data
        assert data is not None  # a case does not end; it moves into a final state
        kind = data["kind"]
        own, sums = self._catalogue.counted(kind, data)
        return Moment(version.at, version.verb, data, version.extra, self._workflows.state(kind, data["state"]), own, sums)


def _stocks(moments: Sequence[Moment], opening: bool) -> Iterator[Row]:
    days = list(_days(moments))
    open_ = [(first, after, one) for first, after, one in days if not one.state.final]
    yield from _stretches("cases.open", open_, _open_stand)
    yield from _stretches("cases.overdue", list(_overdue(days)), _overdue_stand)
    if not opening:
        living = [(first, after, one) for first, after, one in days if not _is_merged(one)]
        yield from _stretches("cases.cohort", living, _cohort_stand, day_of(moments[0].at))


def _stretches(measure: str, days: Sequence[Days], stand: Callable[[Moment], Stand], since: date | None = None) -> Iterator[Row]:
    """The rows of a stock. What a number changes splits its own stretches and no others."""
    for first, after, one in _joined((first, after, stand(moment)) for first, after, moment in days):
        yield Row(measure, *one.place, one.dims, first, after, 1, since, one.roles)
    for name in sorted({name for _, _, moment in days for name, _ in moment.sums}):
        having = [(first, after, stand(moment)._replace(value=dict(moment.sums)[name])) for first, after, moment in days if name in dict(moment.sums)]
        for first, after, one in _joined(having):
            yield Row(f"{measure}:{name}", *one.place, one.dims, first, after, one.value, since, one.roles)


def _days(moments: Sequence[Moment]) -> Iterator[Days]:
    """What held at the ends of days, as stretches [from, to); of a day with several moments only the last one counts."""
    for position, one in enumerate(moments):
        first = day_of(one.at)
        after = day_of(moments[position + 1].at) if position + 1 < len(moments) else None
        if first != after:
            yield first, after, one


def _open_stand(one: Moment) -> Stand:
    roles = {role: one.data[role] for role in ("of", "person") if one.data.get(role)}
    return one.stand("state", "tier", "channel", roles=roles)


def _is_merged(one: Moment) -> bool:
    return "merged" in one.state.marks or one.data.get("into") is not None


def _cohort_stand(one: Moment) -> Stand:
    return one.stand("tier", "channel", resolved="true" if one.state.resolved else "false", roles=one.about())


def _overdue_stand(one: Moment) -> Stand:
    return one.stand("state", "tier", "channel", roles=one.about())


def _overdue(days: Iterable[Days]) -> Iterator[Days]:
    """The parts of being open that lie on or after the day on whose end the deadline in force had passed."""
    for first, after, one in days:
        due = one.data.get("due")
        if due is None or one.state.final:
            continue
        late = max(first, overdue_from(due))
        if after is None or late < after:
            yield late, after, one


def _joined(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Neighbouring stretches that stand alike as one: a deadline moved while it had passed anyway changes nothing."""
    held: Stretch | None = None
    for one in stretches:
        if held is not None and held[1] == one[0] and held[2] == one[2]:
            held = (held[0], one[1], one[2])
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held


def _flows(moments: Sequence[Moment], opening: bool) -> Iterator[Row]:
    opened = moments[0]
    if not opening:
        yield from _counted("cases.opened", opened, opened.stand("tier", "channel", roles=opened.about()))
        if opened.data.get("amount_fen") is not None:
            yield _row("cases.amount", opened, opened.stand(), opened.data["amount_fen"])
    reached: set[str] = set()
    for before, one in pairwise(moments):
        seconds = None if opening else _seconds(opened.at, one.at)
        yield from _passages(before, one, seconds)
        if one.verb == "moved":
            yield from _move(one, seconds, first=one.data["state"] not in reached)
            reached.add(one.data["state"])


def _passages(before: Moment, one: Moment, seconds: int | None) -> Iterator[Row]:
    if one.state.final and not before.state.final:
        yield from _counted("cases.closed", one, one.stand("tier", "channel", roles=one.about()))
    if before.state.final and not one.state.final:
        yield from _counted("cases.reopened", one, one.stand("tier", "channel", roles=one.about()))
    if one.state.resolved and not before.state.resolved:
        yield from _counted("cases.resolved", one, one.stand("tier", "channel", timely=timely(one.data.get("due"), one.at), roles=one.about()))
        if seconds is not None:
            yield _row("cases.time_to_resolve", one, one.stand(b=str(bucket(seconds))), seconds)


def _move(one: Moment, seconds: int | None, *, first: bool) -> Iterator[Row]:
    stand = one.stand("state")
    yield _row("cases.moved", one, stand)
    if first:
        yield from _counted("cases.reached", one, one.stand("state", roles=one.about()))
        if seconds is not None:
            yield _row("cases.time_to_reach", one, one.stand("state", b=str(bucket(seconds))), seconds)
    if one.told.get("amount_fen") is not None:
        yield _row("cases.amount_settled", one, one.stand(), one.told["amount_fen"])


def _row(measure: str, one: Moment, stand: Stand, value: int = 1) -> Row:
    day = day_of(one.at)
    return Row(measure, *stand.place, stand.dims, day, day, value, None, stand.roles)


def _counted(measure: str, one: Moment, stand: Stand) -> Iterator[Row]:
    return with_sums(_row(measure, one, stand), one.sums)


def overdue_from(due: str) -> date:
    """The first day at whose end a deadline has passed: a moment's own day; the day after a date, which means its end."""
    return business_date(datetime.fromisoformat(due)) if len(due) > 10 else next_day(date.fromisoformat(due))


def timely(due: str | None, at: str) -> str:
    """in_time at or before the deadline, late after it, none without one."""
    if due is None:
        return "none"
    in_time = moment_of(at) <= datetime.fromisoformat(due) if len(due) > 10 else day_of(at).isoformat() <= due
    return "in_time" if in_time else "late"


def bucket(seconds: int) -> int:
    """floor(8 · log2 s), exactly: the b with 2^b <= s^8 < 2^(b+1)."""
    return (seconds**8).bit_length() - 1


def _seconds(opened: str, at: str) -> int:
    return max(1, (moment_of(at) - moment_of(opened)) // timedelta(seconds=1))
