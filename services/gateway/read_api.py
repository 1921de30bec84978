"""The routes of the reading side: figures, what they count, the trees, how far and how well."""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request, Response

from services.gateway.figures.documents import FigureDocument, ItemsDocument, MetricsDocument
from services.gateway.figures.figures import Figures
from services.gateway.figures.guard import Reader
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import MOST_ITEMS, Page
from services.gateway.figures.question import PARAMETERS, Given, dimensions_of, invalid, read_question
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.schemas import ProblemDocument
from services.kernel.catalogue.metrics import Metric
from services.kernel.http.problems import PROBLEM

ReaderOf = Callable[[Request], Reader]
"""Who asks; raises a problem for a key that is not enrolled."""

MetricId = Annotated[str, Path(description="Id of a metric, see GET /v1/metrics", examples=["units.coverage"])]

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


def _repeatable(name: str, description: str, *example: str) -> dict[str, Any]:
    schema = {"type": "array", "items": {"type": "string"}, "examples": [list(example)]}
    return {**_parameter(name, description), "schema": schema, "style": "form", "explode": True}


FILTERS = [
    _parameter("area", "An area: only what counts in its subtree", examples=["zhuhai:s-1"]),
    _parameter("org", "An organisation: only what counts in its subtree; of coverages it bounds what covers", examples=["zhuhai:p-1"]),
    _repeatable("kind", "Kinds, by dotted prefix; several: any of them", "case.livelihood", "case.grid"),
    _parameter("of", "What it is about: family/key", examples=["unit/zhuhai:u-1"]),
    _repeatable("where", "dimension:value, dimension>=n or dimension<=n; several values of one dimension: any of them", "channel:visit"),
    _parameter("from", "First day", format="date", examples=["2024-05-01"]),
    _parameter("to", "Last day, today by default", format="date", examples=["2024-05-31"]),
    _parameter("as_of", "Day of the world: state and tree", format="date", examples=["2024-05-31"]),
    _parameter("tree", "Day whose trees it is shown in", format="date", examples=["2024-05-31"]),
    _parameter("definition", "ID@VERSION; by default the one that holds on the last day", examples=["units.coverage@1"]),
]
"""What bounds a question, for the OpenAPI document."""

_LAYOUT = [
    _parameter("interval", "Points of a series", enum=["day", "week", "month", "quarter", "year"]),
    _parameter("by", "area, area:KIND, org, org:KIND, kind or a dimension", examples=["area", "org:organisation.party.committee", "kind"]),
    _parameter("compare", "With the interval before, or a year ago", enum=["previous", "year_ago"]),
    _parameter("q", "Of a duration: the quantile wanted, between 0 and 1", examples=["0.9"]),
]
_PAGING = [
    _parameter("in", "Of a rate: which part is listed, the denominator by default", enum=["num", "den"]),
    _parameter("not_in", "Of a rate: less those in this part", enum=["num", "den"]),
    _parameter("cursor", "`next` of the page before", examples=["gAAAAABmWcT"]),
    {**_parameter("limit", "Items of a page"), "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ITEMS, "default": 100}},
]


def as_json(answer: object) -> Response:
    """An answer of the moment: nobody keeps it."""
    return Response(_ENCODE(answer), media_type="application/json", headers={"cache-control": "no-store"})


def figures_router(figures: Figures, reader_of: ReaderOf, telemetry: ReadingTelemetry) -> APIRouter:
    """GET /v1/metrics, /v1/metrics/{id} and its items. `reader_of` says who asks."""
    router = APIRouter(prefix="/v1", tags=["figures"])

    @router.get("/metrics", summary="All metrics one can ask for", response_model=MetricsDocument, responses=problems(401))
    async def list_metrics(request: Request) -> Response:
        reader_of(request)
        catalogue = figures.catalogue
        listed = [_metric(metric, figures) for metric in catalogue.metrics.values()]
        return as_json({"catalogue": catalogue.version, "metrics": listed})

    @router.get(
        "/metrics/{metric}",
        summary="A figure",
        response_model=FigureDocument,
        responses=problems(400, 401, 403, 404),
        openapi_extra={"parameters": [*FILTERS, *_LAYOUT]},
    )
    async def get_figure(request: Request, metric: MetricId) -> Response:
        reader = reader_of(request)
        with telemetry.answers.labels("figure").time():
            return as_json(await figures.answer(read_question(metric, Given(request.query_params.multi_items())), reader))

    @router.get(
        "/metrics/{metric}/items",
        summary="What a figure counts, page by page",
        description="At the same watermark the items add up to the figure. `stale: true` says that what is asked has moved since the first page.",
        response_model=ItemsDocument,
        responses=problems(400, 401, 403, 404),
        openapi_extra={"parameters": [*FILTERS, *_PAGING]},
    )
    async def get_items(request: Request, metric: MetricId) -> Response:
        reader = reader_of(request)
        given = Given(request.query_params.multi_items(), _ITEM_PARAMETERS)
        page = Page(read_question(metric, given), Side(given.one("in"), given.one("not_in")), given.one("cursor"), _limit(given))
        with telemetry.answers.labels("items").time():
            return as_json(await figures.items(page, reader))

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
