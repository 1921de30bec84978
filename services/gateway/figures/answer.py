"""A figure as it is told: value with what it is made of, as of when, and seen how far."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from services.gateway.figures.asking import Asked
from services.gateway.figures.groups import ALL, Group
from services.gateway.figures.table import WHOLE, Numbers, Slot, Table, as_json_number
from services.gateway.figures.view import View
from services.kernel.catalogue.metrics import Metric

Names = Mapping[str, str]

Json = dict[str, Any]


def numbers_at(table: Table, slot: Slot) -> Json:
    """Value, num and den, and what else a figure has, at one slot."""
    told: Json = {"value": as_json_number(table.at(slot))}
    if table.num is not None and table.den is not None:
        told["num"], told["den"] = as_json_number(table.num.get(slot, 0)), as_json_number(table.den.get(slot, 0))
    for name, numbers in table.further.items():
        told[name] = as_json_number(numbers.get(slot, 0 if name == "count" else None))
    return told


def rows_shown(view: View, *tables: Table) -> list[tuple[int, Group]]:
    """The rows of a breakdown: the listed ones (all of the next level) and those in which something counts, in one of the tables at least."""
    return [(number, group) for number, group in view.groups.numbered() if group.listed or any(_has(table, Slot(WHOLE, number)) for table in tables)]


def _has(table: Table, slot: Slot) -> bool:
    every: Iterable[Numbers | None] = (table.num, table.den, *table.further.values()) if table.num is not None or table.further else (table.values,)
    return any(numbers is not None and numbers.get(slot) not in {0, None} for numbers in every)


class Naming(NamedTuple):
    """What things are called: areas and organisations by family/key, kinds by id."""

    places: Names
    kinds: Names

    def of(self, group: Group, view: View) -> str | None:
        """What a row of a breakdown is called, if that is known."""
        by = view.layout.by
        if group.key is None:
            return None
        if by in {"area", "organisation"}:
            return self.places.get(f"{by}/{group.key}")
        if by.rpartition(".")[2] == "kind":
            return self.kinds.get(group.key)
        return self.places.get(f"{by.partition('.')[0]}/{group.key}") if view.layout.by_place else None


def tell(metric: Metric, table: Table, asked: Asked, as_of: date, naming: Naming, before: Table | None = None) -> Json:
    """The answer's JSON. With the figure of an earlier interval, rows in which only then something counted are there as well."""
    view, frame, head = asked.view, asked.frame, asked.snapshot.head
    whole = Slot(WHOLE, ALL)
    told: Json = {
        "metric": metric.id,
        "definition": {"id": metric.id, "version": metric.version, "text": {"zh": metric.text.zh, "en": metric.text.en}},
        "unit": table.unit or metric.unit,
        **numbers_at(table, whole),
        "excluded": [{"reason": one.reason, "count": as_json_number(one.number)} for one in table.excluded],
        "unplaced": as_json_number(table.unplaced),
        "as_of": as_of.isoformat(),
        "tree": frame.tree.isoformat(),
        "seen_to": head.seen_to,
        "lag_s": head.lag_s,
    }
    if table.pending is not None:
        told["pending"] = table.pending
    if view.layout.by:
        told["by"] = [
            {"key": group.key, "name": naming.of(group, view), **({"kind": group.kind} if group.kind else {}), **numbers_at(table, Slot(WHOLE, number))}
            for number, group in rows_shown(view, table, *([] if before is None else [before]))
        ]
    if frame.series:
        told["series"] = [
            {"from": bucket.first.isoformat(), "to": bucket.last.isoformat(), **numbers_at(table, Slot(number, ALL))}
            for number, bucket in enumerate(frame.buckets, 1)
        ]
    return told
