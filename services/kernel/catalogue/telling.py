"""The catalogue in words and in JSON: what there is, and what one kind or figure means."""

from collections.abc import Iterator
from typing import Any

import msgspec

from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.feeding import Feeding
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.metrics import Metric

Json = dict[str, object]


def listed(catalogue: Catalogue) -> Json:
    """Everything in one document: version, kinds with what they require and their states, metrics with form, unit and dimensions."""
    return {
        "version": catalogue.version,
        "kinds": [kind_json(kind) for kind in catalogue.kinds.values()],
        "metrics": [metric_json(metric) for metric in catalogue.metrics.values()],
    }


def kind_json(kind: Kind) -> Json:
    """One kind."""
    told: Json = {"id": kind.id, "family": kind.family, "class": kind.access, "required": list(kind.required)}
    told |= {"names": msgspec.to_builtins(kind.names), "marks": sorted(kind.marks), "attributes": msgspec.to_builtins(kind.attributes)}
    if kind.writers:
        told["writers"] = list(kind.writers)
    told |= {name: day.isoformat() for name, day in (("valid_from", kind.valid_from), ("valid_until", kind.valid_until)) if day is not None}
    if kind.rows:
        told["rows"] = list(kind.rows)
    if kind.states:
        told["states"] = [
            {"id": state.id, "marks": list(state.marks), "to": list(state.to), "names": msgspec.to_builtins(state.names)} for state in kind.states
        ]
    return told


def metric_json(metric: Metric) -> Json:
    """One metric, in the version told."""
    return {
        "id": metric.id,
        "form": metric.form_name,
        "unit": metric.unit,
        "dimensions": list(metric.dimensions),
        "version": metric.version,
        "valid_from": metric.valid_from.isoformat(),
        "text": msgspec.to_builtins(metric.text),
        "nature": metric.nature,
        "axes": list(metric.axes),
        "families": list(metric.families),
        "definition": msgspec.to_builtins(metric.form),
        "default_where": msgspec.to_builtins(metric.default_where),
    }


def explained(catalogue: Catalogue, name: str) -> Json | None:
    """What an id means: a kind with what stands below it, a metric with all its versions, or a measure; None if there is no such id."""
    found: dict[str, Any] = {}
    if (kind := catalogue.kinds.get(name)) is not None:
        found["kind"] = {**kind_json(kind), "declared_at": kind.declared_at, "below": [below.id for below in catalogue.below(name) if below.id != name]}
        found["kind"] |= {"source": kind.source, "note": msgspec.to_builtins(kind.note), "example": msgspec.to_builtins(kind.example)}
        fed = Feeding(catalogue).of(kind)
        found["feeds"] = {"own": list(fed.own), "general": list(fed.general)}
    if (versions := catalogue.definitions.get(name)) is not None:
        found["metric"] = {**metric_json(versions[-1]), "declared_at": versions[-1].declared_at}
        found["versions"] = [{"version": one.version, "valid_from": one.valid_from.isoformat(), "text": msgspec.to_builtins(one.text)} for one in versions]
    if (measure := catalogue.measures.get(name)) is not None:
        found["measure"] = msgspec.to_builtins(measure)
    return found or None


def lines(catalogue: Catalogue) -> Iterator[str]:
    """The list for eyes: kinds indented by their depth, then the figures."""
    yield f"catalogue {catalogue.version}: {len(catalogue.kinds)} kinds, {len(catalogue.metrics)} metrics"
    for kind in catalogue.kinds.values():
        marks = f"  [{', '.join(sorted(kind.marks))}]" if kind.marks else ""
        yield f"{'  ' * kind.id.count('.')}{kind.id}  {kind.names.zh}  {kind.names.en}  ({kind.access}){marks}"
    for metric in catalogue.metrics.values():
        yield f"{metric.id}@{metric.version}  {metric.form_name}  {metric.unit}  {metric.text.zh}"
