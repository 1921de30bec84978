"""The rows a thing of the registers contributes, docs/architecture.md sections 4 and 5. Pure.

Stocks are as of the end of the day; flows stand on the day of the act, with the fields the act left (of an end: found).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import NamedTuple, Protocol

from services.kernel.catalogue.counted import Counted
from services.kernel.contracts.commands import Document
from services.kernel.contracts.facts import Roles, Row, Sums, canonical, with_sums
from services.kernel.lifecycle.record import Record
from services.kernel.lifecycle.stamps import day_of
from services.kernel.lifecycle.standing import Standing, ended
from services.kernel.lifecycle.stretches import Spell, day_stretches, spells
from services.kernel.writing.model import Entities, Entity
from services.members.model.amounts import day_of_amount
from services.members.model.families import TREES, key_of, subject_of
from services.members.model.links import Place, link_life

STOCKS = {"area": "areas", "organisation": "organisations", "member": "members", "unit": "units", "entry": "entries", "link": "links"}
BEGINNINGS = {"organisation": "organisations.established", "member": "members.joined", "unit": "units.registered", "entry": "entries.registered"}
ENDINGS = {"organisation": "organisations.ended", "member": "members.left", "unit": "units.ended", "entry": "entries.ended"}
TRANSFERRED_OUT, TRANSFERRED_IN = "members.transferred_out", "members.transferred_in"
TREE = "_tree"


class Dimensions(Protocol):
    """What the catalogue knows of what a kind is counted by."""

    def counted(self, kind: str, document: Document) -> Counted:
        """Declared dimensions and sums, of these fields and attributes."""
        ...


class _Face(NamedTuple):
    """What of a thing's fields decides where its rows stand: rows of equal faces are one stretch."""

    kind: str
    place: Place
    dims: str
    roles: str | None
    sums: Sums = ()


class Counting:
    """Implements kernel.writing.model.Counting for the members room."""

    def __init__(self, catalogue: Dimensions) -> None:
        self._catalogue = catalogue

    def __call__(self, entity: Entity, entities: Entities) -> Sequence[Row]:
        """Every row of the thing; none of a withdrawn one."""
        state = entity.state
        if state.withdrawn:
            return []
        if isinstance(state, Record):
            return list(self._amount(entity, state))
        if entity.family == "link":
            return list(self._link(entity, entities))
        lives = spells(state)
        faces = [[self._face(entity, part.data) for part in life.segments] for life in lives]
        rows = list(_stock(entity.family, lives, faces))
        rows += _flows(entity.family, lives, faces, opening=state.opening)
        if entity.family in TREES:
            rows += self._tree(entity, state, lives)
        return rows

    def _tree(self, entity: Entity, state: Standing, lives: list[Spell]) -> Iterator[Row]:
        pieces = ((part.start, part.end, self._node(entity, part.data)) for life in lives for part in life.segments)
        for first, after, face in day_stretches(pieces):
            yield _row(TREE, face, first, after)
        over = ended(state)
        into = None if over is None else key_of(over.extra.get("into"))
        if over is not None and into is not None:
            merged = _Face(_kind(entity, lives[-1].segments[-1].data), Place(None, None), canonical({"into": into}), None)
            yield _row(TREE, merged, day_of(over.at), None)

    def _link(self, entity: Entity, entities: Entities) -> Iterator[Row]:
        life = link_life(entity, entities)
        pieces = ((piece.start, piece.end, self._link_face(entity, piece.data, piece.place)) for piece in life.pieces)
        yield from _stretches("links", pieces)
        for measure, acts in (("links.set", life.sets), ("links.ended", life.ends)):
            for act in acts:
                yield from _occurrence(measure, self._link_face(entity, act.data, act.place), act.at)

    def _amount(self, entity: Entity, state: Record) -> Iterator[Row]:
        data, day = state.data, day_of_amount(state)
        kind, of = _kind(entity, data), subject_of(data.get("of"), "entry")
        dims, sums = self._catalogue.counted(kind, data)
        dims = dims | _texts(unit=data.get("unit"), of=of)
        roles = _texts(of=of, by=subject_of(data.get("by"), "organisation"))
        place = Place(key_of(data.get("area")), key_of(data.get("organisation")))
        row = Row("amounts", kind, *place, canonical(dims), day, day, int(data["value"]), None, canonical(roles) if roles else None)
        return with_sums(row, sums)

    def _face(self, entity: Entity, data: Document) -> _Face:
        """Where a thing stands, what it is, and what it is counted by."""
        family, kind = entity.family, _kind(entity, data)
        (dims, sums), roles = self._catalogue.counted(kind, data), Roles()
        place = Place(key_of(data.get("area")), key_of(data.get("organisation")))
        if family == "area":
            place = Place(key_of(entity.subject), None)
        elif family == "organisation":
            place = Place(place.area, key_of(entity.subject))
            dims |= _texts(field=data.get("field"), formation=data.get("formation"))
        elif family == "member":
            dims |= _texts(standing=data.get("standing"))
        elif family == "entry":
            roles = _texts(of=subject_of(data.get("of"), "entry"))
        return _Face(kind, place, canonical(dims), canonical(roles) if roles else None, sums)

    def _node(self, entity: Entity, data: Document) -> _Face:
        """A node of the tree: what it stands under, and what of it may serve as a dimension of what stands there."""
        kind, parent = _kind(entity, data), key_of(data.get("parent"))
        dims = self._catalogue.counted(kind, data).dims
        if entity.family == "area":
            return _Face(kind, Place(parent, None), canonical(dims), None)
        dims |= _texts(field=data.get("field"), formation=data.get("formation"))
        return _Face(kind, Place(key_of(data.get("area")), parent), canonical(dims), None)

    def _link_face(self, entity: Entity, data: Document, place: Place) -> _Face:
        kind = _kind(entity, data)
        roles = {end: subject for end in ("from", "to") if (subject := subject_of(data.get(end), "entry")) is not None}
        dims, sums = self._catalogue.counted(kind, data)
        return _Face(kind, place, canonical(dims), canonical(roles), sums)


def _stock(family: str, lives: list[Spell], faces: list[list[_Face]]) -> Iterator[Row]:
    pieces = ((part.start, part.end, face) for life, seen in zip(lives, faces, strict=True) for part, face in zip(life.segments, seen, strict=True))
    return _stretches(STOCKS[family], pieces)


def _stretches(measure: str, pieces: Iterable[tuple[str, str | None, _Face]]) -> Iterator[Row]:
    """The rows of a stock. What a number changes splits its own stretches and no others."""
    told = list(pieces)
    for first, after, face in day_stretches((start, end, face._replace(sums=())) for start, end, face in told):
        yield _row(measure, face, first, after)
    for name in sorted({name for _, _, face in told for name, _ in face.sums}):
        having = ((start, end, face._replace(sums=tuple(one for one in face.sums if one[0] == name))) for start, end, face in told)
        for first, after, face in day_stretches(having):
            for _, value in face.sums:  # one, or none while it was not told
                yield _row(f"{measure}:{name}", face, first, after)._replace(value=value)


def _flows(family: str, lives: list[Spell], faces: list[list[_Face]], *, opening: bool) -> Iterator[Row]:
    """Beginnings and ends with the face they left or found, transfers with both; an area has no flows."""
    if family not in BEGINNINGS:
        return
    for number, (life, seen) in enumerate(zip(lives, faces, strict=True)):
        from_before = number == 0 and opening
        if not from_before:
            yield from _occurrence(BEGINNINGS[family], seen[0], life.start)
        if life.end is not None and not (from_before and life.lapsed_at_once):
            yield from _occurrence(ENDINGS[family], seen[-1], life.end)
        for position, part in enumerate(life.segments[1:], 1):
            if part.verb == "transferred":
                yield from _occurrence(TRANSFERRED_OUT, seen[position - 1], part.start)
                yield from _occurrence(TRANSFERRED_IN, seen[position], part.start)


def _kind(entity: Entity, data: Document) -> str:
    kind = data.get("kind")
    return kind if isinstance(kind, str) else entity.kind or entity.family


def _texts(**values: object) -> dict[str, str]:
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _row(measure: str, face: _Face, first: date, after: date | None) -> Row:
    return Row(measure, face.kind, *face.place, face.dims, first, after, 1, None, face.roles)


def _occurrence(measure: str, face: _Face, at: str) -> Iterator[Row]:
    day = day_of(at)
    return with_sums(_row(measure, face, day, day), face.sums)
