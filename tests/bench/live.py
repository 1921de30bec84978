"""Two thousand screens on one gateway while a district tells 200 events a second: from the door's 2xx answer to every screen that the event concerns.

Half of the screens show the district, the others a street of it each, three figures on every one. Events are sent on schedule whatever the answers do.
"""

import asyncio
import json
import os
import re
import resource
import time
from collections import Counter
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import httpx
import psutil

from deploy.local.platform import Platform
from tests.bench.cpu import Meter
from tests.support.district import BATCH, District

SCREENS = int(os.environ.get("BENCH_SCREENS", "2000"))
RATE = 200  # events a second
SECONDS = 15
STREETS = 8
_EVERY = 20
"""Requests a second: so many systems of a district send at a time, each a few events."""

_FIGURES = "cases.open,cases.opened,cases.overdue"
_VALUE = re.compile(rb'"metric":"cases\.open",.*?"value":(\d+)')


class Screen:
    """One stream, and when it showed which number of open cases."""

    def __init__(self, area: str, streets: frozenset[int]) -> None:
        self.area = area
        self.streets = streets  # whose events it shows
        self.seen: list[tuple[float, int]] = []
        self.opened = asyncio.Event()

    async def watch(self, gateway: str, by: str) -> None:
        """Reads until it is cancelled; nothing but the one value is looked at, for two thousand of them are read here."""
        address = urlsplit(gateway)
        reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=1 << 20)
        try:
            query = f"/v1/live?metrics={_FIGURES}&area={self.area}{by}"
            writer.write(f"GET {query} HTTP/1.1\r\nHost: {address.netloc}\r\nAccept: text/event-stream\r\n\r\n".encode())
            while line := await reader.readline():
                if line.startswith(b"data:"):
                    if (found := _VALUE.search(line)) is not None:
                        self.seen.append((time.perf_counter(), int(found[1])))
                    self.opened.set()
        finally:
            writer.close()

    def delays(self, answered: list[tuple[float, int]]) -> list[float]:
        """Seconds from each of its events' answer until the screen showed as many. An event it never showed is an error."""
        moments = [at for at, street in answered if street in self.streets]
        found, shown = [], iter(self.seen)
        at, value = next(shown)
        for number, moment in enumerate(moments, 1):
            while value < number:
                at, value = next(shown)
            found.append(max(0.0, at - moment))
        return found


async def _load(platform: Platform, district: District) -> list[tuple[float, int]]:
    """When each event's 2xx came, and its street, in order of the answers."""
    answered: list[tuple[float, int]] = []
    headers = {"authorization": f"Bearer {platform.key('district')}", "content-type": BATCH}
    size = RATE // _EVERY

    async def send(session: httpx.AsyncClient, turn: int) -> None:
        numbers = range(turn * size, (turn + 1) * size)
        events = [district.event("case.opened", {"case": f"{district.root}-{n}", "kind": "case", "area": f"{district.root}-s{n % STREETS}"}) for n in numbers]
        answer = (await session.post("/v1/events", content=json.dumps(events))).json()
        assert answer["accepted"] == size, answer
        moment = time.perf_counter()
        answered.extend((moment, n % STREETS) for n in numbers)

    async with httpx.AsyncClient(base_url=platform.gateway, headers=headers, timeout=30) as session:
        began = time.perf_counter()
        tasks = []
        for turn in range(_EVERY * SECONDS):
            await asyncio.sleep(max(0.0, began + turn / _EVERY - time.perf_counter()))
            tasks.append(asyncio.create_task(send(session, turn)))
        await asyncio.gather(*tasks)
    return answered


def _screens(root: str) -> list[Screen]:
    everything = frozenset(range(STREETS))
    return [
        Screen(f"district:{root}", everything) if number % 2 else Screen(f"district:{root}-s{number // 2 % STREETS}", frozenset({number // 2 % STREETS}))
        for number in range(SCREENS)
    ]


async def _run(platform: Platform) -> dict[str, float]:
    district = District(platform.gateway, platform.key("district"))
    streets = [district.event("area.defined", {"area": f"{district.root}-s{n}", "kind": "street", "parent": district.root}) for n in range(STREETS)]
    district.tell([*district.foundation(), *streets])
    gateway = psutil.Process(platform.pids()["gateway"])
    screens = _screens(district.root)
    await _until_known(platform, screens[0].area)
    memory = gateway.memory_info().rss
    watching = []
    for start in range(0, SCREENS, 100):
        some = screens[start : start + 100]
        watching += [asyncio.create_task(one.watch(platform.gateway, "&by=area" if len(one.streets) > 1 else "")) for one in some]
        await asyncio.wait_for(asyncio.gather(*(one.opened.wait() for one in some)), 60)
    memory = gateway.memory_info().rss - memory
    meter = Meter({"gateway": gateway.pid})
    answered = await _load(platform, district)
    expected = Counter(street for _, street in answered)
    for one in screens:
        wanted = sum(expected[street] for street in one.streets)
        for _ in range(600):
            if one.seen and one.seen[-1][1] >= wanted:
                break
            await asyncio.sleep(0.05)
    worked = meter.read()["gateway"]
    for task in watching:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*watching, return_exceptions=True)
    delays = sorted(delay for one in screens for delay in one.delays(answered))
    return {
        "p50": 1000 * delays[len(delays) // 2],
        "p99": 1000 * delays[int(len(delays) * 0.99)],
        "memory": memory / SCREENS / 1024,
        "worked": worked / SECONDS,
        "updates": sum(len(one.seen) for one in screens) / SCREENS / SECONDS,
    }


async def _until_known(platform: Platform, area: str) -> None:
    async with httpx.AsyncClient(base_url=platform.gateway) as session:
        for _ in range(200):
            if (await session.get("/v1/metrics/cases.open", params={"area": area})).status_code == 200:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(f"{area} is not in the tree after 20 s")


def measure(platform: Platform, rounds: int) -> list[dict[str, Any]]:
    """Per round, after one round that does not count: p50 and p99, what a screen costs, how often it is told."""
    for pid in (0, platform.pids()["gateway"]):
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (SCREENS + 1000, max(SCREENS + 1000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])))
    first, *found = [asyncio.run(_run(platform)) for _ in range(rounds + 1)]
    names = {
        "p50": (f"2xx to {SCREENS} screens at {RATE}/s, p50", "ms"),
        "p99": (f"2xx to {SCREENS} screens at {RATE}/s, p99", "ms"),
        "worked": ("processor time of the gateway", "s/s"),
        "updates": ("updates of a screen", "1/s"),
    }
    rows = [{"name": name, "unit": unit, "rounds": [one[key] for one in found]} for key, (name, unit) in names.items()]
    # Later rounds find the room of the first ones' screens free again.
    return [*rows, {"name": "memory of the gateway per screen", "unit": "KiB", "rounds": [first["memory"]]}]
