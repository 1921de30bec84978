"""The longest list of a district, scrolled from its first row to its last: 100,000 cases, page by page with the cursor, in a browser that shares the machine.

A frame moves the list on by what half a second of a held page key would; where the next page is not there yet, the list stands at its end, and those frames are
told apart. Afterwards the scroll bar is taken to places all over the list. Rows are counted by their numbers: each must have been on the screen.
"""

import asyncio
from typing import Any

from playwright.async_api import Page, expect

from deploy.local.platform import Platform
from deploy.local.web import build_screens
from tests.bench.rows import Rows, quantile, say
from tests.bench.wall import GRIDS, places
from tests.browser.pages import Opener, launched
from tests.browser.tools import find_tools
from tests.support.district import District, Event

CASES = 100_000
STEP_PX = 440
"""Ten rows a frame: 26,400 pixels a second at sixty frames, faster than any held key."""

JUMPS = 60
_TELL_S = 600.0

_SCROLL = """async ([rows, step]) => {
  const box = document.querySelector('[role=region]')
  const seen = new Uint8Array(rows + 2)
  const gaps = [], long = []
  let [standing, most] = [0, 0]
  new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration))).observe({ type: 'longtask' })
  const frame = () => new Promise(requestAnimationFrame)
  let last = await frame()
  const began = last
  for (;;) {
    const before = box.scrollTop
    box.scrollTop += step
    const now = await frame()
    gaps.push(now - last)
    last = now
    const shown = box.querySelectorAll('.space [aria-rowindex]')
    most = Math.max(most, shown.length)
    for (const row of shown) seen[Number(row.getAttribute('aria-rowindex'))] = 1
    if (seen[rows + 1]) break
    if (box.scrollTop === before) standing += 1
    if (now - began > 600_000) break
  }
  return { gaps, long, standing, most, seen: seen.reduce((sum, one) => sum + one, 0), took: last - began }
}"""

_JUMP = """async ([jumps]) => {
  const box = document.querySelector('[role=region]')
  const frame = () => new Promise(requestAnimationFrame)
  const found = []
  for (let number = 0; number < jumps; number += 1) {
    box.scrollTop = (box.scrollHeight - box.clientHeight) * ((number * 0.618034) % 1)
    const began = performance.now()
    const top = Math.floor(box.scrollTop / 44) + 3
    while (!box.querySelector(`[aria-rowindex='${top}']`)) await frame()
    found.push(performance.now() - began)
    await frame()
  }
  return found
}"""


def cases(district: District) -> list[Event]:
    """A hundred thousand cases, all over the grids."""
    root = district.root
    return [
        district.event(
            "case.opened", {"case": f"{root}-c{number}", "kind": "case.grid", "area": f"{root}-g{number * 7 % GRIDS:03}", "organisation": f"{root}-o"}
        )
        for number in range(CASES)
    ]


async def _scrolled(page: Page, address: str) -> dict[str, Any]:
    await expect(page.get_by_role("status")).to_contain_text("100,000")
    found: dict[str, Any] = await page.evaluate(_SCROLL, [CASES, STEP_PX])
    assert found["seen"] == CASES, f"{found['seen']} rows were on the screen ({address})"
    found["jumps"] = await page.evaluate(_JUMP, [JUMPS])
    return found


async def _run(platform: Platform) -> dict[str, Any]:
    district = District(platform.gateway, platform.key("district"))
    await asyncio.to_thread(district.tell, [*places(district), *cases(district)], within=_TELL_S, batch=500)
    assert not district.refused, next(iter(district.refused.values()))
    say(f"scroll: {CASES} cases told")
    tools = await asyncio.to_thread(find_tools)
    address = f"{platform.gateway}/desk/metric/cases.open/items?area=district:{district.root}"
    async with launched(tools) as browser:
        opener = Opener(browser)
        found = await _scrolled(await opener(address, size=(1440, 900)), address)
        assert not opener.faults, opener.faults
    district.close()
    return found


def _rows(found: dict[str, Any]) -> Rows:
    gaps, seconds = found["gaps"], found["took"] / 1000
    say(f"scroll: {len(gaps) / seconds:.1f} frames a second over {seconds:.0f} s, {len(found['long'])} long tasks")
    return [
        {"name": f"frames while {CASES:,} rows are scrolled through", "unit": "frames/s", "rounds": [len(gaps) / seconds]},
        {"name": "time between two frames, p99", "unit": "ms", "rounds": [quantile(gaps, 0.99)]},
        {"name": "time between two frames, the longest", "unit": "ms", "rounds": [max(gaps)]},
        {"name": "tasks longer than 50 ms", "unit": "tasks", "rounds": [len(found["long"])]},
        {"name": "frames that waited for the next page", "unit": "frames", "rounds": [found["standing"]], "frames": len(gaps)},
        {"name": "rows in the page at once, at most", "unit": "rows", "rounds": [found["most"]]},
        {"name": "taken to anywhere by the scroll bar, until its rows are there", "unit": "ms", "rounds": found["jumps"]},
    ]


def measure(platform: Platform, rounds: int) -> Rows:
    """Frames a second, the longest gap between two, long tasks, and how long a jump takes; one round, however many are asked for."""
    del rounds  # a hundred thousand rows are repetition enough
    if not build_screens(lambda _, text: say(text)):
        raise RuntimeError("the screens could not be built")
    platform.restart("gateway")  # it reads them when it starts
    return _rows(asyncio.run(_run(platform)))
