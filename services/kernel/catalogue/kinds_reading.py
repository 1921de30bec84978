"""Declared kinds become whole kinds: each takes over what its nearest declared ancestor has and adds its own."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

import msgspec

from services.kernel.catalogue.converting import convert, mapping
from services.kernel.catalogue.kinds import FAMILIES, LINK_ENDS, Access, Attribute, Example, Kind, Names, State
from services.kernel.catalogue.source import Flaw, Source
from services.kernel.catalogue.workflows import check_workflow

_ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9][a-z0-9_-]*)*")
_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DIMENSIONS = ("integer", "boolean", "enum", "set")
_ROW = re.compile(r"[A-Z]{1,3}[1-9][0-9]*")
_LONGEST = 64


class KindDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A kind as a file declares it; what is absent is inherited."""

    names: Names
    access: Access | None = msgspec.field(default=None, name="class")
    attributes: dict[str, object] = {}
    fields: dict[str, object] = {}
    marks: tuple[str, ...] = ()
    states: tuple[State, ...] | None = None
    from_: tuple[str, ...] | None = msgspec.field(default=None, name="from")
    to: tuple[str, ...] | None = None
    unlinkable: bool | None = None
    tree: str | None = None
    writers: tuple[str, ...] | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    rows: tuple[str, ...] = ()
    source: str = ""
    note: Names | None = None
    example: Example | None = None


Declared = dict[str, tuple[Source, dict[str, object]]]


def read_kinds(sources: list[Source], flaws: list[Flaw]) -> dict[str, Kind]:
    """All kinds by id, parents before children; flaws are noted, and the kinds that have them left out."""
    declared = _declared(sources, flaws)
    kinds: dict[str, Kind] = {}
    for family in FAMILIES:
        if family not in declared:
            kinds[family] = _bare(family)
    for kind_id in sorted(declared):
        source, value = declared[kind_id]
        document = convert(source, ("kinds", kind_id), value, KindDocument, flaws)
        if document is None:
            continue
        parent = _ancestor(kinds, kind_id)
        kind = _whole(source, kind_id, document, parent, flaws)
        kinds[kind_id] = kind
        if kind.family == "case":
            flaws.extend(check_workflow(source, kind, own=document.states is not None))
    return dict(sorted(kinds.items()))


def _declared(sources: list[Source], flaws: list[Flaw]) -> Declared:
    declared: Declared = {}
    for source in sources:
        top = mapping(source, (), source.value, flaws)
        for kind_id, value in mapping(source, ("kinds",), top.get("kinds"), flaws).items():
            at = ("kinds", kind_id)
            if not _ID.fullmatch(kind_id) or len(kind_id) > _LONGEST:
                flaws.append(source.flaw(at, f"{kind_id} is no id of a kind", f"Write lower-case words joined by dots, at most {_LONGEST} characters"))
            elif kind_id.partition(".")[0] not in FAMILIES:
                flaws.append(source.flaw(at, f"{kind_id} is of no family", f"Begin with one of {', '.join(FAMILIES)}"))
            elif kind_id in declared and declared[kind_id][0].layer < source.layer:
                declared[kind_id] = (source, _over(declared[kind_id][1], mapping(source, at, value, flaws)))
            elif kind_id in declared:
                other = declared[kind_id][0]
                where = f"{other.name}:{other.line('kinds', kind_id)}"
                flaws.append(source.flaw(at, f"{kind_id} is declared already, at {where}", "Extend it there, or declare a kind below it"))
            else:
                declared[kind_id] = (source, mapping(source, at, value, flaws))
    return declared


def _over(earlier: Mapping[str, object], later: Mapping[str, object]) -> dict[str, object]:
    """A kind as a later folder says it: word by word, of attributes and fields one by one."""
    made = {**earlier, **later}
    for section in ("attributes", "fields"):
        before, after = earlier.get(section), later.get(section)
        if isinstance(before, dict) and isinstance(after, dict):
            made[section] = {**before, **after}
    return made


def _bare(family: str) -> Kind:
    return Kind(id=family, family=family, names=Names(zh=family, en=family), access="internal", attributes={}, fields={}, marks=frozenset())


def _ancestor(kinds: Mapping[str, Kind], kind_id: str) -> Kind | None:
    above = kind_id
    while "." in above:
        above = above.rpartition(".")[0]
        if above in kinds:
            return kinds[above]
    return None


def _whole(source: Source, kind_id: str, document: KindDocument, parent: Kind | None, flaws: list[Flaw]) -> Kind:
    family = kind_id.partition(".")[0]
    base = parent or _bare(family)
    attributes = _attributes(source, kind_id, "attributes", document.attributes, flaws)
    fields = _attributes(source, kind_id, "fields", document.fields, flaws)
    flaws.extend(_check_ends(source, kind_id, document))
    flaws.extend(_check_words(source, kind_id, document))
    marks = base.marks | set(document.marks)
    return Kind(
        id=kind_id,
        family=family,
        names=document.names,
        access=document.access or base.access,
        attributes={**base.attributes, **attributes},
        fields={**base.fields, **fields},
        counted_fields=tuple(sorted(name for name, field in {**base.fields, **fields}.items() if field.dimension or field.sum)),
        marks=frozenset(marks),
        states=base.states if document.states is None else document.states,
        from_families=base.from_families if document.from_ is None else document.from_,
        to_families=base.to_families if document.to is None else document.to,
        unlinkable=base.unlinkable if document.unlinkable is None else document.unlinkable,
        tree=document.tree or base.tree,
        writers=base.writers if document.writers is None else document.writers,
        valid_from=document.valid_from or base.valid_from,
        valid_until=document.valid_until or base.valid_until,
        rows=document.rows,
        source=document.source,
        note=document.note,
        example=document.example,
        declared_at=f"{source.name}:{source.line('kinds', kind_id)}",
    )


def _attributes(source: Source, kind_id: str, section: str, values: Mapping[str, object], flaws: list[Flaw]) -> dict[str, Attribute]:
    found: dict[str, Attribute] = {}
    for name, value in values.items():
        at = ("kinds", kind_id, section, name)
        attribute = convert(source, at, value, Attribute, flaws)
        if attribute is None:
            continue
        if not _NAME.fullmatch(name):
            flaws.append(source.flaw(at, f"{name} is no name of an attribute", "Write lower-case letters, digits and _"))
        flaws.extend(source.flaw(at, f"{name}: {what}", mend) for what, mend in _faults(attribute))
        found[name] = attribute
    return found


def _faults(attribute: Attribute) -> Iterator[tuple[str, str]]:
    if attribute.type in ("enum", "set") and not attribute.values:
        yield f"an attribute of type {attribute.type} says what values it may have", "Add values: [...]"
    if attribute.values and attribute.type not in ("enum", "set"):
        yield f"values do not go with type {attribute.type}", "Use type: enum or set, or drop them"
    if len(set(attribute.values)) != len(attribute.values):
        yield "a value stands twice", "Keep one of them"
    if any("," in value for value in attribute.values):
        yield "a value has a comma, which joins the values of a set", "Write it without"
    if attribute.dimension and attribute.type not in _DIMENSIONS:
        yield f"an attribute of type {attribute.type} has too many values for a dimension", f"Use one of {', '.join(_DIMENSIONS)}"
    if attribute.dimension and attribute.tag == "sensitive":
        yield "a sensitive attribute may not become a dimension", "Drop dimension, or tag it internal if it is not about one person"
    if attribute.sum and attribute.type != "integer":
        yield f"an attribute of type {attribute.type} cannot be added up", "Use type: integer, or drop sum"
    if attribute.sum and attribute.tag == "sensitive":
        yield "a sensitive attribute may not be added up", "Drop sum, or tag it internal if it is not about one person"
    if attribute.dimension and attribute.type == "integer" and not attribute.band:
        yield "an integer becomes a dimension only in bands", "Add band: [lower bounds]"
    if attribute.band and (attribute.type != "integer" or list(attribute.band) != sorted(set(attribute.band))):
        yield "band holds the rising lower bounds of an integer's bands", "Write for example band: [1, 10, 50]"


def _check_ends(source: Source, kind_id: str, document: KindDocument) -> Iterator[Flaw]:
    for name, ends in (("from", document.from_), ("to", document.to)):
        if ends is None:
            continue
        if not kind_id.startswith("link"):
            yield source.flaw(("kinds", kind_id, name), f"only a link has {name}", "Drop it")
        for family in sorted(set(ends) - set(LINK_ENDS)):
            yield source.flaw(("kinds", kind_id, name), f"{family} cannot be the end of a link", f"Use {', '.join(LINK_ENDS)}")


def _check_words(source: Source, kind_id: str, document: KindDocument) -> Iterator[Flaw]:
    at = ("kinds", kind_id)
    for row in document.rows:
        if not _ROW.fullmatch(row):
            yield source.flaw((*at, "rows"), f"{kind_id}: {row} is no line of a list of systems", "Write a letter and a number: R9")
    for writer in document.writers or ():
        if not _NAME.fullmatch(writer):
            yield source.flaw((*at, "writers"), f"{kind_id}: {writer} is no name of a role", "Write lower-case letters, digits and _")
    if document.valid_from and document.valid_until and document.valid_until < document.valid_from:
        yield source.flaw((*at, "valid_until"), f"{kind_id} ends on {document.valid_until}, before it begins on {document.valid_from}", "Swap the two days")
