"""The loads, made once in a process and used by every bench that wants facts."""

import os
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from services.kernel.catalogue import Catalogue
from services.kernel.catalogue.load import load
from tests.bench.load.district import District
from tests.bench.load.rooms import Rooms, Told
from tests.bench.load.work import BACKFILL, LIVE, work

CATALOGUE = Path(__file__).resolve().parents[3] / "catalogue"
COUNTED = min(25_000, int(os.environ.get("BENCH_FACTS", "25000")))  # facts that the rooms count; longer logs repeat them as further editions
PREFIX = "b"
LOADS = (LIVE, BACKFILL)
_TODAY = date(2026, 6, 30)


class Prepared(NamedTuple):
    """Facts as the rooms counted them, and how further editions of them are made."""

    told: list[Told]
    shift: bool

    @property
    def rows(self) -> float:
        """The mean number of rows of a fact."""
        return sum(len(one.was) + len(one.now) for one in self.told) / len(self.told)


@lru_cache
def catalogue() -> Catalogue:
    """All of it, as the services load it."""
    return load(CATALOGUE)


@lru_cache
def facts_of(name: str, counted: int = COUNTED) -> Prepared:
    """So many facts of a load, told to the rooms after the district they happen in; the same ones each time."""
    district = District(catalogue(), today=_TODAY, prefix=PREFIX)
    rooms = Rooms(district)
    for _ in rooms.tell(district.foundation()):
        pass
    return Prepared(list(islice(rooms.tell(work(district, name)), counted)), name == BACKFILL)
