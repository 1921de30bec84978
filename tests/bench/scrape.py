"""How long `/metrics` of the gateway takes while a district of 541 grids in 24 streets tells 200 events a second: what is told changes all the time."""

import asyncio
import json
import statistics
import time
from typing import Any

import httpx

from deploy.local.platform import Platform
from tests.bench.rows import quantile
from tests.support.district import BATCH, District

STREETS, GRIDS = 24, 541
RATE, SECONDS = 200, 15
SCRAPES = 4  # a second
_EVERY = 10


def _areas(district: District) -> list[dict[str, Any]]:
    streets = [district.event("area.defined", {"area": f"{district.root}-s{n}", "kind": "street", "parent": district.root}) for n in range(STREETS)]
    grids = [
        district.event("area.defined", {"area": f"{district.root}-g{n}", "kind": "grid", "parent": f"{district.root}-s{n % STREETS}"}) for n in range(GRIDS)
    ]
    return [*streets, *grids]


async def _tell(session: httpx.AsyncClient, district: District, turns: range) -> None:
    began, size = time.perf_counter(), RATE // _EVERY
    for turn in turns:
        await asyncio.sleep(max(0.0, began + (turn - turns.start) / _EVERY - time.perf_counter()))
        pieces = [district.work(number) for number in range(turn * size // 7, (turn + 1) * size // 7)]
        events = [{**event, "data": {**event["data"], **_somewhere(district, event, n)}} for n, piece in enumerate(pieces) for event in piece]
        answer = (await session.post("/v1/events", content=json.dumps(events))).json()
        assert answer["rejected"] == answer["unavailable"] == 0, answer


def _somewhere(district: District, event: dict[str, Any], number: int) -> dict[str, Any]:
    return {"area": f"{district.root}-g{(hash(event['id']) + number) % GRIDS}"} if "area" in event["data"] else {}


async def _scrape(session: httpx.AsyncClient, telling: asyncio.Task[None], times: list[float]) -> str:
    """Scrapes on schedule while it is told, each timed from when it was due; returns what the last one said."""
    due, text = time.perf_counter(), ""
    while not telling.done():
        text = (await session.get("/metrics")).text
        times.append(1000 * (time.perf_counter() - due))
        due += 1 / SCRAPES
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
    return text


async def _run(platform: Platform, district: District, number: int) -> dict[str, float]:
    headers = {"authorization": f"Bearer {platform.key('district')}", "content-type": BATCH}
    times: list[float] = []
    turns = _EVERY * SECONDS
    async with httpx.AsyncClient(base_url=platform.gateway, headers=headers, timeout=30) as session:
        telling = asyncio.create_task(_tell(session, district, range(number * turns, (number + 1) * turns)))
        text = await _scrape(session, telling, times)
        await telling
    ordered = sorted(times)
    series = sum(line.startswith("wangge_") for line in text.splitlines())
    return {"p50": statistics.median(ordered), "p99": quantile(ordered, 0.99), "series": series}


def measure(platform: Platform, rounds: int) -> list[dict[str, Any]]:
    """Per round, after one round that does not count."""
    district = District(platform.gateway, platform.key("district"))
    district.tell([*district.foundation(), *_areas(district)], batch=500)
    found = [asyncio.run(_run(platform, district, number)) for number in range(rounds + 1)][1:]
    district.close()
    names = {"p50": ("/metrics at 200 events/s, p50", "ms"), "p99": ("/metrics at 200 events/s, p99", "ms"), "series": ("series of /metrics", "")}
    return [{"name": name, "unit": unit, "rounds": [one[key] for one in found]} for key, (name, unit) in names.items()]
