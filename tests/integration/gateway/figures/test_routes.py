"""The routes over HTTP: parameters, problems, trees, quality, the page and the exposition."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from services.gateway.exposition import FigureCollector
from services.gateway.geometry.outlines import Geometry
from services.gateway.grants import Grant
from services.gateway.live import Live
from services.gateway.page import page_router
from services.gateway.read_api import figures_router
from services.gateway.reading_telemetry import ReadingTelemetry
from services.gateway.state_api import state_router
from services.gateway.streams import live_router
from services.kernel.health import Health
from services.kernel.http.app import build_app
from tests.integration.gateway.figures.conftest import Stage
from tests.integration.gateway.figures.filling import Told, dims, put

START = date(2024, 1, 1)


class Public:
    """A reader without the restricted class."""

    grants = (Grant(),)
    namespaces: frozenset[str] = frozenset()


@asynccontextmanager
async def nothing(_: FastAPI) -> AsyncIterator[None]:
    yield


@pytest_asyncio.fixture
async def served(stage: Stage) -> AsyncIterator[httpx.AsyncClient]:
    """The reading side over a district with two streets, three units and a member of an unknown organisation."""
    rows = []
    for key, kind, parent in (("z:d", "area.district", None), ("z:s", "area.street", "z:d"), ("z:t", "area.street", "z:d")):
        rows += [Told(f"area/{key}", "_tree", kind, parent, None, "{}", START, None), Told(f"area/{key}", "areas", kind, key, None, "{}", START, None)]
    rows += [Told(f"unit/z:u{n}", "units", "unit.enterprise", "z:s", None, dims(ownership="private"), START, None) for n in range(3)]
    rows.append(Told("member/z:m", "members", "member", None, "z:nobody", dims(standing="full"), START, None))
    await stage.tell(put(rows))
    registry = CollectorRegistry()
    telemetry = ReadingTelemetry(registry)
    live = Live(stage.figures, stage.database, telemetry)
    app = build_app("test", nothing, Health(), registry)

    def reader_of(_: object) -> Public:
        return Public()

    app.include_router(figures_router(stage.figures, reader_of, telemetry))
    app.include_router(state_router(stage.figures, reader_of, Geometry(stage.database, stage.figures.trees, stage.figures.names, stage.catalogue)))
    app.include_router(live_router(stage.figures, live, reader_of))
    app.include_router(page_router())
    collector = FigureCollector(stage.figures)
    collector.open(registry)
    await live.open()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        yield client
    await live.close()
    collector.close(registry)


async def test_a_figure_explains_itself(served: httpx.AsyncClient) -> None:
    answer = (await served.get("/v1/metrics/units?by=area&area=z:d")).json()

    assert (answer["metric"], answer["value"], answer["unit"]) == ("units", 3, "units")
    assert answer["definition"]["version"] == 1
    assert answer["definition"]["text"].keys() == {"zh", "en"}
    assert (answer["as_of"], answer["unplaced"], answer["excluded"], answer["lag_s"]) == ("2024-05-10", 0, [], 0.0)
    assert [(row["key"], row["value"]) for row in answer["by"]] == [("z:s", 3), ("z:t", 0)]


async def test_what_names_an_unknown_place_is_shown_as_unplaced(served: httpx.AsyncClient) -> None:
    answer = (await served.get("/v1/metrics/members?by=org")).json()

    assert (answer["value"], answer["unplaced"]) == (1, 1)
    assert answer["by"] == [{"key": None, "name": None, "value": 1}]


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("units?nonsense=1", "there is no parameter nonsense"),
        ("units?where=colour:red", "units has no dimension colour; it has"),
        ("units?by=colour", "it has area, area:KIND"),
        ("areas?by=org", "areas has no such axis; it has area, kind"),
        ("units?from=yesterday", "is no date"),
        ("units?area=z:elsewhere", "z:elsewhere is not in the tree of 2024-05-10"),
        ("units?kind=case.livelihood", "counts kinds of unit"),
        ("units?definition=units@7", "there are units@1"),
        ("units?interval=fortnight", "is none of day, week"),
        ("units?from=1024-01-01&interval=day", "at most 1500 points"),
        ("visits?compare=previous", "give a `from`"),
        ("units?area=z:s&area=z:t", "once is enough"),
        ("visits?from=2024-05-02&to=2024-05-01", "2024-05-02 lies after 2024-05-01"),
        ("amounts?of=z:e", "is no reference; write family/namespace:key"),
        ("amounts?of=stall/z:e", "is no reference"),
        ("units/items?by=area", "there is no parameter by"),
        ("units/items?in=num", "is no rate"),
        ("units/items?limit=501", "from 1 to 500"),
        ("cases.time_to_resolve?q=2", "between 0 and 1"),
        ("units?q=0.5", "has no quantiles"),
        ("units.coverage?by=org", "cannot be broken down by it"),
        ("units.coverage?of=entry/z:e", "cannot be narrowed by `of`"),
    ],
)
async def test_a_question_that_cannot_be_is_refused_and_told_what_can(served: httpx.AsyncClient, query: str, named: str) -> None:
    answer = await served.get(f"/v1/metrics/{query}")

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid"
    assert named in answer.json()["detail"]


async def test_an_unknown_metric_is_not_found(served: httpx.AsyncClient) -> None:
    assert (await served.get("/v1/metrics/nonsense")).status_code == 404


async def test_all_metrics_are_listed_with_what_they_can_be_asked_by(served: httpx.AsyncClient) -> None:
    listed = {metric["id"]: metric for metric in (await served.get("/v1/metrics")).json()["metrics"]}

    assert listed["cases.open"]["dimensions"][:1] == ["amount_band"] or "state" in listed["cases.open"]["dimensions"]
    assert listed["units"]["form"] == "sum"


async def test_every_listed_metric_can_be_asked(served: httpx.AsyncClient) -> None:
    for metric in (await served.get("/v1/metrics")).json()["metrics"]:
        answer = await served.get(f"/v1/metrics/{metric['id']}?from=2024-01-01&to=2024-03-31&by={metric['axes'][0]}")
        assert answer.status_code == 200, answer.text


async def test_the_tree_is_listed_level_by_level(served: httpx.AsyncClient) -> None:
    whole = (await served.get("/v1/areas")).json()
    first = (await served.get("/v1/areas?limit=2")).json()
    rest = (await served.get(f"/v1/areas?limit=2&cursor={first['next']}")).json()

    assert [(node["key"], node["depth"], node["children"]) for node in whole["items"]] == [("z:d", 0, 2), ("z:s", 1, 0), ("z:t", 1, 0)]
    assert first["items"] + rest["items"] == whole["items"]
    assert (await served.get("/v1/areas?under=z:nowhere")).status_code == 400
    assert (await served.get("/v1/areas?as_of=2023-01-01")).json()["items"] == []


async def test_quality_lists_places_nobody_told_of(served: httpx.AsyncClient) -> None:
    answer = (await served.get("/v1/quality")).json()

    assert answer["unplaced"] == [{"family": "organisation", "key": "z:nobody", "measure": "members", "count": 1, "state": "unknown"}]


async def test_status_tells_how_far_the_figures_are(served: httpx.AsyncClient, stage: Stage) -> None:
    await stage.owner.execute("UPDATE log.counter SET n = 5 WHERE topic = 'cases.v1' AND partition = 3")
    await stage.owner.execute("UPDATE metrics.watermark SET sequence = 2 WHERE topic = 'cases.v1' AND partition = 3")

    status = (await served.get("/v1/status")).json()

    assert (status["lag"], status["generation"], status["n"], status["merged"]) == (3, 1, 1, 0)
    assert status["seen_to"] == {"cases.v1": {"3": 2}}
    assert status["told_to"] == {"cases.v1": {"3": 5}}
    assert status["lag_s"] > 0


async def test_status_tells_what_the_last_recount_said(served: httpx.AsyncClient, stage: Stage) -> None:
    before = (await served.get("/v1/status")).json()["recounted"]
    await stage.owner.execute("INSERT INTO metrics.recounted (at, events, cells, differences) VALUES ('2024-06-01 02:00:00+08', 900, 40, 3)")

    after = (await served.get("/v1/status")).json()["recounted"]

    assert before is None
    assert after == {"at": "2024-05-31T18:00:00+00:00", "events": 900, "cells": 40, "differences": 3}


async def test_restricted_kinds_are_neither_listed_nor_shown_in_small_numbers(served: httpx.AsyncClient, stage: Stage) -> None:
    kind = next(kind.id for kind in stage.catalogue.kinds.values() if kind.access == "restricted" and kind.family == "entry")
    await stage.tell(put([Told(f"entry/z:{n}", "entries", kind, "z:s" if n else "z:t", None, "{}", START, None) for n in range(12)]))

    figure = (await served.get(f"/v1/metrics/entries?kind={kind}&by=area&area=z:d")).json()
    listed = await served.get(f"/v1/metrics/entries/items?kind={kind}")

    assert figure["value"] == 12
    assert [(row["value"], row.get("suppressed")) for row in figure["by"]] == [(None, True), (None, True)], "12 less the 11 would be the one"
    assert (listed.status_code, listed.json()["code"]) == (403, "not-allowed")


async def test_figures_are_exposed_by_district_and_street(served: httpx.AsyncClient) -> None:
    text = (await served.get("/metrics")).text

    assert 'wangge_units_units{area="z:d"} 3.0' in text
    assert 'wangge_units_units{area="z:t"} 0.0' in text
    assert 'wangge_area_info{area="z:s",kind="area.street",name="",parent="z:d"} 1.0' in text
    assert 'wangge_units_coverage_ratio_den{area="z:s"} 3.0' in text
    assert 'wangge_units_coverage_ratio{area="z:t"}' not in text, "a rate without a denominator has no value"


async def test_the_plain_page_loads_nothing_from_elsewhere(served: httpx.AsyncClient) -> None:
    page = await served.get("/")
    assets = [(await served.get(path)).text for path in ("/page.css", "/page.js")]

    assert page.headers["content-security-policy"].startswith("default-src 'none'")
    assert "http" not in page.text.replace("http-equiv", "")
    assert not any("https://" in text or "http://" in text for text in assets)


async def test_the_document_describes_every_parameter(served: httpx.AsyncClient) -> None:
    paths = (await served.get("/openapi.json")).json()["paths"]

    named = {parameter["name"] for parameter in paths["/v1/metrics/{metric}"]["get"]["parameters"]}
    assert {"area", "org", "kind", "of", "where", "from", "to", "interval", "by", "as_of", "tree", "compare", "definition", "q", "metric"} == named
    assert "200" in paths["/v1/live"]["get"]["responses"]


async def test_answers_at_the_same_time_agree(served: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(served.get("/v1/metrics/units?by=area&area=z:d") for _ in range(20)))

    assert len({answer.text for answer in answers}) == 1
