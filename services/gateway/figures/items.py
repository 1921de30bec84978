"""What a figure is made of: the rows, things or people it counts, page by page, adding up to it at the same watermark."""

import hashlib
from datetime import date, timedelta
from typing import NamedTuple

import asyncpg
import msgspec

from services.gateway.figures.answer import Json
from services.gateway.figures.asked_axes import asked_axes
from services.gateway.figures.asking import Asked, touched_measures
from services.gateway.figures.cursors import After, Cursor, Cursors
from services.gateway.figures.distribution import BUCKET
from services.gateway.figures.engine import Engine, Prepared
from services.gateway.figures.fulfilment import Tested, as_items, find_tested
from services.gateway.figures.groups import ALL
from services.gateway.figures.item_sources import Side, Source, arguments_of, side_of, sources_of
from services.gateway.figures.question import Question, invalid
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.statements import ITEMS as SQL
from services.gateway.figures.sums import Sum, add_up
from services.gateway.figures.table import WHOLE, Slot
from services.kernel.catalogue.metrics import Fulfilment

MOST_ITEMS = 500
_DAY = timedelta(days=1)


class Page(NamedTuple):
    """One request for items."""

    question: Question
    side: Side = Side()
    cursor: str | None = None
    limit: int = 100


async def list_items(engine: Engine, snapshot: Snapshot, page: Page, cursors: Cursors) -> Json:
    """A page of what a figure counts."""
    asked = _fingerprint(page)
    cursor = Cursor(snapshot.head.generation, snapshot.head.n, snapshot.today, asked, 0) if page.cursor is None else cursors.read(page.cursor)
    if cursor.asked != asked:
        raise invalid("cursor", "this cursor belongs to another question; leave it out to begin anew")
    snapshot = snapshot.on(cursor.today)
    prepared = engine.prepare(snapshot, page.question)
    if isinstance(prepared.metric.form, Fulfilment):
        return _written(await _list_tested(prepared, prepared.metric.form, page, cursor), cursors)
    sources = await sources_of(prepared, page.side)
    items: list[Json] = []
    total, added = 0, 0
    following: Cursor | None = None
    for number, source in enumerate(sources):
        here = number >= cursor.source and following is None
        room = page.limit - len(items) if here else 0
        after = cursor.after if number == cursor.source else None
        found, whole = await _read(source, after, room + 1 if here else 0)
        total += whole.rows
        added += source.factor * (whole.rows if source.counts else whole.value)
        items += [_item(prepared, source, record) for record in found[:room]]
        if here and len(found) > room:
            following = msgspec.structs.replace(cursor, source=number, after=_after(found[room - 1]) if room else after)
    answer = _page(prepared, items, (total, added), following)
    if page.cursor is not None and await _is_stale(prepared, sources, cursor):
        answer["stale"] = True
    return _written(answer, cursors)


def _written(answer: Json, cursors: Cursors) -> Json:
    following = answer["next"]
    return {**answer, "next": None if following is None else cursors.write(following)}


def _page(prepared: Prepared, items: list[Json], sums: tuple[int, int], following: Cursor | None) -> Json:
    head = prepared.asked.snapshot.head
    answer: Json = {"items": items, "total": sums[0], "sum": sums[1], "next": following}
    return {**answer, "as_of": prepared.as_of.isoformat(), "watermark": head.id, "seen_to": head.seen_to, "lag_s": head.lag_s}


async def _list_tested(prepared: Prepared, form: Fulfilment, page: Page, cursor: Cursor) -> Json:
    """A page of the things (or of their periods) that a fulfilment is about. Each names the period it was tested over."""
    metric, asked = prepared.metric, prepared.asked
    within, not_in = side_of(metric, page.side)
    inner = asked.narrowed(asked.within(metric))
    found = list(as_items(await find_tested(inner, form), within, not_in))
    after = ("", date.min) if cursor.after is None else (cursor.after.thing, cursor.after.day or date.min)
    left = [tested for tested in found if (tested.subject, tested.span.period.first) > after]
    shown = left[: page.limit]
    following = None
    if len(left) > len(shown):
        following = msgspec.structs.replace(cursor, after=After(shown[-1].subject, shown[-1].span.period.first))
    answer = _page(prepared, [_tested_item(inner, tested) for tested in shown], (len(found), len(found)), following)
    snapshot = asked.snapshot
    moved = snapshot.head.generation != cursor.generation or snapshot.forest.n > cursor.n
    measures = touched_measures(asked.catalogue, metric, asked.frame.period.last)
    if page.cursor is not None and (moved or not snapshot.untouched_since(cursor.n, measures)):
        answer["stale"] = True
    return answer


def _tested_item(asked: Asked, tested: Tested) -> Json:
    family, _, key = tested.subject.partition("/")
    stood, resolver, day = tested.stood[0], asked.view.resolver(()), asked.frame.state
    return {
        "family": family,
        "key": key,
        "kind": stood.kind,
        "area": resolver.area_key(stood.area, stood.organisation, day),
        "organisation": None if stood.organisation is None else resolver.org_key(stood.organisation, day),
        "at": tested.span.period.first.isoformat(),
        "until": (tested.span.period.last + _DAY).isoformat(),
        "adds": 1,
        "passed": tested.passed,
    }


def _fingerprint(page: Page) -> str:
    return hashlib.sha256(repr((page.question, page.side)).encode()).hexdigest()[:16]


def _after(record: asyncpg.Record) -> After:
    return After(record["thing"], record["day"], record.get("tie"), record.get("copy"), record.get("axis"))


async def _read(source: Source, after: After | None, limit: int) -> tuple[list[asyncpg.Record], Sum]:
    """A source's items after one, and how many it has in all and what they add up to."""
    arguments, connection = [*arguments_of(source), source.only, source.without], source.asked.snapshot.connection
    if source.role:
        found = await connection.fetch(SQL.list_distinct, *arguments, None if after is None else after.thing, limit, source.role, source.like)
        return [record for record in found if record["thing"] is not None], Sum(found[0]["sum"], found[0]["total"])
    return await _rows(source, after, limit), await _whole(source, arguments)


async def _rows(source: Source, after: After | None, limit: int) -> list[asyncpg.Record]:
    """The rows after one, axis by axis until there are enough."""
    snapshot, leaf = source.asked.snapshot, source.leaf
    bounds = (leaf.role, leaf.nature, *source.period, source.asked.frame.state, source.only, source.without)
    where = (None,) * 5 if after is None else (after.axis, after.day, after.thing, after.tie, after.copy)
    found: list[asyncpg.Record] = []
    if not limit:
        return found
    for columns in (await asked_axes(source)).in_goes(None if after is None else after.axis):
        found += await snapshot.connection.fetch(SQL.list_rows, snapshot.head.generation, *columns, *bounds, *where, limit - len(found))
        if len(found) >= limit:
            break
    return found


async def _whole(source: Source, arguments: list[object]) -> Sum:
    """What the rows of a source add up to: all that a leaf has is summed already, some of its things are not."""
    if source.only is None and (source.without is None or source.lacks is not None):
        asked = source.asked.laid_out(source.layout)
        summed = await add_up(asked.snapshot, asked.view, source.leaf, asked.frame)
        whole, lacks = summed.sums.get((Slot(WHOLE, ALL), ()), Sum(0, 0)), source.lacks or Sum(0, 0)
        return Sum(whole.value - lacks.value, whole.rows - lacks.rows)
    record = await source.asked.snapshot.connection.fetchrow(SQL.sum_listed, *arguments)
    return Sum(0, 0) if record is None else Sum(record["sum"], record["total"])


def _item(prepared: Prepared, source: Source, record: asyncpg.Record) -> Json:
    family, _, key = record["thing"].partition("/")
    asked = prepared.asked
    day = source.day if source.day is not None else record["day"]
    resolver = asked.view.resolver(source.leaf.places)
    organisation = record["organisation"]
    item: Json = {
        "family": family,
        "key": key,
        "kind": record["kind"],
        "area": resolver.area_key(record["area"], organisation, day),
        "organisation": None if organisation is None else resolver.org_key(organisation, day),
        "at": record["day"].isoformat(),
        "adds": source.factor * (1 if source.counts else record["value"]),
    }
    if source.role:
        return item
    if record["until"] is not None and record["until"] != record["day"]:
        item["until"] = record["until"].isoformat()
    dims = {name: value for name, value in msgspec.json.decode(record["dims"]).items() if name != BUCKET}
    if dims:
        item["dimensions"] = dims
    if record["roles"] is not None:
        item["roles"] = msgspec.json.decode(record["roles"])
    return item


async def _is_stale(prepared: Prepared, sources: list[Source], cursor: Cursor) -> bool:
    """Whether the rows asked for, or the trees they are shown in, have moved since the first page."""
    head = prepared.asked.snapshot.head
    if head.generation != cursor.generation or prepared.asked.snapshot.forest.n > cursor.n:
        return True
    if head.n == cursor.n:
        return False
    for source in sources:
        for leaf in (source.leaf, *source.covering):
            arguments = arguments_of(source._replace(leaf=leaf))[:22]
            if await prepared.asked.snapshot.connection.fetchval(SQL.is_touched, *arguments, cursor.n):
                return True
    return False
