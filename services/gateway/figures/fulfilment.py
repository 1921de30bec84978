"""How many of the live things did what they were to do: each thing tested on its own, as a whole or period by period."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from services.gateway.figures.achieved import Achieved, achieved, passing, plain_subject
from services.gateway.figures.asking import Asked, Narrowing, UnsupportedDefinitionError, rows_of
from services.gateway.figures.groups import ALL
from services.gateway.figures.labels import sort_labels
from services.gateway.figures.periods import Interval, Period, interval_of, split
from services.gateway.figures.reading import label_arguments, place_arguments
from services.gateway.figures.statements import ITEMS as SQL
from services.gateway.figures.table import WHOLE, Numbers, Slot, Table, fraction
from services.gateway.figures.view import Layout
from services.kernel.catalogue.metrics import Fulfilment

_DAY = timedelta(days=1)


class Span(NamedTuple):
    """The days over which each thing is tested; `pending` while they are not over."""

    number: int
    bucket: int
    period: Period
    pending: bool


class Stretch(NamedTuple):
    """When and where a thing stood."""

    group: int
    placed: bool
    kind: str
    area: str | None
    organisation: str | None
    first: date
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether it stood on a day."""
        return self.first <= day and (self.until is None or day < self.until)


class Tested(NamedTuple):
    """One thing in one span: where it stood at the end of it, and whether it passed every test."""

    subject: str
    span: Span
    stood: tuple[Stretch, ...]
    passed: bool


async def fulfil(asked: Asked, form: Fulfilment) -> Table:
    """The fraction of the live things that pass every test; with `per`, of the things' whole periods. Unfinished periods are in neither part."""
    groups: dict[Slot, list[set[tuple[str, int]]]] = {}
    unplaced: set[tuple[str, int]] = set()
    pending = 0
    for tested in await find_tested(asked, form):
        if tested.span.pending:
            pending += tested.span.bucket == WHOLE
            continue
        for group in {ALL, *(stretch.group for stretch in tested.stood)}:
            num, den = groups.setdefault(Slot(tested.span.bucket, group), [set(), set()])
            den.add((tested.subject, tested.span.number))
            if tested.passed:
                num.add((tested.subject, tested.span.number))
        if tested.span.bucket == WHOLE and not all(stretch.placed for stretch in tested.stood):
            unplaced.add((tested.subject, tested.span.number))
    nums: Numbers = {slot: len(num) for slot, (num, _) in groups.items()}
    dens: Numbers = {slot: len(den) for slot, (_, den) in groups.items()}
    values: Numbers = {slot: fraction(len(num), len(den)) for slot, (num, den) in groups.items()}
    return Table(values, nums, dens, unplaced=len(unplaced), empty=None, pending=pending if form.per is not None else None)


async def find_tested(asked: Asked, form: Fulfilment) -> list[Tested]:
    """Every thing in every span it lived through, by subject and span."""
    if asked.of is not None:
        raise UnsupportedDefinitionError("those who are to do it cannot be narrowed by `of`")
    spans = list(_spans(asked, form))
    stretches = await _read_stretches(asked, form, spans)
    # What is done is looked for everywhere: the question's places and kinds are about those who are to do it.
    everywhere = asked.narrowed(Narrowing()).laid_out(Layout())._replace(of=None)
    rows: list[Achieved] = [await achieved(everywhere, test, form.role, [(span.number, span.period) for span in spans]) for test in form.all]
    found = []
    for subject in sorted(stretches):
        for span in spans:
            stood = _stood(stretches[subject], span, asked.snapshot.today, whole=form.per is not None)
            if stood:
                found.append(Tested(subject, span, stood, all(passing(one, span.number, subject) for one in rows)))
    return found


def _spans(asked: Asked, form: Fulfilment) -> Iterator[Span]:
    frame, today = asked.frame, asked.snapshot.today
    buckets = [(WHOLE, frame.period), *(enumerate(frame.buckets, 1) if frame.series else ())]
    number = 0
    for bucket, period in buckets:
        if form.per is None:
            yield Span(number, bucket, Period(period.first, min(period.last, frame.state if bucket == WHOLE else today)), False)
            number += 1
            continue
        interval = Interval(form.per)
        for part in _whole_intervals(period, interval):
            if part.first <= today:
                yield Span(number, bucket, part, part.last >= today)
                number += 1


def _whole_intervals(period: Period, interval: Interval) -> Iterable[Period]:
    """The calendar intervals that lie wholly in a period. Time without a beginning has none before the first thing: a `from` is asked for."""
    if period.first == date.min:
        return ()
    return [part for part in split(period, interval) if interval_of(part.first, interval) == part]


def _stood(stretches: list[Stretch], span: Span, today: date, *, whole: bool) -> tuple[Stretch, ...]:
    """Where a thing stood at the end of a span; nowhere if it was not live then or, with `whole`, did not live through all of it."""
    last = min(span.period.last, today)
    stood = tuple(stretch for stretch in stretches if stretch.holds(last))
    if whole:
        day = span.period.first
        while day <= last:
            until = max((stretch.until or date.max for stretch in stretches if stretch.holds(day)), default=day)
            if until == day:
                return ()
            if until > last:
                break
            day = until
    return stood


async def _read_stretches(asked: Asked, form: Fulfilment, spans: list[Span]) -> dict[str, list[Stretch]]:
    if not spans:
        return {}
    inner = asked.narrowed(asked.narrowing.by(kinds=asked.kinds_of(form.each), conditions=form.each.where))
    measure, rows = rows_of(inner, form.each.measure, "")
    leaf, snapshot = rows.leaf(measure), asked.snapshot
    labels = sort_labels(snapshot.labels(measure.id), leaf.labels, asked.view.groups)
    common = place_arguments(snapshot, asked.view, asked.view.places(leaf.places, asked.frame.state), measure.id)
    edges = (min(span.period.first for span in spans), max(span.period.last for span in spans))
    found: dict[str, list[Stretch]] = {}
    for subject, *stretch in await snapshot.connection.fetch(SQL.list_stretches, *common, *label_arguments(labels), form.holders or "thing", *edges):
        if subject is not None:
            found.setdefault(plain_subject(subject), []).append(Stretch(*stretch))
    return found


def as_items(found: list[Tested], within: str, not_in: str | None) -> Iterator[Tested]:
    """What of it is listed as num or den: finished spans of the whole period."""
    for tested in found:
        if tested.span.bucket == WHOLE and not tested.span.pending and (within == "den" or tested.passed) and not (not_in == "num" and tested.passed):
            yield tested
