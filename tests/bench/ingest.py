"""Events through POST /v1/events into the log: batches of 500, and single ones from many clients at once. The whole path, exactly-once on."""

import asyncio
import itertools
import json
import time
from datetime import date, timedelta
from typing import Any

import httpx

from deploy.local.platform import Platform
from tests.support.district import BATCH, District

STRUCTURED = "application/cloudevents+json"


def _cases(district: District, numbers: range) -> list[dict[str, Any]]:
    """A mixed district: members, shifts and cases in equal parts."""
    events = []
    for number in numbers:
        key, day = f"{district.root}-b{number}", date(2026, 1, 5) + timedelta(days=number % 300)
        events.append(district.event("unit.registered", {"unit": key, "kind": "unit", "area": district.root}, day=day))
        events.append(district.event("shift.logged", {"shift": key, "kind": "shift", "person": f"person/{number % 997}", "area": district.root,
                                                      "starts": f"{day.isoformat()}T09:00:00+08:00", "minutes": 60}, day=day, hour=12))  # fmt: skip
        events.append(district.event("case.opened", {"case": key, "kind": "case", "area": district.root}, day=day))
    return events


async def batches(platform: Platform, events: list[dict[str, Any]], *, size: int = 500, clients: int = 4) -> float:
    """Events a second, from the first request to the last answer; raises if any was not accepted."""
    bodies = [json.dumps(events[start : start + size]).encode() for start in range(0, len(events), size)]
    left = iter(bodies)
    headers = {"authorization": f"Bearer {platform.key('district')}", "content-type": BATCH}

    async def client(session: httpx.AsyncClient) -> None:
        for body in left:
            answer = (await session.post("/v1/events", content=body)).json()
            assert answer["rejected"] == answer["unavailable"] == 0, answer

    async with httpx.AsyncClient(base_url=platform.gateway, headers=headers, timeout=60) as session:
        began = time.perf_counter()
        await asyncio.gather(*(client(session) for _ in range(clients)))
        return len(events) / (time.perf_counter() - began)


async def singles(platform: Platform, events: list[dict[str, Any]], *, clients: int = 32) -> float:
    """Events a second when each is a request of its own."""
    bodies = iter([json.dumps(event).encode() for event in events])
    headers = {"authorization": f"Bearer {platform.key('district')}", "content-type": STRUCTURED}

    async def client() -> None:
        async with httpx.AsyncClient(base_url=platform.gateway, headers=headers, timeout=60) as session:
            for body in bodies:
                answer = await session.post("/v1/events", content=body)
                assert answer.status_code == 202, answer.text

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    return len(events) / (time.perf_counter() - began)


def measure(platform: Platform, rounds: int) -> list[dict[str, Any]]:
    """Both ways, rounds interleaved, after one of each that does not count."""
    district = District(platform.gateway, platform.key("district"))
    district.tell(district.foundation())
    numbers = itertools.count()
    found: dict[str, list[float]] = {"batches of 500": [], "single events, 32 clients": []}
    for turn in range(rounds + 1):
        many = asyncio.run(batches(platform, _cases(district, range(first := next(numbers) * 10_000, first + 3000))))
        single = asyncio.run(singles(platform, _cases(district, range(first := next(numbers) * 10_000, first + 500))))
        if turn:
            found["batches of 500"].append(many)
            found["single events, 32 clients"].append(single)
    return [{"name": name, "unit": "events/s", "rounds": values} for name, values in found.items()]
