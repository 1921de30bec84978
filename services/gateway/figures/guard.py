"""What may be shown to whom: which kinds a question counts, and whether they are restricted. How their numbers are then shown: suppression.py."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from services.gateway.figures.labels import fits
from services.gateway.figures.snapshot import Snapshot
from services.gateway.grants import RESTRICTED, Grant
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.kinds import Kind


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
