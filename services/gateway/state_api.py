"""The routes of the state the figures stand on: the trees and their outlines, what needs care, how far the figures have come."""

from datetime import date
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.figures.figures import Figures
from services.gateway.figures.forest import AREA, ORGANISATION
from services.gateway.figures.guard import Reader
from services.gateway.figures.question import invalid
from services.gateway.figures.statements import SQL
from services.gateway.geometry.outlines import Geometry, GeometryAsked
from services.gateway.quality import Quality, QualityAsked
from services.gateway.read_api import ReaderOf, as_json, problems
from services.gateway.state_documents import GeometryDocument, QualityDocument, StatusDocument, TreeDocument
from services.gateway.tree_pages import TreeAsked, list_nodes, visible_nodes
from services.gateway.watched import read_recounted

_KnownTags = Annotated[str | None, Header(description="The `etag` of what you have", examples=['"5f2c1a"'])]


class _GeometryQuery(BaseModel):
    """Which part of a tree."""

    model_config = ConfigDict(extra="forbid")

    under: str | None = Field(None, description="A node: itself and what is below it", examples=["zhuhai:s-1"])
    depth: int | None = Field(None, ge=0, description="How many levels below the top", examples=[1])
    kind: str | None = Field(None, description="Only nodes of this kind, by dotted prefix", examples=["area.grid"])
    as_of: date | None = Field(None, description="The tree of this day, today by default", examples=["2024-05-31"])


class _TreeQuery(_GeometryQuery):
    """Which part of a tree, and which page of it."""

    cursor: str | None = Field(None, description="`next` of the page before", examples=["zhuhai:g-1"])
    limit: int = Field(500, ge=1, le=1000)

    def as_asked(self) -> TreeAsked:
        """Without the day."""
        return TreeAsked(self.under, self.depth, self.kind, self.cursor, self.limit)


def state_router(figures: Figures, reader_of: ReaderOf, geometry: Geometry) -> APIRouter:
    """GET /v1/areas with its geometry, /v1/organisations, /v1/quality, /v1/status."""
    router = APIRouter(prefix="/v1", tags=["state"])

    quality = Quality(figures)

    async def tree_page(family: str, asked: TreeAsked, as_of: date | None, reader: Reader) -> Response:
        trees = await figures.trees(as_of)
        tree = trees.areas if family == AREA else trees.organisations
        visible = visible_nodes(reader.grants, trees, family, figures.catalogue)
        return as_json(list_nodes(tree, family, asked, await figures.names(), trees.day, visible))

    @router.get("/areas", summary="The areas, each before those in it", response_model=TreeDocument, responses=problems(400, 401))
    async def list_areas(request: Request, asked: Annotated[_TreeQuery, Query()]) -> Response:
        return await tree_page(AREA, asked.as_asked(), asked.as_of, reader_of(request))

    @router.get(
        "/areas/geometry",
        summary="The outlines of the areas, as GeoJSON",
        description="A feature for each area, its id the area's key; null geometry where no outline was loaded. `synthetic`: drawn by a machine.",
        responses={200: {"model": GeometryDocument}, 304: {"description": "As you have it"}, **problems(400, 401)},
    )
    async def get_geometry(request: Request, asked: Annotated[_GeometryQuery, Query()], if_none_match: _KnownTags = None) -> Response:
        told = await geometry.tell(GeometryAsked(asked.under, asked.depth, asked.kind, asked.as_of), reader_of(request))
        headers = {"etag": told.etag, "cache-control": "private, no-cache"}
        known = {tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")}
        if told.etag in known:
            return Response(status_code=304, headers=headers)
        return Response(told.body, media_type="application/geo+json", headers=headers)

    @router.get("/organisations", summary="The organisations, each before those below it", response_model=TreeDocument, responses=problems(400, 401))
    async def list_organisations(request: Request, asked: Annotated[_TreeQuery, Query()]) -> Response:
        return await tree_page(ORGANISATION, asked.as_asked(), asked.as_of, reader_of(request))

    @router.get(
        "/quality",
        summary="What needs somebody's care",
        description="Changes told late and places that nobody told of; `section=references` looks through everything counted for things nobody told of.",
        response_model=QualityDocument,
        responses=problems(400, 401),
    )
    async def get_quality(
        request: Request,
        section: Annotated[Literal["late", "unplaced", "references"] | None, Query(description="Only this section")] = None,
        cursor: Annotated[str | None, Query(description="`next` of the page before; only with `section`", examples=["WyIyMDI0LTA1LTMxIl0"])] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 100,
    ) -> Response:
        reader = reader_of(request)
        if cursor is not None and section is None:
            raise invalid("cursor", "name the section that it goes on in")
        return as_json(await quality.read(QualityAsked(section, cursor, limit), reader, reader.namespaces))

    @router.get("/status", summary="How far the figures have come", response_model=StatusDocument, responses=problems(401))
    async def get_status(request: Request) -> Response:
        reader_of(request)
        async with figures.snapshots.take() as snapshot:
            head, today = snapshot.head, snapshot.today
            told_to = await snapshot.connection.fetchval(SQL.read_told)
            recounted = await read_recounted(snapshot.connection)
        told = {
            "lag": head.lag,
            "lag_s": head.lag_s,
            "generation": head.generation,
            "n": head.n,
            "merged": head.merged,
            "seen_to": head.seen_to,
            "told_to": msgspec.Raw((told_to or "{}").encode()),
        }
        return as_json({**told, "today": today.isoformat(), "catalogue": figures.catalogue.version, "recounted": recounted})

    return router
