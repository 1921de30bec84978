"""A list of a hundred thousand rows: each is there when it is scrolled to, and never more than fit."""

import json
from urllib.parse import parse_qs, urlsplit

from playwright.async_api import Page, Route, expect

from tests.browser.conftest import Stage
from tests.browser.pages import Opener

ROWS = 100_000

_TO_THE_END = """async (rows) => {
  const box = document.querySelector('[role=region]')
  let most = 0
  while (!box.querySelector(`[aria-rowindex='${rows + 1}']`)) {
    box.scrollTop = box.scrollHeight
    await new Promise(requestAnimationFrame)
    most = Math.max(most, box.querySelectorAll('[role=row]').length)
  }
  return most
}"""


async def _told(page: Page) -> list[int]:
    """Answers for the gateway, whose district has only some hundred things; where each page that was asked for begins."""
    begins: list[int] = []

    async def answer(route: Route) -> None:
        asked = parse_qs(urlsplit(route.request.url).query)
        first = int(asked.get("cursor", ["0"])[0])
        last = min(ROWS, first + int(asked["limit"][0]))
        begins.append(first)
        items = [
            {"family": "unit", "key": f"urn:u{number}", "kind": "unit.school", "area": None, "organisation": None, "at": "2026-03-02", "adds": 1}
            for number in range(first, last)
        ]
        following = None if last == ROWS else str(last)
        head = {"total": ROWS, "sum": ROWS, "next": following, "as_of": "2026-03-02", "watermark": "1.1", "seen_to": "2026-03-02T01:00:00Z", "lag_s": 0}
        await route.fulfill(status=200, content_type="application/json", body=json.dumps({"items": items, **head}))

    await page.route("**/v1/metrics/units/items?*", answer)
    return begins


async def test_a_hundred_thousand_rows_are_scrolled_through_and_only_those_in_view_exist(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/desk")
    begins = await _told(page)
    await page.goto(f"{stage.address}/desk/metric/units/items")
    await expect(page.get_by_role("status")).to_contain_text("100,000 条")

    assert await page.evaluate(_TO_THE_END, ROWS) < 60
    assert begins == [0, *range(100, ROWS, 500)], "each page is asked for once, in turn"
    await expect(page.locator(f"[aria-rowindex='{ROWS + 1}']")).to_contain_text(f"u{ROWS - 1}")

    await page.get_by_role("region").evaluate("(it) => { it.scrollTop = 44 * 50_000 }")
    await expect(page.locator("[aria-rowindex='50002']")).to_contain_text("u50000")
    await page.get_by_role("region").evaluate("(it) => { it.scrollTop = 0 }")
    await expect(page.locator("[aria-rowindex='2']")).to_contain_text("u0")
    assert len(begins) == ROWS // 500 + 1, "what was loaded is not asked for again"
