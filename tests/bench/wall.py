"""A wall that somebody leaves running: 541 grids, 200 events a second. How many frames a second a browser shows for a minute, and what the page keeps in memory.

The browser, the platform and the load share the machine; a browser without a screen paints in software, which is slower than any desk's. BENCH_WALL_MINUTES is
how long memory is watched after the minute of frames (10 unless set; the promise is 30). Memory is read after a collection.
"""

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from playwright.async_api import CDPSession, Page

from deploy.local.platform import Platform
from deploy.local.web import build_screens
from services.kernel.clock import system_clock
from tests.bench.rows import Rows, say
from tests.browser.pages import Opener, launched
from tests.browser.tools import find_tools
from tests.support.district import BATCH, District, Event

GRIDS, STREETS = 541, 12
RATE, BATCH_SIZE = 200, 20
FRAMES_S = 60
MEASURED_EVERY_S = 30

_COUNT_FRAMES = """(seconds) => new Promise((done) => {
  const found = Array(seconds).fill(0)
  const long = []
  new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' })
  const began = performance.now()
  const frame = (now) => {
    const second = Math.floor((now - began) / 1000)
    if (second >= seconds) return done([found, long])
    if (second >= 0) found[second] += 1
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
})"""


def places(district: District) -> list[Event]:
    """A district of 541 grids in twelve streets."""
    root, found = district.root, district.foundation()
    found += [
        district.event("area.defined", {"area": f"{root}-s{street}", "kind": "area.street", "parent": root, "name": f"街道{street + 1}"})
        for street in range(STREETS)
    ]
    for grid in range(GRIDS):
        parent = f"{root}-s{grid * STREETS // GRIDS}"
        found.append(district.event("area.defined", {"area": f"{root}-g{grid:03}", "kind": "area.grid", "parent": parent, "name": f"网格{grid + 1:03}"}))
    return found


def work(district: District, number: int) -> Event:
    """One event of now: units, cases and shifts, everywhere in turn."""
    key, area, now = f"{district.root}-w{number}", f"{district.root}-g{number * 7 % GRIDS:03}", system_clock()
    kind, data = (
        ("case.opened", {"case": key, "kind": "case.grid", "area": area, "organisation": f"{district.root}-o"}),
        ("unit.registered", {"unit": key, "kind": "unit.enterprise", "area": area}),
        ("shift.logged", {"shift": key, "kind": "shift.patrol", "person": f"person/{number % 997}", "area": area, "starts": now.isoformat(), "minutes": 30}),
    )[number % 3]
    return district.event(kind, data) | {"time": now.isoformat()}


@asynccontextmanager
async def load(platform: Platform, district: District) -> AsyncIterator[list[int]]:
    """Tells 200 events a second while the block runs, on schedule whatever the answers do; the list holds how many were accepted, batch by batch."""
    accepted: list[int] = []
    headers = {"authorization": f"Bearer {platform.key('district')}", "content-type": BATCH}

    async def run(client: httpx.AsyncClient) -> None:
        began, number = time.perf_counter(), 0
        sending: set[asyncio.Task[None]] = set()
        while True:
            events = [work(district, number + one) for one in range(BATCH_SIZE)]
            number += BATCH_SIZE
            task = asyncio.create_task(send(client, json.dumps(events).encode()))
            sending.add(task)
            task.add_done_callback(sending.discard)
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))

    async def send(client: httpx.AsyncClient, body: bytes) -> None:
        accepted.append((await client.post("/v1/events", content=body)).json()["accepted"])

    async with httpx.AsyncClient(base_url=platform.gateway, headers=headers, timeout=60) as client:
        running = asyncio.create_task(run(client))
        try:
            yield accepted
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def kept(session: CDPSession) -> tuple[float, int]:
    """Megabytes of the page's heap after a collection, and how many nodes there are."""
    await session.send("HeapProfiler.collectGarbage")
    told = {one["name"]: one["value"] for one in (await session.send("Performance.getMetrics"))["metrics"]}
    return told["JSHeapUsedSize"] / 1e6, int(told["Nodes"])


async def _watch(platform: Platform, district: District, page: Page, minutes: float) -> dict[str, Any]:
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable")
    async with load(platform, district) as accepted:
        await page.wait_for_timeout(10_000)  # warm-up
        before, began = sum(accepted), time.monotonic()
        frames, long = await page.evaluate(_COUNT_FRAMES, FRAMES_S)
        rate = (sum(accepted) - before) / (time.monotonic() - began)
        say(f"wall: {sum(frames) / FRAMES_S:.1f} frames a second, worst second {min(frames)}, {len(long)} long tasks, at {rate:.0f} events a second")
        heap, nodes = [], []
        for _ in range(max(2, round(minutes * 60 / MEASURED_EVERY_S))):
            await page.wait_for_timeout(MEASURED_EVERY_S * 1000)
            megabytes, count = await kept(session)
            heap.append(megabytes)
            nodes.append(count)
            say(f"wall: {megabytes:.1f} MB, {count} nodes")
    return {"frames": frames, "long": long or [0.0], "rate": rate, "heap": heap, "nodes": nodes}


async def _run(platform: Platform, minutes: float) -> dict[str, Any]:
    district = District(platform.gateway, platform.key("district"))
    await asyncio.to_thread(district.tell, places(district))
    tools = await asyncio.to_thread(find_tools)
    async with launched(tools) as browser:
        opener = Opener(browser)
        page = await opener(f"{platform.gateway}/wall/district:{district.root}?map=units")
        await page.locator(".state.live").wait_for()
        found = await _watch(platform, district, page, minutes)
        assert not opener.faults, opener.faults
    district.close()
    return found


def measure(platform: Platform, rounds: int) -> Rows:
    """Frames of each second, events a second, and memory by half-minutes; one round, however many are asked for."""
    del rounds  # minutes are what this one repeats
    if not build_screens(lambda _, text: say(text)):
        raise RuntimeError("the screens could not be built")
    platform.restart("gateway")  # it reads them when it starts
    minutes = float(os.environ.get("BENCH_WALL_MINUTES", "10"))
    found = asyncio.run(_run(platform, minutes))
    return [
        {"name": f"frames of each second, {GRIDS} grids", "unit": "frames/s", "rounds": found["frames"]},
        {"name": "tasks longer than 50 ms in that minute", "unit": "ms", "rounds": found["long"]},
        {"name": "events told meanwhile", "unit": "events/s", "rounds": [found["rate"]]},
        {"name": f"heap of the page, {minutes:g} minutes", "unit": "MB", "rounds": found["heap"], "first": found["heap"][0], "last": found["heap"][-1]},
        {"name": f"nodes of the page, {minutes:g} minutes", "unit": "nodes", "rounds": found["nodes"]},
    ]
