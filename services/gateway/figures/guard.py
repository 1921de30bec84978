"""What may be shown to whom: restricted kinds only in numbers large enough to hide in, and never as lists, unless the reader has the class."""

from collections.abc import Iterable
from typing import Protocol

from services.gateway.figures.answer import Json
from services.gateway.figures.labels import fits
from services.gateway.figures.snapshot import Snapshot
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Kind
from services.kernel.catalogue.metrics import Metric
from services.kernel.errors import Code, refuse

LEAST_SHOWN = 10
"""Of restricted kinds, a number from 1 up to below this is not shown: it could be somebody one knows."""

RESTRICTED = "restricted"


class Reader(Protocol):
    """Whoever asks."""

    def may(self, klass: str) -> bool:
        """Whether figures and lists of a class (public, internal, restricted) may be shown in full."""
        ...


def is_restricted(catalogue: Catalogue, kind: str) -> bool:
    """Whether a kind, or its nearest ancestor the catalogue knows, is restricted."""
    found: Kind | None = None
    while kind and (found := catalogue.kinds.get(kind)) is None:
        kind = kind.rpartition(".")[0]
    return found is not None and found.access == RESTRICTED


def counted_kinds(snapshot: Snapshot, measures: Iterable[str], kinds: tuple[tuple[str, ...], ...]) -> set[str]:
    """The kinds ever counted in these row measures that fit."""
    return {label.kind for measure in measures for label in snapshot.labels(measure) if fits(label.kind, kinds)}


def check_metric(metric: Metric, reader: Reader) -> None:
    """RefusedError if the reader lacks the class of a metric."""
    if not reader.may(metric.access):
        raise refuse(Code.NOT_ALLOWED, f"{metric.id} is {metric.access}: your key does not have that class")


def check_list(catalogue: Catalogue, kinds: set[str], reader: Reader) -> None:
    """RefusedError if things of restricted kinds would be listed to a reader without the class."""
    restricted = sorted(kind for kind in kinds if is_restricted(catalogue, kind))
    if restricted and not reader.may(RESTRICTED):
        raise refuse(Code.NOT_ALLOWED, f"{', '.join(restricted)} may not be listed with your key: ask for other kinds with kind=")


def suppressed(catalogue: Catalogue, kinds: set[str], answer: Json, by: str) -> Json:
    """The answer with small numbers of restricted kinds taken out; as it is where other kinds are counted along with them."""
    whole = bool(kinds) and all(is_restricted(catalogue, kind) for kind in kinds)
    if not whole and not (by == "kind" and any(is_restricted(catalogue, kind) for kind in kinds)):
        return answer
    shown = _shown(answer) if whole else dict(answer)
    if "by" in shown:
        shown["by"] = [_shown(row) if whole or is_restricted(catalogue, row["key"] or "") else row for row in shown["by"]]
    if "series" in shown and whole:
        shown["series"] = [_shown(point) for point in shown["series"]]
    if "compare" in shown and whole:
        shown["compare"] = _shown(shown["compare"])
    return shown


_NUMBERS = ("value", "num", "den", "count", "mean", "p50", "p90", "change")


def _shown(numbers: Json) -> Json:
    size = numbers.get("den", numbers.get("count", numbers["value"]))
    if size is None or size == 0 or size >= LEAST_SHOWN:
        return dict(numbers)
    return {**{name: None if name in _NUMBERS else value for name, value in numbers.items()}, "suppressed": True}
