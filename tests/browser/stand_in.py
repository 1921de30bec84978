"""A gateway for the browser's tests: the screens as they are served, and answers of the API's shapes over a district small enough to add up by hand."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from services.gateway.web_pages import screens_router
from services.kernel.clock import system_clock

AREAS = [("z:d", None, "示范区", "area.district"), ("z:s", "z:d", "东街道", "area.street"), ("z:t", "z:d", "西街道", "area.street")] + [
    (f"z:g{n}", "z:s" if n < 6 else "z:t", f"网格{n:03}", "area.grid") for n in range(12)
]
RATES = {"units.coverage"}
METRICS = ("areas", "organisations", "members", "units", "entries", "units.coverage", "activities", "visits", "volunteer.minutes", "cases.open", "cases.overdue",
           "cases.opened", "cases.reached", "cases.resolved", "cases.resolution_rate", "volunteer.people", "volunteer.shifts")  # fmt: skip
STOCKS = {"areas", "organisations", "members", "units", "entries", "units.coverage", "cases.open", "cases.overdue"}


class StandIn:
    """What it tells can be changed while pages look at it."""

    def __init__(self) -> None:
        self.today = system_clock().date().isoformat()
        self.uncovered = [f"z:u{n}" for n in range(137)]
        self.units = 400
        self.n = 1
        self.streams: set[asyncio.Queue[bytes]] = set()

    def figure(self, metric: str) -> dict[str, Any]:
        value: float = self.units
        told: dict[str, Any] = {"metric": metric, "unit": "ratio" if metric in RATES else "units", "excluded": [], "unplaced": 0, "as_of": self.today}
        if metric in RATES:
            told |= {"num": self.units - len(self.uncovered), "den": self.units}
            value = told["num"] / told["den"]
        return {**told, "value": value, "tree": self.today, "seen_to": {}, "lag_s": 0.0, "definition": {"id": metric, "version": 1, "text": _text(metric)}}

    def tell(self, units: int) -> None:
        """The number of units is another one now, and one was just registered."""
        self.units, self.n = units, self.n + 1
        happened = {"type": "org.wangge.unit.registered.v1", "kind": "unit.school", "area": "z:g3", "at": self.today}
        for stream in self.streams:
            stream.put_nowait(self.message("delta", ["units"]))
            stream.put_nowait(f"event: happened\ndata: {json.dumps(happened)}\n\n".encode())

    def message(self, event: str, metrics: list[str]) -> bytes:
        data = {"id": f"1.{self.n}", "today": self.today, "lag_s": 0.0, "figures": [self.figure(metric) for metric in metrics]}
        return f"event: {event}\nid: 1.{self.n}\ndata: {json.dumps(data)}\n\n".encode()


def _text(metric: str) -> dict[str, str]:
    return {"zh": f"指标{metric}", "en": f"metric {metric}"}


def build(told: StandIn) -> FastAPI:  # noqa: C901  # one route after the other
    app = FastAPI()

    @app.get("/v1/metrics")
    async def metrics() -> dict[str, Any]:
        one = {
            "version": 1,
            "versions": [1],
            "valid_from": "2018-01-01",
            "families": ["unit"],
            "access": "public",
            "dimensions": [],
            "axes": ["area", "org", "kind"],
        }
        listed = [{**one, "id": id_, "form": "ratio" if id_ in RATES else "sum", "nature": "stock" if id_ in STOCKS else "flow",
                   "unit": "ratio" if id_ in RATES else "units", "text": _text(id_)} for id_ in METRICS]  # fmt: skip
        return {"catalogue": "x", "metrics": listed}

    @app.get("/v1/kinds")
    async def kinds() -> dict[str, Any]:
        school = {
            "id": "unit.school",
            "family": "unit",
            "names": {"zh": "学校", "en": "School"},
            "access": "public",
            "marks": [],
            "states": [],
            "attributes": {},
        }
        return {"catalogue": "x", "kinds": [school]}

    @app.get("/v1/areas")
    async def areas() -> dict[str, Any]:
        parents = [parent for _, parent, _, _ in AREAS]
        items = [
            {"key": key, "kind": kind, "name": name, "parent": parent, "depth": 0, "children": parents.count(key), "attributes": {}}
            for key, parent, name, kind in AREAS
        ]
        return {"as_of": told.today, "total": len(items), "items": items, "next": None}

    @app.get("/v1/organisations")
    async def organisations() -> dict[str, Any]:
        return {"as_of": told.today, "total": 0, "items": [], "next": None}

    @app.get("/v1/areas/geometry")
    async def geometry() -> dict[str, Any]:
        return {"type": "FeatureCollection", "features": []}

    @app.get("/v1/status")
    async def status() -> dict[str, Any]:
        return {"lag": 0, "lag_s": 0.0, "generation": 1, "n": told.n, "merged": told.n, "seen_to": {}, "told_to": {}, "today": told.today, "catalogue": "x"}

    @app.get("/v1/metrics/{metric}")
    async def figure(metric: str, by: str = "", interval: str = "") -> dict[str, Any]:
        answer = told.figure(metric)
        if by.startswith("area"):
            answer["by"] = [{"key": key, "name": name, "value": n, "kind": kind} for n, (key, _, name, kind) in enumerate(AREAS) if kind == "area.grid"]
        if interval:
            answer["series"] = [{"from": told.today, "to": told.today, "value": answer["value"]}]
        return answer

    @app.get("/v1/metrics/{metric}/items")
    async def items(metric: str, cursor: int = 0, limit: int = 100) -> dict[str, Any]:
        shown = told.uncovered[cursor : cursor + limit]
        listed = [{"family": "unit", "key": key, "kind": "unit.school", "area": "z:g1", "organisation": None, "at": told.today, "adds": 1} for key in shown]
        following = cursor + limit if cursor + limit < len(told.uncovered) else None
        counts = {"total": len(told.uncovered), "sum": len(told.uncovered)}
        return {
            "items": listed,
            **counts,
            "next": None if following is None else str(following),
            "as_of": told.today,
            "watermark": "1.1",
            "seen_to": {},
            "lag_s": 0,
        }

    @app.get("/v1/live")
    async def live(request: Request, metrics: str) -> StreamingResponse:
        async def stream() -> AsyncIterator[bytes]:
            queue: asyncio.Queue[bytes] = asyncio.Queue()
            told.streams.add(queue)
            yield told.message("snapshot", metrics.split(","))
            try:
                while True:
                    yield await queue.get()
            finally:
                told.streams.discard(queue)

        return StreamingResponse(stream(), media_type="text/event-stream")

    app.include_router(screens_router())
    return app


@asynccontextmanager
async def standing_in() -> AsyncIterator[tuple[StandIn, str]]:
    """The stand-in, serving, and its address."""
    told = StandIn()
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(build(told), log_level="critical", lifespan="off", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield told, f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()
