"""The outlines that were loaded, and the trees they are told with."""

import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from services.gateway.figures.answer import Json, Names
from services.gateway.figures.forest import AREA
from services.gateway.figures.guard import Reader
from services.gateway.figures.tree import Standing, Trees
from services.gateway.geometry.reading import Outlines
from services.gateway.tree_pages import TreeAsked, visible_nodes, walk_nodes
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.postgres.database import Connection, Database
from services.kernel.postgres.queries import load

_SQL = load("services.gateway", "sql/geometry.sql")
_ENCODE = msgspec.json.Encoder().encode
_MOST_KEPT = 16
NOTHING_LOADED = "no outlines were loaded: the operator brings them with `./run geometry load FILE`"

NameSource = Callable[[], Awaitable[Names]]


class GeometryAsked(NamedTuple):
    """Which areas: a node with what is below it, so many levels, of a kind; of which day (None: today)."""

    under: str | None = None
    depth: int | None = None
    kind: str | None = None
    as_of: date | None = None


class Told(NamedTuple):
    """A FeatureCollection as it is sent, and its tag: equal tags, equal bytes."""

    body: bytes
    etag: str


class _Kept(NamedTuple):
    version: int
    outlines: Mapping[str, Json]


class Geometry:
    """Tells the outlines of the areas of a day."""

    def __init__(self, database: Database, trees: Callable[[date | None], Awaitable[Trees]], names: NameSource, catalogue: Catalogue) -> None:
        self._database = database
        self._trees = trees
        self._names = names
        self._catalogue = catalogue
        self._kept = _Kept(-1, {})
        self._told: OrderedDict[object, tuple[Names, Told]] = OrderedDict()

    async def tell(self, asked: GeometryAsked, reader: Reader) -> Told:
        """Every live area the reader may see as a feature; one without an outline has no geometry. Without any outline at all, no features and a note."""
        trees, names, kept = await self._trees(asked.as_of), await self._names(), await self._read()
        key = (asked, tuple(reader.grants), kept.version, trees.forest.generation, trees.forest.n, trees.day)
        known = self._told.get(key)
        if known is not None and known[0] is names:
            return known[1]
        body = _ENCODE(self._collection(asked, reader, trees, names, kept.outlines))
        told = Told(body, f'"{hashlib.sha256(body).hexdigest()[:32]}"')
        self._told[key] = (names, told)
        while len(self._told) > _MOST_KEPT:
            self._told.popitem(last=False)
        return told

    def _collection(self, asked: GeometryAsked, reader: Reader, trees: Trees, names: Names, outlines: Mapping[str, Json]) -> Json:
        told: Json = {"type": "FeatureCollection", "as_of": trees.day.isoformat(), "features": []}
        if not outlines:
            return {**told, "note": NOTHING_LOADED}
        visible = visible_nodes(reader.grants, trees, AREA, self._catalogue)
        nodes = walk_nodes(trees.areas, AREA, TreeAsked(asked.under, asked.depth, asked.kind), trees.day, visible)
        told["features"] = [_feature(standing, names, outlines.get(standing.key)) for standing, _ in nodes]
        return told

    async def _read(self) -> _Kept:
        version = await self._database.pool.fetchval(_SQL.read_version)
        if version != self._kept.version:
            async with self._database.transaction(isolation="repeatable_read", readonly=True) as connection:
                version = await connection.fetchval(_SQL.read_version)
                records = await connection.fetch(_SQL.list_outlines)
            self._kept = _Kept(version, {record["area"]: _outline(record) for record in records})
        return self._kept


async def keep_outlines(connection: Connection, files: Sequence[Outlines]) -> None:
    """Keeps what the files hold in place of all outlines of the namespaces in them; in the caller's transaction."""
    keys: list[str] = []
    namespaces: set[str] = set()
    for outlines in files:
        own = [outline.area for outline in outlines.found]
        texts = [_ENCODE(outline.geometry).decode() for outline in outlines.found]
        await connection.execute(_SQL.keep_outlines, own, texts, outlines.synthetic, outlines.origin)
        keys += own
        namespaces.update(key.partition(":")[0] for key in (*own, *outlines.without))
    for namespace in sorted(namespaces):
        await connection.execute(_SQL.forget_others, namespace, keys)
    await connection.execute(_SQL.raise_version)


async def namespaces_with_outlines(connection: Connection) -> set[str]:
    """The namespaces whose areas have outlines."""
    return {record["namespace"] for record in await connection.fetch(_SQL.list_namespaces)}


def _outline(record: Any) -> Json:
    return {"geometry": msgspec.Raw(record["outline"].encode()), "synthetic": record["synthetic"], "origin": record["origin"]}


def _feature(standing: Standing, names: Names, outline: Json | None) -> Json:
    properties: Json = {"key": standing.key, "kind": standing.kind, "name": names.get(f"{AREA}/{standing.key}"), "parent": standing.parent}
    if outline is not None:
        properties["synthetic"] = outline["synthetic"]
        if outline["origin"] is not None:
            properties["origin"] = outline["origin"]
    return {"type": "Feature", "id": standing.key, "geometry": None if outline is None else outline["geometry"], "properties": properties}
