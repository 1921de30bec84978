"""What needs somebody's care: changes told late, places and things that nobody told of, facts that could not be counted."""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from services.gateway.figures.answer import Json
from services.gateway.figures.figures import Figures
from services.gateway.figures.guard import Reader, classes_of, is_about_person
from services.gateway.figures.persons import PEOPLE
from services.gateway.figures.question import invalid
from services.gateway.figures.snapshot import Snapshot
from services.gateway.grants import Grant, places_reached
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.postgres.queries import load

_SQL = load("services.gateway", "sql/figures_quality.sql")
_TREE = "_tree"
_STANDING = ("area", "organisation", "unit", "entry")
"""Families of which every thing told of has rows, so that one without them is unknown."""

SECTIONS = ("late", "unplaced", "references")


class QualityAsked(NamedTuple):
    """Which section (None: late and unplaced, from their beginning), from where, how much."""

    section: str | None = None
    cursor: str | None = None
    limit: int = 100


class _After(msgspec.Struct, array_like=True):
    recorded: datetime
    topic: str
    partition: int
    sequence: int


class Quality:
    """Reads what needs care, as far as a reader may see it."""

    def __init__(self, figures: Figures) -> None:
        self._figures = figures
        self._catalogue = figures.catalogue
        self._references: tuple[str, list[Json]] = ("", [])

    async def read(self, asked: QualityAsked, reader: Reader, namespaces: frozenset[str] = frozenset()) -> Json:
        """A page of each section asked for. `namespaces`: whose own keys the reader knows itself.

        The references are read only when they are asked for by name: every counted row is looked at.
        """
        wanted = SECTIONS[:2] if asked.section is None else (asked.section,)
        answer: Json = {}
        following: Json = {}
        async with self._figures.snapshots.take() as snapshot:
            head = snapshot.head
            for section in wanted:
                if section == "late":
                    answer["late"], following["late"] = await self._late(snapshot, asked, reader)
                elif section == "unplaced":
                    found = [one for one in await self._unplaced(snapshot) if places_reached(reader.grants, snapshot.trees(snapshot.today), *_place(one))]
                    answer["unplaced"], following["unplaced"] = _page(found, asked)
                else:
                    found = await self._unknown(snapshot) if any(grant.is_everywhere for grant in reader.grants) else []
                    page, following["references"] = _page(found, asked)
                    answer["references"] = [_veiled(one, reader, namespaces) for one in page]
            reasons = {record["reason"]: record["count"] for record in await snapshot.connection.fetch(_SQL.count_dead_letters, head.generation)}
        letters = {"dead_letters": sum(reasons.values()), "dead_letter_reasons": reasons}
        return {"as_of": snapshot.today.isoformat(), **answer, "next": following, **letters, "seen_to": head.seen_to, "lag_s": head.lag_s}

    async def _late(self, snapshot: Snapshot, asked: QualityAsked, reader: Reader) -> tuple[list[Json], str | None]:
        after = _read_after(asked.cursor)
        trees = snapshot.trees(snapshot.today)
        shown: list[Json] = []
        while True:
            start = (after.recorded, after.topic, after.partition, after.sequence) if after else (None, None, None, None)
            records = await snapshot.connection.fetch(_SQL.list_late, *start, asked.limit + 1)
            for record in records[: asked.limit]:
                if len(shown) == asked.limit:
                    return shown, _write_after(after)
                after = _After(record["recorded"], record["topic"], record["partition"], record["sequence"])
                grant = self._grant_for(record["kind"] or "", [g for g in reader.grants if g.reaches(trees, record["area"], record["organisation"])])
                if grant is not None:
                    shown.append(_late_item(dict(record.items()), grant, self._catalogue))
            if len(records) <= asked.limit:
                return shown, None
            if len(shown) == asked.limit:
                return shown, _write_after(after)

    def _grant_for(self, kind: str, grants: Sequence[Grant]) -> Grant | None:
        wanted = classes_of(self._catalogue, kind)
        fitting = [grant for grant in grants if wanted <= set(grant.classes) and grant.has_kind(kind)]
        return max(fitting, key=lambda grant: len(grant.classes), default=None)

    async def _unplaced(self, snapshot: Snapshot) -> list[Json]:
        """Places named by what counts that are not in today's tree, with how much stands there.

        At a place that has ended only what still stands there counts: what happened while it was needs no care.
        """
        measures = self._catalogue.measures.values()
        head, trees, today = snapshot.head, snapshot.trees(snapshot.today), snapshot.today
        states: dict[tuple[str, str], str] = {}
        for family, key in await snapshot.connection.fetch(_SQL.list_places_named, head.generation):
            tree = trees.areas if family == "area" else trees.organisations
            if tree.live(tree.family.current(key, today)) is None:
                states[family, key] = "ended" if key in tree.nodes else "unknown"
        unknown = [f"{family}/{key}" for (family, key), state in states.items() if state == "unknown"]
        stocks = [measure.id for measure in measures if measure.nature == "stock"]
        hidden = [_TREE, *(measure.id for measure in measures if measure.internal)]
        columns = [family for family, _ in states], [key for _, key in states]
        counted = await snapshot.connection.fetch(_SQL.count_at_places, head.generation, *columns, stocks, today, unknown, hidden)
        found = [{**dict(record.items()), "state": states[record["family"], record["key"]]} for record in counted]
        return [{**one, "_at": f"{one['family']}/{one['key']} {one['measure']}"} for one in found]

    async def _unknown(self, snapshot: Snapshot) -> list[Json]:
        """Things that roles name and nobody told of; remembered until something is counted."""
        if self._references[0] != snapshot.head.id:
            forest = snapshot.forest
            places = [f"area/{key}" for key in forest.areas.nodes] + [f"organisation/{key}" for key in forest.organisations.nodes]
            stocks = [measure.id for measure in self._catalogue.measures.values() if measure.nature == "stock" and not measure.internal]
            records = await snapshot.connection.fetch(_SQL.list_unknown_references, snapshot.head.generation, list(_STANDING), places, stocks)
            self._references = snapshot.head.id, sorted((_reference(record["thing"], record) for record in records), key=lambda one: str(one["_at"]))
        return self._references[1]


def _place(one: Json) -> tuple[str, str]:
    return one["family"], one["key"]


def _reference(thing: str, record: object) -> Json:
    family, _, key = thing.partition("/")
    role, measure, count = (record[name] for name in ("role", "measure", "count"))  # type: ignore[index]  # a record of the database
    # Pages follow a hash, so that a cursor names nobody.
    at = hashlib.sha256(f"{thing} {role} {measure}".encode()).hexdigest()
    return {"family": family, "key": key, "role": role, "measure": measure, "count": count, "_at": at}


def _veiled(one: Json, reader: Reader, namespaces: frozenset[str]) -> Json:
    """What an unknown entry stands for is unknown too, so it may be a person: its key is for those who may be shown people, and for its own source."""
    key = one["key"]
    if one["family"] != "entry" or any(grant.names_persons for grant in reader.grants) or key.partition(":")[0] in namespaces:
        return one
    return {**one, "key": None, "withheld": True}


def _late_item(record: Json, grant: Grant, catalogue: Catalogue) -> Json:
    family, _, key = record["subject"].partition("/")
    item: Json = {"family": family, "key": key, **{name: record[name] for name in ("kind", "type", "area", "organisation", "causation")}}
    item |= {name: record[name].isoformat() for name in ("stated", "held_from", "recorded")}
    if not grant.names_persons and (family in PEOPLE or is_about_person(catalogue, record["kind"] or family)):
        item |= {"key": None, "causation": None, "withheld": True}
    return item


def _page(found: list[Json], asked: QualityAsked) -> tuple[list[Json], str | None]:
    left = [one for one in found if asked.cursor is None or one["_at"] > asked.cursor]
    page = left[: asked.limit]
    shown = [{name: value for name, value in one.items() if name != "_at"} for one in page]
    return shown, page[-1]["_at"] if len(left) > len(page) else None


def _write_after(after: _After | None) -> str | None:
    return None if after is None else urlsafe_b64encode(msgspec.json.encode(after)).decode().rstrip("=")


def _read_after(text: str | None) -> _After | None:
    try:
        return None if text is None else msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=_After)
    except (ValueError, msgspec.MsgspecError):
        raise invalid("cursor", "this is no cursor of this section; leave it out to begin anew") from None
