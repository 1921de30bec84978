"""The routes of the reading side: figures, what they count, the trees, how far and how well."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.gateway.figures.documents import FigureDocument, ItemsDocument, MetricsDocument, QualityDocument, StatusDocument, TreeDocument
from services.gateway.figures.figures import Figures
from services.gateway.figures.forest import AREA, ORGANISATION
from services.gateway.figures.guard import Reader
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import MOST_ITEMS, Page
from services.gateway.figures.question import PARAMETERS, Given, dimensions_of, invalid, read_question
from services.gateway.quality import read_quality
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.schemas import ProblemDocument
from services.gateway.tree_pages import TreeAsked, list_nodes
from services.kernel.catalogue.metrics import Metric
from services.kernel.http.problems import PROBLEM

ReaderOf = Callable[[Request], Reader]
"""Who asks; raises a problem for a key that is not enrolled."""

_ENCODE = msgspec.json.Encoder().encode
_ITEM_PARAMETERS = (*(name for name in PARAMETERS if name not in {"by", "interval", "compare", "q"}), "in", "not_in", "cursor", "limit")
_TEXTS = {
    400: "A parameter cannot be; the detail names those that can",
    401: "A key is needed, or this one is not enrolled",
    403: "Not with this key",
    404: "No such metric",
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """How a route's problems are documented."""
    return {status: {"description": _TEXTS[status], "content": {PROBLEM: {"schema": ProblemDocument.model_json_schema()}}} for status in statuses}


def _parameter(name: str, description: str, **schema: object) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "required": False, "schema": {"type": "string", **schema}}


def _repeatable(name: str, description: str) -> dict[str, Any]:
    return {**_parameter(name, description), "schema": {"type": "array", "items": {"type": "string"}}, "style": "form", "explode": True}


_FILTERS = [
    _parameter("area", "An area: only what counts in its subtree", examples=["zhuhai:s-1"]),
    _parameter("org", "An organisation: only what counts in its subtree; of coverages it bounds what covers"),
    _repeatable("kind", "Kinds, by dotted prefix; several: any of them"),
    _parameter("of", "What it is about: family/key"),
    _repeatable("where", "dimension:value, dimension>=n or dimension<=n; several values of one dimension: any of them"),
    _parameter("from", "First day", format="date"),
    _parameter("to", "Last day, today by default", format="date"),
    _parameter("as_of", "Day of the world: state and tree", format="date"),
    _parameter("tree", "Day whose trees it is shown in", format="date"),
    _parameter("definition", "ID@VERSION; by default the one that holds on the last day"),
]
_LAYOUT = [
    _parameter("interval", "Points of a series", enum=["day", "week", "month", "quarter", "year"]),
    _parameter("by", "area, area:KIND, org, org:KIND, kind or a dimension"),
    _parameter("compare", "With the interval before, or a year ago", enum=["previous", "year_ago"]),
    _parameter("q", "Of a duration: the quantile wanted, between 0 and 1"),
]
_PAGING = [
    _parameter("in", "Of a rate: which part is listed, the denominator by default", enum=["num", "den"]),
    _parameter("not_in", "Of a rate: less those in this part", enum=["num", "den"]),
    _parameter("cursor", "`next` of the page before"),
    {**_parameter("limit", "Items of a page"), "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": 100}},
]


def _json(answer: object) -> Response:
    return Response(_ENCODE(answer), media_type="application/json", headers={"cache-control": "no-store"})


def figures_router(figures: Figures, reader_of: ReaderOf, telemetry: ReadingTelemetry) -> APIRouter:
    """GET /v1/metrics, /v1/metrics/{id} and its items. `reader_of` says who asks."""
    router = APIRouter(prefix="/v1", tags=["figures"])

    @router.get("/metrics", summary="All metrics one can ask for", response_model=MetricsDocument, responses=problems(401))
    async def list_metrics(request: Request) -> Response:
        reader_of(request)
        catalogue = figures.catalogue
        listed = [_metric(metric, figures) for metric in catalogue.metrics.values()]
        return _json({"catalogue": catalogue.version, "metrics": listed})

    @router.get(
        "/metrics/{metric}",
        summary="A figure",
        response_model=FigureDocument,
        responses=problems(400, 401, 403, 404),
        openapi_extra={"parameters": [*_FILTERS, *_LAYOUT]},
    )
    async def get_figure(request: Request, metric: str) -> Response:
        reader = reader_of(request)
        with telemetry.answers.labels("figure").time():
            return _json(await figures.answer(read_question(metric, Given(request.query_params.multi_items())), reader))

    @router.get(
        "/metrics/{metric}/items",
        summary="What a figure counts, page by page",
        description="At the same watermark the items add up to the figure. `stale: true` says that what is asked has moved since the first page.",
        response_model=ItemsDocument,
        responses=problems(400, 401, 403, 404),
        openapi_extra={"parameters": [*_FILTERS, *_PAGING]},
    )
    async def get_items(request: Request, metric: str) -> Response:
        reader = reader_of(request)
        given = Given(request.query_params.multi_items(), _ITEM_PARAMETERS)
        page = Page(read_question(metric, given), Side(given.one("in"), given.one("not_in")), given.one("cursor"), _limit(given))
        with telemetry.answers.labels("items").time():
            return _json(await figures.items(page, reader))

    return router


def _limit(given: Given) -> int:
    text = given.one("limit") or "100"
    if not text.isdecimal() or not 1 <= int(text) <= MOST_ITEMS:
        raise invalid("limit", f"{text!r} is no number from 1 to {MOST_ITEMS}")
    return int(text)


def _metric(metric: Metric, figures: Figures) -> dict[str, object]:
    versions = [one.version for one in figures.catalogue.definitions[metric.id]]
    return {
        "id": metric.id,
        "version": metric.version,
        "versions": versions,
        "valid_from": metric.valid_from.isoformat(),
        "form": metric.form_name,
        "nature": metric.nature,
        "unit": metric.unit,
        "text": {"zh": metric.text.zh, "en": metric.text.en},
        "axes": list(metric.axes),
        "dimensions": list(dimensions_of(metric, figures.catalogue)),
        "families": list(metric.families),
        "access": metric.access,
    }


class _TreeQuery(BaseModel):
    """Which part of a tree."""

    model_config = ConfigDict(extra="forbid")

    under: str | None = Field(None, description="A node: itself and what is below it")
    depth: int | None = Field(None, ge=0, description="How many levels below the top")
    kind: str | None = Field(None, description="Only nodes of this kind, by dotted prefix")
    as_of: date | None = Field(None, description="The tree of this day, today by default")
    cursor: str | None = Field(None, description="`next` of the page before")
    limit: int = Field(500, ge=1, le=1000)

    def as_asked(self) -> TreeAsked:
        """Without the day."""
        return TreeAsked(self.under, self.depth, self.kind, self.cursor, self.limit)


def state_router(figures: Figures, reader_of: ReaderOf) -> APIRouter:
    """GET /v1/areas, /v1/organisations, /v1/quality, /v1/status."""
    router = APIRouter(prefix="/v1", tags=["state"])

    async def tree_page(family: str, asked: TreeAsked, as_of: date | None) -> Response:
        trees = await figures.trees(as_of)
        tree = trees.areas if family == AREA else trees.organisations
        return _json(list_nodes(tree, family, asked, await figures.names(), trees.day))

    @router.get("/areas", summary="The areas, each before those in it", response_model=TreeDocument, responses=problems(400, 401))
    async def list_areas(request: Request, asked: Annotated[_TreeQuery, Query()]) -> Response:
        reader_of(request)
        return await tree_page(AREA, asked.as_asked(), asked.as_of)

    @router.get("/organisations", summary="The organisations, each before those below it", response_model=TreeDocument, responses=problems(400, 401))
    async def list_organisations(request: Request, asked: Annotated[_TreeQuery, Query()]) -> Response:
        reader_of(request)
        return await tree_page(ORGANISATION, asked.as_asked(), asked.as_of)

    @router.get("/quality", summary="What needs somebody's care", response_model=QualityDocument, responses=problems(401))
    async def get_quality(request: Request) -> Response:
        reader_of(request)
        return _json(await read_quality(figures))

    @router.get("/status", summary="How far the figures have come", response_model=StatusDocument, responses=problems(401))
    async def get_status(request: Request) -> Response:
        reader_of(request)
        async with figures.snapshots.take() as snapshot:
            head, today = snapshot.head, snapshot.today
        told = {"lag": head.lag, "lag_s": head.lag_s, "generation": head.generation, "n": head.n, "merged": head.merged, "seen_to": head.seen_to}
        return _json({**told, "today": today.isoformat(), "catalogue": figures.catalogue.version})

    return router
