"""Measures and metrics out of the files: one form each, operands that exist, no cycles."""

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from itertools import pairwise
from typing import cast

import msgspec

from services.kernel.catalogue import measures_reading
from services.kernel.catalogue.converting import convert, mapping
from services.kernel.catalogue.kinds import FAMILIES, Access, Kind, Names
from services.kernel.catalogue.measures_reading import with_numbers
from services.kernel.catalogue.metrics import FORMS, Axis, Condition, Distinct, Exclusion, Form, Measure, Metric, Nature, Sum
from services.kernel.catalogue.metrics_checking import faults
from services.kernel.catalogue.source import Flaw, Source

Definitions = dict[str, tuple[Metric, ...]]
_AXES: tuple[Axis, ...] = ("area", "org", "kind")


class MetricDocument(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A definition as a file writes it, without its form; what is absent is taken from the measures it names."""

    id: str
    version: int = 1
    valid_from: date = date(1970, 1, 1)
    unit: str
    text: Names
    nature: Nature | None = None
    families: tuple[str, ...] | None = None
    axes: tuple[Axis, ...] | None = None
    dimensions: tuple[str, ...] | None = None
    kinds: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    default_where: tuple[Condition, ...] = ()
    where: tuple[Condition, ...] = ()
    exclude: tuple[Exclusion, ...] = ()
    access: Access = msgspec.field(default="public", name="class")
    exposed: bool = False
    rows: tuple[str, ...] = ()


def read_measures(sources: list[Source], kinds: Mapping[str, Kind], flaws: list[Flaw]) -> dict[str, Measure]:
    """The row measures by id, with those of the numbers that kinds let figures add up."""
    return with_numbers(measures_reading.read_measures(_listed(sources, "measures", flaws), flaws), kinds.values())


def read_metrics(sources: list[Source], kinds: Mapping[str, Kind], measures: Mapping[str, Measure], flaws: list[Flaw]) -> Definitions:
    """The definitions by id, their versions in the order they hold from."""
    found: dict[str, list[tuple[Metric, Source, int]]] = {}
    told: list[tuple[MetricDocument, Form, Source, int]] = []
    for source, number, value in _listed(sources, "metrics", flaws):
        document, form = _parted(source, number, value, flaws)
        if document is not None and form is not None:
            told.append((document, form, source, number))
    known = _inheritable(told, measures)
    ids = {document.id for document, _, _, _ in told}
    for document, form, source, number in told:
        metric = _metric(document, form, known, f"{source.name}:{source.line('metrics', number)}")
        found.setdefault(metric.id, []).append((metric, source, number))
        flaws.extend(_check(metric, known.keys() | ids, source, number))
        flaws.extend(source.flaw(("metrics", number), f"{metric.id}: {what}", mend) for what, mend in faults(metric, known, measures, kinds))
    definitions: Definitions = {}
    for metric_id in sorted(found):
        ordered = sorted(found[metric_id], key=lambda one: one[0].version)
        flaws.extend(_check_versions(ordered))
        definitions[metric_id] = tuple(metric for metric, _, _ in ordered)
    flaws.extend(_cycles(definitions, found))
    return definitions


def _listed(sources: list[Source], section: str, flaws: list[Flaw]) -> Iterator[tuple[Source, int, object]]:
    for source in sources:
        value = mapping(source, (), source.value, flaws).get(section)
        if value is not None and not isinstance(value, list):
            flaws.append(source.flaw((section,), f"{section} is a list", "Begin each item with a dash"))
            continue
        for number, item in enumerate(value or ()):
            if (section, number) not in source.replaced:
                yield source, number, item


def _parted(source: Source, number: int, value: object, flaws: list[Flaw]) -> tuple[MetricDocument | None, Form | None]:
    """A definition in two: its head, and its one form."""
    at = ("metrics", number)
    fields = mapping(source, at, value, flaws)
    named = [name for name in fields if name in FORMS]
    if len(named) != 1:
        said = f"it has {' and '.join(named)}" if named else "it has none"
        flaws.append(source.flaw(at, f"a definition has exactly one form; {said}", f"Forms: {', '.join(FORMS)}"))
        return None, None
    name = named[0]
    head = convert(source, at, {key: item for key, item in fields.items() if key != name}, MetricDocument, flaws)
    body = mapping(source, (*at, name), fields[name], flaws)
    return head, cast("Form | None", convert(source, (*at, name), {"form": name, **body}, FORMS[name], flaws))


def _inheritable(told: list[tuple[MetricDocument, Form, Source, int]], measures: Mapping[str, Measure]) -> dict[str, Metric]:
    """Everything an operand may name, as metrics, without order: a definition may name one that stands below it."""
    known = {measure.id: _of_measure(measure) for measure in measures.values()}
    pending = list(told)
    for _ in range(len(told) + 1):
        rest = []
        for document, form, source, number in pending:
            metric = _metric(document, form, known, "")
            if document.id not in measures and all(name in known for name in metric.measures):
                known[document.id] = metric
            else:
                rest.append((document, form, source, number))
        if len(rest) == len(pending):
            break
        pending = rest
    return known


def _of_measure(measure: Measure) -> Metric:
    return Metric(
        id=measure.id,
        version=1,
        valid_from=date.min,
        unit=measure.unit,
        text=measure.names,
        form=Sum(measure=measure.id),
        nature=measure.nature,
        families=measure.families,
        axes=_AXES,
        dimensions=measure.dimensions,
    )


def _metric(document: MetricDocument, form: Form, known: Mapping[str, Metric], declared_at: str) -> Metric:
    bare = Metric(
        id=document.id,
        version=document.version,
        valid_from=document.valid_from,
        unit=document.unit,
        text=document.text,
        form=form,
        nature="flow",
        families=(),
        axes=document.axes or _axes_of(form),
        dimensions=(),
        kinds=document.kinds,
        marks=document.marks,
        default_where=document.default_where,
        where=document.where,
        exclude=document.exclude,
        access=document.access,
        exposed=document.exposed,
        rows=document.rows,
        declared_at=declared_at,
    )
    operands = [known[name] for name in bare.measures if name in known]
    natures = [operand.nature for operand in operands]
    shared = [name for name in (operands[0].dimensions if operands else ()) if all(name in operand.dimensions for operand in operands)]
    return msgspec.structs.replace(
        bare,
        nature=document.nature or (natures[0] if natures else "stock"),
        families=document.families or tuple(dict.fromkeys(family for operand in operands for family in operand.families)),
        dimensions=tuple(shared) if document.dimensions is None else document.dimensions,
    )


def _axes_of(form: Form) -> tuple[Axis, ...]:
    """All, but for distinct places: each counts once, so the other family's rows would not add up to anything."""
    place = form.of.partition(":")[0] if isinstance(form, Distinct) else ""
    if place == "area":
        return ("area", "kind")
    return ("org", "kind") if place == "organisation" else _AXES


def _check(metric: Metric, known: AbstractSet[str], source: Source, number: int) -> Iterator[Flaw]:
    at = ("metrics", number)
    for name in metric.measures:
        if name not in known:
            yield source.flaw(at, f"{metric.id}: there is no measure or metric {name}", "Name one of measures.yaml, or another definition's id")
    for family in metric.families:
        if family not in FAMILIES:
            yield source.flaw((*at, "families"), f"{metric.id}: there is no family {family}", f"Use {', '.join(FAMILIES)}")
    if metric.version < 1:
        yield source.flaw((*at, "version"), f"{metric.id}: versions count from 1", "Write version: 1")


def _check_versions(ordered: list[tuple[Metric, Source, int]]) -> Iterator[Flaw]:
    for (before, _, _), (after, source, number) in pairwise(ordered):
        if after.version == before.version:
            what = f"{after.id}@{after.version} is defined already, at {before.declared_at}"
            yield source.flaw(("metrics", number), what, "Give the new one the next version")
        elif after.valid_from <= before.valid_from:
            what = f"{after.id}@{after.version} holds from {after.valid_from}, not after {before.version} from {before.valid_from}"
            yield source.flaw(("metrics", number), what, "A later version holds from a later day")


def _cycles(definitions: Definitions, found: Mapping[str, list[tuple[Metric, Source, int]]]) -> Iterator[Flaw]:
    named = {name: {one for metric in versions for one in metric.measures} - {name} for name, versions in definitions.items()}
    for name, operands in named.items():
        seen: set[str] = set()
        open_ = list(operands)
        while open_:
            one = open_.pop()
            if one not in seen:
                seen.add(one)
                open_.extend(named.get(one, ()))
        if name in seen:
            _, source, number = found[name][0]
            yield source.flaw(("metrics", number), f"{name} is defined by itself", "Break the circle")
