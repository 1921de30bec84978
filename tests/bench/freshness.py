"""From the door's 2xx answer to the screen: an open-model load of single events, each timed until a live stream's value covers it."""

import asyncio
import json
import time
from typing import Any

import httpx

from deploy.local.platform import Platform
from tests.support.district import District

RATE = 200  # events a second
SECONDS = 15


async def _watch(gateway: str, root: str, seen: list[tuple[float, int]], ready: asyncio.Event) -> None:
    """Notes when the stream shows which number of open cases."""
    async with (
        httpx.AsyncClient(base_url=gateway, timeout=None) as session,
        session.stream("GET", "/v1/live", params={"metrics": "cases.open", "area": f"district:{root}"}) as stream,
    ):
        async for line in stream.aiter_lines():
            if line.startswith("data:"):
                value = _value(json.loads(line[5:]))
                if value is not None:
                    seen.append((time.perf_counter(), value))
                ready.set()


def _value(message: Any) -> int | None:
    """The figure in a snapshot or a delta, wherever the message keeps it."""
    if isinstance(message, dict):
        if message.get("metric") == "cases.open" and "value" in message:
            return int(message["value"] or 0)
        for inner in message.values():
            if (found := _value(inner)) is not None:
                return found
    if isinstance(message, list):
        for inner in message:
            if (found := _value(inner)) is not None:
                return found
    return None


async def _load(platform: Platform, district: District) -> list[float]:
    """The moments at which each event's 2xx came, sent on schedule whatever the answers do."""
    answered: list[float] = []
    headers = {"authorization": f"Bearer {platform.key('district')}", "content-type": "application/cloudevents+json"}

    async def send(session: httpx.AsyncClient, number: int) -> None:
        event = district.event("case.opened", {"case": f"{district.root}-f{number}", "kind": "case", "area": district.root})
        answer = await session.post("/v1/events", content=json.dumps(event))
        assert answer.status_code == 202, answer.text
        answered.append(time.perf_counter())

    async with httpx.AsyncClient(base_url=platform.gateway, headers=headers, timeout=30, limits=httpx.Limits(max_connections=64)) as session:
        began = time.perf_counter()
        tasks = []
        for number in range(RATE * SECONDS):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            tasks.append(asyncio.create_task(send(session, number)))
        await asyncio.gather(*tasks)
    return sorted(answered)


async def _run(platform: Platform) -> list[float]:
    district = District(platform.gateway, platform.key("district"))
    district.tell(district.foundation())
    seen: list[tuple[float, int]] = []
    ready = asyncio.Event()
    watcher = asyncio.create_task(_watch(platform.gateway, district.root, seen, ready))
    await asyncio.wait_for(ready.wait(), 20)
    answered = await _load(platform, district)
    for _ in range(100):
        if seen and seen[-1][1] >= len(answered):
            break
        await asyncio.sleep(0.1)
    watcher.cancel()
    # The n-th answered event is on the screen once the stream shows n or more.
    delays, shown = [], iter(seen)
    at, value = next(shown)
    for number, moment in enumerate(answered, 1):
        while value < number:
            at, value = next(shown)
        delays.append(max(0.0, at - moment))
    return delays


def measure(platform: Platform, rounds: int) -> list[dict[str, Any]]:
    """p50 and p99 in milliseconds, per round, after one round that does not count."""
    p50, p99 = [], []
    for turn in range(rounds + 1):
        delays = sorted(asyncio.run(_run(platform)))
        if turn:
            p50.append(1000 * delays[len(delays) // 2])
            p99.append(1000 * delays[int(len(delays) * 0.99)])
    return [{"name": f"2xx to SSE at {RATE}/s, p50", "unit": "ms", "rounds": p50}, {"name": f"2xx to SSE at {RATE}/s, p99", "unit": "ms", "rounds": p99}]
