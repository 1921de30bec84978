"""GET /v1/metrics/{id}/export and /v1/metrics/{id}/items/export: the same questions, answered with a file."""

import tempfile
from collections.abc import AsyncIterator, Callable
from typing import IO, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from services.gateway.export.csv_file import write_csv
from services.gateway.export.filling import Teller, figure_table, items_table
from services.gateway.export.table import Table
from services.gateway.export.words import language_of
from services.gateway.export.xlsx_file import MOST_ROWS, write_xlsx
from services.gateway.figures.answer import Json
from services.gateway.figures.figures import Figures
from services.gateway.figures.guard import Reader
from services.gateway.figures.item_sources import Side
from services.gateway.figures.items import Page
from services.gateway.figures.question import PARAMETERS, Given, invalid, read_question
from services.gateway.read_api import FILTERS, MetricId, ReaderOf, problems
from services.kernel.clock import Clock

_FORMATS = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
_CONTENT: dict[str, dict[str, Any]] = {
    _FORMATS["xlsx"]: {"schema": {"type": "string", "format": "binary"}},
    _FORMATS["csv"]: {"schema": {"type": "string"}, "example": "\ufeff组织覆盖率\r\n编号,units.coverage@1\r\n截至,2024-05-31\r\n"},
}
_OURS = ("format", "lang")
_FIGURE = (*(name for name in PARAMETERS if name not in {"interval", "compare"}), *_OURS)
_ITEMS = (*(name for name in PARAMETERS if name not in {"by", "interval", "compare", "q"}), "in", "not_in", *_OURS)
_PAGE = 5_000
_TRIES = 3
"""A list that moved while it was read is read again this often; then it says so."""

_IN_MEMORY = 4 << 20
_CHUNK = 1 << 16


def export_router(figures: Figures, reader_of: ReaderOf, clock: Clock) -> APIRouter:
    """Both exports. The file is finished before its first byte is sent: a fault is an answer, never half a file."""
    router = APIRouter(prefix="/v1", tags=["figures"])
    answers: dict[int | str, dict[str, Any]] = {200: {"content": _CONTENT}, **problems(400, 401, 403, 404)}
    said: dict[str, Any] = {"response_class": StreamingResponse, "responses": answers}

    @router.get("/metrics/{metric}/export", summary="A figure and its breakdown as a file", openapi_extra={"parameters": _documented("by")}, **said)
    async def export_figure(request: Request, metric: MetricId) -> StreamingResponse:
        reader, given = reader_of(request), Given(request.query_params.multi_items(), _FIGURE)
        question = read_question(metric, given)
        answer = await figures.answer(question, reader)
        definition = figures.catalogue.definition(metric, version=answer["definition"]["version"]) or figures.catalogue.metrics[metric]
        teller = await _teller(figures, given, request)
        table = figure_table(definition, answer, question.by, teller.asked(_asked(request)), teller, clock())
        return await _respond(table, given, f"{metric}-{answer['as_of']}")

    @router.get("/metrics/{metric}/items/export", summary="What a figure counts as a file", openapi_extra={"parameters": _documented("in", "not_in")}, **said)
    async def export_items(request: Request, metric: MetricId) -> StreamingResponse:
        reader, given = reader_of(request), Given(request.query_params.multi_items(), _ITEMS)
        page = Page(read_question(metric, given), Side(given.one("in"), given.one("not_in")), None, _PAGE)
        teller = await _teller(figures, given, request)
        for attempt in range(1, _TRIES + 1):
            first = await figures.items(page, reader)
            if first["total"] > MOST_ROWS - 100 and given.one("format") != "csv":
                raise invalid("format", f"{first['total']} rows do not fit into a sheet; ask for csv")
            moved: list[bool] = []
            pages = _pages(figures, page, first, reader, moved.append)
            table = items_table(figures.catalogue.metrics[metric], pages, first, teller.asked(_asked(request)), teller, clock(), moved=attempt == _TRIES)
            response = await _respond(table, given, f"{metric}-items-{first['as_of']}")
            if not any(moved) or attempt == _TRIES:
                break
        return response

    return router


def _documented(*names: str) -> list[dict[str, Any]]:
    one = {"in": "query", "required": False}
    texts = {"format": "xlsx (the default) or csv", "lang": "zh or en; by default as Accept-Language says"}
    examples = {"format": "csv", "lang": "en", "by": "area", "in": "den", "not_in": "num"}
    schemas = {name: {"type": "string", "examples": [examples[name]]} for name in (*names, *_OURS)}
    return [*FILTERS, *({**one, "name": name, "description": texts.get(name, "As without export"), "schema": schema} for name, schema in schemas.items())]


async def _pages(figures: Figures, page: Page, first: Json, reader: Reader, tell: Callable[[bool], None]) -> AsyncIterator[Json]:
    answer = first
    yield answer
    while answer["next"] is not None:
        answer = await figures.items(page._replace(cursor=answer["next"]), reader)
        tell(bool(answer.get("stale")))
        yield answer


def _asked(request: Request) -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.query_params.multi_items() if name not in _OURS and value]


async def _teller(figures: Figures, given: Given, request: Request) -> Teller:
    return Teller(figures.catalogue, await figures.names(), language_of(given.one("lang"), request.headers.get("accept-language", "")))


async def _respond(table: Table, given: Given, name: str) -> StreamingResponse:
    kind = given.one("format") or "xlsx"
    if kind not in _FORMATS:
        raise invalid("format", f"{kind!r} is neither xlsx nor csv")
    # Small files stay in memory, large ones on disk; either way memory is bounded and the database is let go before the reader has them all.
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # closed when it was sent
    try:
        await (write_xlsx if kind == "xlsx" else write_csv)(table, file)
        length = file.tell()
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(f'{name}.{kind}')}", "content-length": str(length), "cache-control": "no-store"}
    return StreamingResponse(_sent(file), media_type=_FORMATS[kind], headers=headers)


async def _sent(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk
