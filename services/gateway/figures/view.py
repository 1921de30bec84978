"""How an answer is laid out: in which tree, below which nodes, broken down by what. Remembered, for many questions share one."""

from collections import OrderedDict
from datetime import date
from typing import NamedTuple

from services.gateway.figures.axis import Asked
from services.gateway.figures.groups import Groups
from services.gateway.figures.places import Places, Resolver
from services.gateway.figures.shelf import Shelf
from services.gateway.figures.table import Table
from services.gateway.figures.tree import Trees
from services.kernel.catalogue.metrics import Condition

_MOST_PLACES = 32
_MOST_SUMS = 256
AREA, ORGANISATION = "area", "organisation"


class Layout(NamedTuple):
    """The asked nodes and the breakdown: `area`, `organisation`, `kind`, a dimension, or a place's attribute (`organisation.kind`)."""

    area: str | None = None
    organisation: str | None = None
    by: str = ""
    level: str = ""

    @property
    def by_place(self) -> bool:
        """Whether rows are told apart by where they stand."""
        return self.by.partition(".")[0] in {AREA, ORGANISATION}

    @property
    def by_organisation(self) -> bool:
        """Whether what is unplaced is so on the organisation axis."""
        return self.by.partition(".")[0] == ORGANISATION

    def asked(self, family: str, conditions: tuple[Condition, ...]) -> Asked:
        """What is asked of one family."""
        axis, _, attribute = self.by.partition(".")
        own = tuple(one for one in conditions if one.dimension.startswith(family + "."))
        mine = axis == family
        node = self.area if family == AREA else self.organisation
        return Asked(node, mine and not attribute, self.level if mine else "", attribute if mine else "", own)


class Remembered(NamedTuple):
    """A table, as of commit n."""

    n: int
    table: Table


class View:
    """A layout over the trees of a day: its groups, and where each key falls. `sums` keeps what was added up for it."""

    def __init__(self, trees: Trees, layout: Layout, shelf: Shelf) -> None:
        self.trees = trees
        self.layout = layout
        self.shelf = shelf
        self.groups = Groups()
        self.sums: OrderedDict[object, object] = OrderedDict()
        self._resolvers: dict[tuple[Condition, ...], Resolver] = {}
        self._places: OrderedDict[tuple[tuple[Condition, ...], date | None], Places] = OrderedDict()
        self.resolver(())

    def resolver(self, conditions: tuple[Condition, ...]) -> Resolver:
        """Where rows fall, of those whose places pass these conditions."""
        found = self._resolvers.get(conditions)
        if found is None:
            areas, organisations = self.layout.asked(AREA, conditions), self.layout.asked(ORGANISATION, conditions)
            found = self._resolvers[conditions] = Resolver(self.trees, areas, organisations, self.groups)
        return found

    def places(self, conditions: tuple[Condition, ...], day: date | None) -> Places:
        """The columns for SQL; see Resolver.places."""
        key = (conditions, day)
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = self.resolver(conditions).places(day)
            while len(self._places) > _MOST_PLACES:
                self._places.popitem(last=False)
        self._places.move_to_end(key)
        return found

    def remembered(self, key: object, n: int) -> "Remembered | None":
        """The table kept under a key, unless it is of a later commit than n."""
        known = self.sums.get(key)
        return known if isinstance(known, Remembered) and known.n <= n else None

    def remember_table(self, key: object, n: int, table: Table) -> None:
        """Keeps a table of commit n, unless a later one is kept already."""
        known = self.sums.get(key)
        if not isinstance(known, Remembered) or known.n <= n:
            self.remember(key, Remembered(n, table))

    def remember(self, key: object, result: object) -> None:
        """Keeps a result for the next question, and forgets the one longest unused."""
        self.sums[key] = result
        self.sums.move_to_end(key)
        while len(self.sums) > _MOST_SUMS:
            self.sums.popitem(last=False)


class Views:
    """The views of late."""

    def __init__(self, most: int = 48, shelf: Shelf | None = None) -> None:
        self._most = most
        self.shelf = shelf or Shelf()
        self._views: OrderedDict[tuple[int, int, date, Layout], View] = OrderedDict()

    def of(self, trees: Trees, layout: Layout) -> View:
        """The view of a layout over trees."""
        key = (trees.forest.generation, trees.forest.n, trees.day, layout)
        found = self._views.get(key)
        if found is None:
            found = self._views[key] = View(trees, layout, self.shelf)
            while len(self._views) > self._most:
                self._views.popitem(last=False)
        self._views.move_to_end(key)
        return found
