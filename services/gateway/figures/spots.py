"""Where the places of rows count, worked out as asked_axes of figures.sql does: only those that the question asks about are in."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import NamedTuple

import numpy as np

from services.gateway.figures.combinations import Key, Numbers
from services.gateway.figures.groups import ALL
from services.gateway.figures.periods import BEGINNING, ENDLESS
from services.gateway.figures.places import Places


class Spot(NamedTuple):
    """Where a place counts, on the days from first to last."""

    group: int
    placed: bool
    first: date = BEGINNING
    last: date = ENDLESS


class Pass(NamedTuple):
    """One spot of each place that has one on just these days: where in `falls` it is, -1 for none. A place with several spots is in several passes."""

    first: date
    last: date
    of: Numbers


class Spots(NamedTuple):
    """All spots of numbered places. `falls`: groups of places, and whether they are live."""

    falls: tuple[tuple[int, bool], ...]
    passes: tuple[Pass, ...]

    @property
    def are_alike(self) -> bool:
        """Whether every place counts, and in the same row: where something stands makes no difference then."""
        return self.falls == ((ALL, True),) and len(self.passes) == 1 and self.passes[0][:2] == (BEGINNING, ENDLESS) and not self.passes[0].of.any()


class Spotting:
    """Works out where places count, once each: more of them are put behind those that are known."""

    def __init__(self, places: Places, *, by_organisation: bool) -> None:
        self._places = places
        self._by_organisation = by_organisation
        self._spots = _numbered(())
        self._size = 0

    def of(self, keys: Collection[Key]) -> Spots:
        """The spots of these places, which begin with those of the last time."""
        if len(keys) > self._size:
            new = list(islice(keys, self._size, None))
            self._spots = _numbered([_spots(key, self._places, by_organisation=self._by_organisation) for key in new], self._size, self._spots)
            self._size = len(keys)
        return self._spots


def _spots(key: Key, places: Places, *, by_organisation: bool) -> Iterator[Spot]:
    areas, organisations = places.by_key
    area, organisation = key
    for a in areas.get(area or "", ()) or (None,):
        for o in organisations.get(organisation or "", ()) or (None,):
            org_group = places.no_org if o is None else o.group
            if area is None:
                area_group, area_placed = (places.no_area, False) if o is None else (o.area_group, o.area_placed)
            else:
                area_group, area_placed = (places.no_area, False) if a is None else (a.group, a.placed)
            if org_group < 0 or area_group < 0:
                continue
            first, last = max(a.first if a else 0, o.first if o else 0), min(a.last if a else 2**31, o.last if o else 2**31)
            if first <= last:
                placed = (o.placed if o else False) if by_organisation else area_placed
                yield Spot(org_group + area_group, placed, *days_of(places.merge_days, first, last))


def days_of(merges: list[date], first: int, last: int) -> tuple[date, date]:
    """The first and the last day of the eras from first to last."""
    start = BEGINNING if first == 0 else merges[first - 1] if first <= len(merges) else date.max
    end = date.max if last >= len(merges) else date.fromordinal(merges[last].toordinal() - 1)
    return start, end


def _numbered(of_places: Sequence[Iterable[Spot]], after: int = 0, known: Spots | None = None) -> Spots:
    """The spots of places, numbered after those that are known."""
    falls = {fall: number for number, fall in enumerate(known.falls if known else ())}
    passes: dict[tuple[date, date, int], Numbers] = {}
    times: Counter[tuple[date, date]] = Counter()
    for one in known.passes if known else ():
        again = times[one.first, one.last]
        times[one.first, one.last] += 1
        passes[one.first, one.last, again] = np.concatenate((one.of, np.full(len(of_places), -1, np.int32)))
    for place, spots in enumerate(of_places, after):
        seen: dict[tuple[date, date], int] = {}
        for group, placed, first, last in spots:
            again = seen[first, last] = seen.get((first, last), -1) + 1
            if (first, last, again) not in passes:
                passes[first, last, again] = np.full(after + len(of_places), -1, np.int32)
            passes[first, last, again][place] = falls.setdefault((group, placed), len(falls))
    return Spots(tuple(falls), tuple(Pass(first, last, of) for (first, last, _), of in passes.items()))
