"""What may be shown to whom: restricted kinds only in numbers large enough to hide in, and never as lists, unless the reader has the class."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from services.gateway.figures.answer import Json
from services.gateway.figures.labels import fits
from services.gateway.figures.snapshot import Snapshot
from services.gateway.grants import RESTRICTED, Grant
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Kind

LEAST_SHOWN = 10
"""Of restricted kinds, a number from 1 up to below this is not shown: it could be somebody one knows."""


class Reader(Protocol):
    """Whoever asks."""

    @property
    def grants(self) -> Sequence[Grant]:
        """What it may see; any one suffices."""
        ...

    @property
    def namespaces(self) -> frozenset[str]:
        """Whose keys it knows by itself: a source's own namespace and people register."""
        ...


def _known(catalogue: Catalogue, kind: str) -> Kind | None:
    found: Kind | None = None
    while kind and (found := catalogue.kinds.get(kind)) is None:
        kind = kind.rpartition(".")[0]
    return found


def is_restricted(catalogue: Catalogue, kind: str) -> bool:
    """Whether a kind, or its nearest ancestor the catalogue knows, is restricted."""
    found = _known(catalogue, kind)
    return found is not None and found.access == RESTRICTED


def is_about_person(catalogue: Catalogue, kind: str) -> bool:
    """Whether a thing of this kind stands for one person, so that its key is theirs."""
    found = _known(catalogue, kind)
    return kind.partition(".")[0] == "member" or (found is not None and found.about_person)


def counted_kinds(snapshot: Snapshot, measures: Iterable[str], kinds: tuple[tuple[str, ...], ...]) -> set[str]:
    """The kinds ever counted in these row measures that fit."""
    return {label.kind for measure in measures for label in snapshot.labels(measure) if fits(label.kind, kinds)}


def classes_of(catalogue: Catalogue, kind: str) -> set[str]:
    """The classes a list of such things asks for: that of the kind, or of its nearest ancestor the catalogue knows."""
    known = _known(catalogue, kind)
    return {known.access} if known is not None else set()


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
    if "versions" in shown and whole:
        shown["versions"] = [_shown(version) for version in shown["versions"]]
    if "compare" in shown and whole:
        shown["compare"] = _shown(shown["compare"])
    return shown


_NUMBERS = ("value", "num", "den", "count", "mean", "p50", "p90", "change")


def _shown(numbers: Json) -> Json:
    size = numbers.get("den", numbers.get("count", numbers["value"]))
    if size is None or size == 0 or size >= LEAST_SHOWN:
        return dict(numbers)
    return {**{name: None if name in _NUMBERS else value for name, value in numbers.items()}, "suppressed": True}
