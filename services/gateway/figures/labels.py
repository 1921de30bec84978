"""Kinds and dimensions: which of those ever counted a question asks about, and which rows of a breakdown they fall into."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from services.gateway.figures.conditions import all_pass, values_of
from services.gateway.figures.groups import ALL, Groups
from services.kernel.catalogue.catalogue import covered_by
from services.kernel.catalogue.metrics import Condition

_decode_dims = msgspec.json.Decoder(dict[str, str]).decode


Split = tuple[str | None, ...]


class Label(NamedTuple):
    """A kind with its dimensions (canonical JSON)."""

    kind: str
    dims: str


class LabelAsked(NamedTuple):
    """What a question asks of kinds and dimensions.

    Of each tuple of `kinds` one prefix must fit; `without`: nothing that passes all conditions of one of these; `by` is the dimension (or `kind`)
    to break down by, `split` further ones to tell sums apart by.
    """

    kinds: tuple[tuple[str, ...], ...] = ()
    conditions: tuple[Condition, ...] = ()
    without: tuple[tuple[Condition, ...], ...] = ()
    by: str = ""
    split: tuple[str, ...] = ()


class Sorted(NamedTuple):
    """Where a label falls: its groups (several, when the dimension is a set) and the values of `split`."""

    groups: tuple[int, ...]
    split: Split


def fits(kind: str, kinds: tuple[tuple[str, ...], ...]) -> bool:
    """Whether a kind fits one prefix of each tuple."""
    return all(covered_by(kind, prefixes) for prefixes in kinds)


def sort_label(label: Label, asked: LabelAsked, groups: Groups) -> Sorted | None:
    """Where a label falls, or None if it is not asked about."""
    if not fits(label.kind, asked.kinds):
        return None
    dims = _decode_dims(label.dims)
    if not all_pass(asked.conditions, dims) or any(all_pass(one, dims) for one in asked.without):
        return None
    split = tuple(label.kind if name == "kind" else dims.get(name) for name in asked.split)
    if not asked.by:
        return Sorted((ALL,), split)
    if asked.by == "kind":
        return Sorted((groups.number(label.kind),), split)
    value = dims.get(asked.by)
    return Sorted((groups.number(None),) if value is None else tuple(groups.number(one) for one in values_of(value)), split)


def sort_labels(labels: Iterable[Label], asked: LabelAsked, groups: Groups) -> list[tuple[Label, Sorted]]:
    """The labels asked about, each with where it falls; in the labels' order, so group numbers are the same every time."""
    found = ((label, sort_label(label, asked, groups)) for label in sorted(labels))
    return [(label, where) for label, where in found if where is not None]
