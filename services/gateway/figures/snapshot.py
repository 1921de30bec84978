"""One moment of the figures: a repeatable-read transaction, what it has seen, and what is remembered between moments."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import date, datetime
from typing import NamedTuple

import asyncpg
import msgspec

from services.gateway.figures.forest import Forest, TreeLink, TreeRow
from services.gateway.figures.labels import Label
from services.gateway.figures.statements import SQL
from services.gateway.figures.tree import Trees
from services.kernel.clock import Clock
from services.kernel.days import business_date
from services.kernel.postgres.database import Connection, Database

_TREE, _LINKS = "_tree", "links"
_MOST_COMMITS = 2_000
"""After more commits than this the vocabulary is read anew instead of caught up with."""

_MOST_TREES = 64
_NONE: Mapping[str, str] = {}
SeenTo = dict[str, dict[str, int]]


class Head(NamedTuple):
    """What a snapshot has seen: the live generation, its last commit, how far cells go, and how far each topic is counted."""

    generation: int
    n: int
    merged: int
    seen_to: SeenTo
    seen: int
    told: int
    committed_at: datetime
    at: datetime

    @property
    def lag(self) -> int:
        """How many facts are told and not counted yet."""
        return max(0, self.told - self.seen)

    @property
    def lag_s(self) -> float:
        """Seconds since the last commit if facts are waiting, else 0."""
        return round(max(0.0, (self.at - self.committed_at).total_seconds()), 3) if self.lag else 0.0

    @property
    def id(self) -> str:
        """generation.n: the watermark as cursors and streams carry it."""
        return f"{self.generation}.{self.n}"


class Memory:
    """What is worth keeping between snapshots: the labels ever counted with the commit that last touched them, the forest, trees of days."""

    def __init__(self, seconds: Mapping[str, str]) -> None:
        self.lock = asyncio.Lock()
        self.seconds = seconds  # second trees by the kind of their links
        self.moved = 0  # the commit that last touched such a link
        self.generation = 0
        self.checked = -1
        self.touched: dict[str, int] = {}
        self.labels: dict[str, set[Label]] = {}
        self.forest = Forest(())
        self.trees: OrderedDict[tuple[int, int, date], Trees] = OrderedDict()

    def is_of(self, head: Head) -> bool:
        """Whether it is exactly as far as a snapshot."""
        return head.generation == self.generation and head.n == self.checked

    def learn(self, measure: str, label: Label, n: int) -> None:
        """A measure's label was touched by a commit."""
        self.labels.setdefault(measure, set()).add(label)
        self.touched[measure] = max(n, self.touched.get(measure, 0))
        if measure == _LINKS and label.kind in self.seconds:
            self.moved = max(n, self.moved)


class Snapshot:
    """A moment. All figures of one snapshot agree with one another."""

    def __init__(self, connection: Connection, head: Head, memory: Memory, today: date, forest: Forest, *, rows_only: bool) -> None:
        self.connection = connection
        self.head = head
        self.today = today
        self.forest = forest
        self.rows_only = rows_only
        self.fresh: dict[tuple[int, bool], dict[str, list[asyncpg.Record]] | None] = {}  # what fresh.py has read for this moment
        self._memory = memory
        # Of this generation: another one, once it is live, has its own.
        self._labels, self._touched = memory.labels, memory.touched

    def trees(self, day: date) -> Trees:
        """Both trees as they stand on a day."""
        trees, key = self._memory.trees, (self.forest.generation, self.forest.n, day)
        found = trees.get(key)
        if found is None:
            found = trees[key] = Trees(self.forest, day)
            while len(trees) > _MOST_TREES:
                trees.popitem(last=False)
        trees.move_to_end(key)
        return found

    def on(self, today: date) -> "Snapshot":
        """The same moment of the figures, with another day as today."""
        if today == self.today:
            return self
        return Snapshot(self.connection, self.head, self._memory, today, self.forest, rows_only=self.rows_only)

    def labels(self, measure: str) -> Iterable[Label]:
        """Every kind and dimensions a row measure was ever counted with."""
        return self._labels.get(measure, ())

    def untouched_since(self, n: int, measures: Iterable[str]) -> bool:
        """Whether a result of commit n is still that of this moment: none of these row measures got rows in between."""
        return n <= self.head.n and all(self._touched.get(measure, 0) <= n for measure in measures)


class Snapshots:
    """Takes snapshots."""

    def __init__(self, database: Database, clock: Clock, seconds: Mapping[str, str] = _NONE) -> None:
        """`seconds`: which kinds of links are a second tree, and its name."""
        self._database = database
        self._clock = clock
        self._memory = Memory(seconds)

    @asynccontextmanager
    async def take(self, *, rows_only: bool = False) -> AsyncIterator[Snapshot]:
        """A snapshot; `rows_only` reads no cells."""
        async with self._database.transaction(isolation="repeatable_read", readonly=True) as connection:
            head = await _read_head(connection)
            forest = await self._catch_up(connection, head)
            yield Snapshot(connection, head, self._memory, business_date(self._clock()), forest, rows_only=rows_only)

    async def _catch_up(self, connection: Connection, head: Head) -> Forest:
        memory = self._memory
        if memory.is_of(head):
            return memory.forest
        async with memory.lock:
            if head.generation == memory.generation and memory.checked >= head.n:
                return await _forest_of(connection, head, memory)
            if head.generation != memory.generation or head.n - memory.checked > _MOST_COMMITS:
                await _relearn(connection, head, memory)
                return memory.forest
            for record in await connection.fetch(SQL.list_changes, head.generation, memory.checked):
                memory.learn(record["measure"], Label(record["kind"], record["dims"]), record["n"])
            if max(memory.touched.get(_TREE, 0), memory.moved) > memory.forest.n:
                memory.forest = await _read_forest(connection, head, memory.seconds)
            memory.checked = head.n  # last: who finds it takes the rest as it is
            return memory.forest


async def _forest_of(connection: Connection, head: Head, memory: Memory) -> Forest:
    """The forest of a snapshot that is older than what is remembered: the remembered one unless it changed since."""
    return memory.forest if memory.forest.n <= head.n else await _read_forest(connection, head, memory.seconds)


async def _relearn(connection: Connection, head: Head, memory: Memory) -> None:
    """Reads everything anew; what was remembered stands until all of it is there."""
    labels: dict[str, set[Label]] = {}
    for record in await connection.fetch(SQL.list_labels, head.generation):
        labels.setdefault(record["measure"], set()).add(Label(record["kind"], record["dims"]))
    forest = await _read_forest(connection, head, memory.seconds)
    memory.labels, memory.touched, memory.forest = labels, {**dict.fromkeys(labels, head.n), _TREE: forest.n}, forest
    memory.generation, memory.checked, memory.moved = head.generation, head.n, forest.n


async def _read_forest(connection: Connection, head: Head, seconds: Mapping[str, str]) -> Forest:
    last = await connection.fetchval(SQL.read_last_tree_change, head.generation, list(seconds))
    records = await connection.fetch(SQL.list_tree, head.generation)
    links = await connection.fetch(SQL.list_tree_links, head.generation, list(seconds)) if seconds else []
    rows = (TreeRow(*record.values()) for record in records)
    return Forest(rows, head.generation, last, (TreeLink(*link.values()) for link in links), seconds)


async def _read_head(connection: Connection) -> Head:
    record = await connection.fetchrow(SQL.read_head)
    if record is None:
        raise RuntimeError("the live generation has no marks: metrics.make_generation has not run for it")
    seen_to: SeenTo = msgspec.json.decode(record["seen_to"] or "{}", type=SeenTo)
    return Head(record["generation"], record["n"], record["merged"], seen_to, record["seen"], record["told"], record["committed_at"], record["at"])
