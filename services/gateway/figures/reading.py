"""What all readings of rows share: which rows, in how many goes, and the parameters of their statements."""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby
from typing import NamedTuple

from msgspec.structs import astuple

from services.gateway.figures.frame import Frame, state_days
from services.gateway.figures.labels import Label, LabelAsked, Sorted
from services.gateway.figures.periods import BEGINNING, Period
from services.gateway.figures.places import Places
from services.gateway.figures.snapshot import Snapshot
from services.gateway.figures.view import View
from services.kernel.catalogue.metrics import Condition, Nature


class Leaf(NamedTuple):
    """Which rows: a row measure, kinds and dimensions of it, at which kinds of places, about what."""

    measure: str
    nature: Nature
    labels: LabelAsked = LabelAsked()
    places: tuple[Condition, ...] = ()
    role: str | None = None  # only rows with this in their roles, as it stands in their canonical JSON


class Run(NamedTuple):
    """Buckets that are read in one go: a stock's are, while no merge lies between them. A stock's buckets begin with time."""

    first: int  # number of the first bucket
    buckets: tuple[Period, ...]
    day: date | None  # merges are followed up to this day; None: up to each row's own

    @property
    def columns(self) -> list[list[object]]:
        """Numbers, first and last days of the buckets."""
        numbers: list[object] = list(range(self.first, self.first + len(self.buckets)))
        return [numbers, [bucket.first for bucket in self.buckets], [bucket.last for bucket in self.buckets]]


def runs_of(snapshot: Snapshot, frame: Frame, nature: Nature) -> Iterator[Run]:
    """The goes in which a measure is read over a frame."""
    if nature != "stock":
        yield Run(1, frame.buckets, frame.state if nature == "cohort" else None)
        return
    merges = snapshot.forest.merge_days
    numbered = enumerate(state_days(frame, snapshot.today), 1)
    for _, same in groupby(numbered, key=lambda pair: sum(1 for merge in merges if merge <= pair[1])):
        run = list(same)
        yield Run(run[0][0], tuple(Period(BEGINNING, day) for _, day in run), run[0][1])


def place_arguments(snapshot: Snapshot, view: View, places: Places, measure: str) -> list[object]:
    """The first 18 parameters of every statement over figures."""
    areas = [list(column) for column in zip(*map(astuple, places.areas), strict=True)] or [[] for _ in range(5)]
    organisations = [list(column) for column in zip(*map(astuple, places.organisations), strict=True)] or [[] for _ in range(7)]
    fixed = [places.no_area, places.no_org, view.layout.by_organisation, places.merge_days, snapshot.head.generation, measure]
    return [*areas, *organisations, *fixed]


def label_arguments(found: Iterable[tuple[Label, Sorted]]) -> list[object]:
    """Parameters 19 to 22 where a label stands for its groups: one line for each of them. The last asks for axes of all commits."""
    lines = [(label.kind, label.dims, group) for label, where in found for group in where.groups]
    return [*([list(column) for column in zip(*lines, strict=True)] or [[], [], []]), None]
