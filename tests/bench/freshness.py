"""From the door to the screen, at a given pace: single events, each timed until a live stream's value covers it.

An open model: every event is due at its moment whatever became of those before it, and goes out on the next connection that is free. `from the answer` counts
from the 2xx; `from when it was due` from the moment it should have been sent, so that nothing is hidden by a sender that had to wait.
"""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any

import httpx

from deploy.local.platform import Platform
from tests.bench.rows import Rows, quantile, say
from tests.bench.told import STRUCTURED, connect, encoded, tell
from tests.support.district import District
from tests.support.waiting import eventually

PACES: Sequence[tuple[int, float]] = ((200, 10.0), (2000, 5.0))
"""Events a second, and for how many seconds."""

CONNECTIONS = 64
_PATIENCE_S = 30.0


def measure(platform: Platform, rounds: int) -> Rows:
    """p50 and p99 in milliseconds at each pace, after one round that does not count."""
    rows: Rows = []
    for pace, seconds in PACES:
        found: dict[str, list[float]] = {}
        for turn in range(rounds + 1):
            answers, dues = asyncio.run(delays(platform, pace, seconds if turn else 2.0))
            for name, some in (("from the answer", answers), ("from when it was due", dues)):
                for share in (0.5, 0.99):
                    if turn:
                        found.setdefault(f"{pace} events/s, {name} to the screen, p{share * 100:.0f}", []).append(round(quantile(some, share) * 1000, 1))
            say(f"{pace} events/s, round {turn}: { ({name: values[-1:] for name, values in found.items()}) }")
        rows += [{"name": name, "unit": "ms", "rounds": values} for name, values in found.items()]
    return rows


async def delays(platform: Platform, pace: int, seconds: float) -> tuple[list[float], list[float]]:
    """Delays of all events from their answers, and from their dues."""
    district = District(platform.gateway, platform.key("district"))
    district.tell(district.foundation())
    district.close()  # its client; what it makes is still wanted
    question = f"{platform.gateway}/v1/metrics/cases.open?area=district:{district.root}"
    eventually(lambda: httpx.get(question).is_success, within=120, what="the district is known: what other benches have told is counted first")
    events = [
        district.event("case.opened", {"case": f"{district.root}-f{number}", "kind": "case", "area": district.root}) for number in range(int(pace * seconds))
    ]
    bodies = encoded(events, 1)
    seen: list[tuple[float, int]] = []
    ready = asyncio.Event()
    watcher = asyncio.create_task(_watch(platform, district.root, seen, ready))
    await asyncio.wait({asyncio.create_task(ready.wait()), watcher}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
    if watcher.done():
        watcher.result()
    assert ready.is_set(), "the stream says nothing"
    due, answered = await _load(platform, bodies, pace)
    until = time.perf_counter() + _PATIENCE_S
    while not (seen and seen[-1][1] >= len(bodies)) and time.perf_counter() < until:
        if watcher.done():
            watcher.result()
        await asyncio.sleep(0.02)
    watcher.cancel()
    await asyncio.gather(watcher, return_exceptions=True)
    assert [value for _, value in seen[-1:]] == [len(bodies)], f"the screen shows {seen[-1:]} of {len(bodies)}"
    return _delays(sorted(answered), seen), _delays(sorted(due), seen)


async def _load(platform: Platform, bodies: Sequence[bytes], pace: int) -> tuple[list[float], list[float]]:
    """Sends each when it is due; the moments at which they were due, and at which their answers came."""
    began = time.perf_counter() + 0.05
    due = [began + number / pace for number in range(len(bodies))]
    answered: list[float] = []
    turn = iter(range(len(bodies)))

    async def sender() -> None:
        async with connect(platform, STRUCTURED) as connection:
            for number in turn:
                await asyncio.sleep(max(0.0, due[number] - time.perf_counter()))
                await tell(connection, bodies[number])
                answered.append(time.perf_counter())

    await asyncio.gather(*(sender() for _ in range(CONNECTIONS)))
    return due, answered


def _delays(moments: Sequence[float], seen: Sequence[tuple[float, int]]) -> list[float]:
    """The n-th event is on the screen once the stream shows n or more."""
    delays, shown = [], iter(seen)
    at, value = next(shown)
    for number, moment in enumerate(moments, 1):
        while value < number:
            at, value = next(shown)
        delays.append(max(0.0, at - moment))
    return delays


async def _watch(platform: Platform, root: str, seen: list[tuple[float, int]], ready: asyncio.Event) -> None:
    """Notes when the stream shows which number of open cases."""
    parameters = {"metrics": "cases.open", "area": f"district:{root}"}
    async with httpx.AsyncClient(base_url=platform.gateway, timeout=None) as session, session.stream("GET", "/v1/live", params=parameters) as stream:
        stream.raise_for_status()
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
        message = list(message.values())
    if isinstance(message, list):
        for inner in message:
            if (found := _value(inner)) is not None:
                return found
    return None
