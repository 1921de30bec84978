"""A link's life: while it and both its ends are. What an end brings about is never raised, so all of it is worked out anew each time."""

from typing import NamedTuple

from services.kernel.contracts.commands import Document
from services.kernel.lifecycle.standing import Standing, ended
from services.kernel.lifecycle.stretches import Spell, data_at, spells
from services.kernel.writing.model import Entities, Entity
from services.members.model.families import OWNED, TREES, family_of, key_of, subject_of

_NEVER_MERGED_TWICE = 64  # a chain of merges is a few long; a bound keeps a broken one from turning for ever


class Place(NamedTuple):
    """Where a link counts, keys without family."""

    area: str | None
    organisation: str | None


class Piece(NamedTuple):
    """[start, end) of moments in which a link was, with its own fields and its place."""

    start: str
    end: str | None
    data: Document
    place: Place


class Act(NamedTuple):
    """A moment at which a link was set or ended, with its fields and place there."""

    at: str
    data: Document
    place: Place


class LinkLife(NamedTuple):
    """What a link contributes: the pieces of its life, and the acts that began and ended it."""

    pieces: tuple[Piece, ...]
    sets: tuple[Act, ...]
    ends: tuple[Act, ...]

    @property
    def goes_on(self) -> bool:
        """Whether it is, as far as anything told says, without end."""
        return bool(self.pieces) and self.pieces[-1].end is None


_NOTHING = LinkLife((), (), ())


def ends_of(data: Document) -> tuple[str, ...]:
    """A link's ends as family/key, `from` first."""
    return tuple(subject for subject in (subject_of(data.get("from"), "entry"), subject_of(data.get("to"), "entry")) if subject is not None)


def depended_on(data: Document, entities: Entities) -> tuple[str, ...]:
    """The things whose change moves a link's rows: its ends, and, of merged ones, what they went into."""
    found: dict[str, None] = {}
    for end in ends_of(data):
        if family_of(end) in OWNED:
            found.update(dict.fromkeys((end, *heirs(end, entities))))
    return tuple(found)


def heirs(node: str, entities: Entities) -> tuple[str, ...]:
    """What a merged area or organisation went into, and what that went into, nearest first; nothing for all others."""
    found: dict[str, None] = {}
    entity = entities.get(node) if family_of(node) in TREES else None
    while entity is not None and isinstance(entity.state, Standing):
        over = ended(entity.state)
        into = None if over is None else subject_of(over.extra.get("into"), entity.family)
        if into is None or into in found:
            break
        found[into] = None
        entity = entities.get(into)
    return tuple(found)


def link_life(link: Entity, entities: Entities) -> LinkLife:
    """A link's life on the entities as they are. An end that never was (unknown, withdrawn) leaves it none.

    It waits for an end that begins later, and is over when one of its ends is: for good, also if that end begins again. Set after an end of it
    was over, it is set and ended at one moment.
    """
    state = link.state
    own = spells(state) if isinstance(state, Standing) else []
    if not own or not isinstance(state, Standing):
        return _NOTHING
    set_at = own[0].start
    ends: list[tuple[str, Standing | None]] = []
    begin, cut = set_at, None
    for subject in ends_of(own[0].segments[0].data):
        if family_of(subject) not in OWNED:
            ends.append((subject, None))
            continue
        entity = entities.get(subject)
        if entity is None or not isinstance(entity.state, Standing) or entity.state.withdrawn:
            return _NOTHING
        ends.append((subject, entity.state))
        since, until = _span(entity, set_at, entities)
        begin, cut = max(begin, since), _sooner(cut, until)
    return _clip(state, own, ends, begin, cut)


def _clip(state: Standing, own: list[Spell], ends: list[tuple[str, Standing | None]], begin: str, cut: str | None) -> LinkLife:
    pieces: list[Piece] = []
    acts_set: list[Act] = []
    acts_ended: list[Act] = []
    for number, spell in enumerate(own):
        if number and cut is not None and cut <= spell.start:
            break
        over = _sooner(spell.end, cut)
        if over is not None and over < spell.start:
            over = spell.start
        told = spell.ended_by is not None and spell.end == over
        if number == 0 and state.opening and over == spell.start and not told:
            continue  # over before we began
        alive = [piece for segment in spell.segments for piece in _pieces(segment.data, max(segment.start, begin), _sooner(segment.end, over), ends)]
        pieces += alive
        if number or not state.opening:
            data = spell.segments[0].data
            acts_set.append(Act(spell.start, data, _place(ends, spell.start)))
        if over is not None:
            last = alive[-1] if alive else Piece(over, over, spell.segments[-1].data, _place(ends, spell.start))
            acts_ended.append(Act(over, last.data, last.place))
    return LinkLife(tuple(pieces), tuple(acts_set), tuple(acts_ended))


def _pieces(data: Document, start: str, end: str | None, ends: list[tuple[str, Standing | None]]) -> list[Piece]:
    """One version of a link, cut where an end's fields change."""
    if end is not None and end <= start:
        return []
    cuts = {version.at for _, end_state in ends if end_state is not None for version in end_state.versions}
    inside = sorted(at for at in cuts if start < at and (end is None or at < end))
    starts = [start, *inside]
    return [Piece(at, until, data, _place(ends, at)) for at, until in zip(starts, [*inside, end], strict=True)]


def _place(ends: list[tuple[str, Standing | None]], at: str) -> Place:
    """The first of `from`, `to` that is an organisation, else the organisation of an end; the area likewise."""
    found: list[str | None] = []
    for field in ("area", "organisation"):
        direct = next((subject for subject, _ in ends if family_of(subject) == field), None)
        if direct is None:
            direct = next((value for _, state in ends if state is not None and (value := data_at(state, at).get(field))), None)
        found.append(key_of(direct))
    return Place(*found)


def _span(end: Entity, set_at: str, entities: Entities) -> tuple[str, str | None]:
    """From when and until when an end carries a link that was set at a moment; over at that moment if its life was over before."""
    state = end.state
    lives = spells(state) if isinstance(state, Standing) else []
    holding = next((life for life in lives if life.start <= set_at and (life.end is None or set_at < life.end)), None)
    if holding is None:
        merged = next((life for life in lives if life.start <= set_at and _goes_into(life)), None)
        if merged is not None:
            return set_at, _goes_on(end, merged, entities)
        if not lives or lives[0].start <= set_at:
            return set_at, set_at
        began = [life for life in lives if life.start == lives[0].start]
        holding = next((life for life in began if life.start != life.end), began[0])  # left and joined anew at one moment: the life that lasted
    return holding.start, _goes_on(end, holding, entities)


def _goes_into(life: Spell) -> object:
    return None if life.ended_by is None else life.ended_by.extra.get("into")


def _goes_on(end: Entity, life: Spell, entities: Entities) -> str | None:
    """When a life is over, counting that what was merged goes on where it went."""
    node, over = end, life.end
    for _ in range(_NEVER_MERGED_TWICE):
        into = subject_of(_goes_into(life), node.family)
        heir = None if into is None else entities.get(into)
        if over is None or heir is None or not isinstance(heir.state, Standing):
            return over
        later = next((next_life for next_life in spells(heir.state) if next_life.end is None or over < next_life.end or _goes_into(next_life)), None)
        if later is None:
            return over
        node, life = heir, later
        over = None if later.end is None else max(over, later.end)
    return over


def _sooner(one: str | None, other: str | None) -> str | None:
    if one is None or other is None:
        return other if one is None else one
    return min(one, other)
