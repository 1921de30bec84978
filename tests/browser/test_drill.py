"""From a number on the wall down to one thing: the count is the same at each step, and the API's."""

import asyncio
from typing import Any

import httpx
from playwright.async_api import Page, expect

from tests.browser.conftest import Stage
from tests.browser.pages import Opener, number
from tests.browser.world import COVERED, OVERDUE, UNITS


async def keys_in_list(page: Page, total: int) -> set[str]:
    """The keys of all rows, read while scrolling: only those in view exist."""
    found: set[str] = set()
    box = page.get_by_role("region")
    for _ in range(200):
        found |= set(await box.locator("[role=row] a").all_inner_texts())
        if len(found) >= total:
            break
        await box.evaluate("(it) => it.scrollBy(0, it.clientHeight / 2)")
        await page.wait_for_timeout(30)
    return found


def items(stage: Stage, metric: str, **query: str) -> list[dict[str, Any]]:
    """All pages of what a metric counts, from the API."""
    found: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = httpx.get(f"{stage.address}/v1/metrics/{metric}/items", params={"area": stage.world.root, "limit": "40", **query, **cursor}, timeout=20).json()
        found += page["items"]
        if page["next"] is None:
            assert len(found) == page["total"]
            return found
        cursor = {"cursor": page["next"]}


async def test_a_rate_opens_down_to_one_thing_that_is_not_covered(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/wall/{stage.world.root}")
    ring = page.locator("a[href*='/metric/units.coverage?']").first
    await expect(ring).to_contain_text(f"{COVERED}/{UNITS}")
    await ring.click()

    gap = page.get_by_role("link", name=str(UNITS - COVERED), exact=True).first
    await expect(page.get_by_role("link", name=str(COVERED), exact=True).first).to_be_visible()
    await expect(page.get_by_role("link", name=str(UNITS), exact=True).first).to_be_visible()
    await gap.click()

    await expect(page.get_by_role("status")).to_contain_text(f"{UNITS - COVERED} 条")
    assert "not_in=num" in page.url, "the list is a link that can be sent on"
    told = await asyncio.to_thread(items, stage, "units.coverage", **{"in": "den", "not_in": "num"})
    rows = await keys_in_list(page, len(told))
    assert rows == {item["key"].split(":", 1)[1] for item in told}
    assert len(rows) == UNITS - COVERED

    await page.get_by_role("region").locator("[role=row] a").first.click()
    await page.wait_for_url("**/desk/thing/unit/*")
    await expect(page.locator("h1")).to_contain_text("单位")
    await expect(page.locator("ol.steps li")).to_have_count(1)


async def test_overdue_cases_open_down_to_their_history(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/wall/{stage.world.root}")
    overdue = page.locator("a[href*='/metric/cases.overdue?']")
    await expect(overdue.locator(".num")).to_have_text(str(OVERDUE))
    await overdue.click()
    await page.wait_for_url("**/desk/metric/cases.overdue*")
    assert await number(page.locator(".value .num").first) == OVERDUE

    await page.locator("a[href*='/metric/cases.overdue/items']").first.click()
    await expect(page.get_by_role("status")).to_contain_text(f"{OVERDUE} 条")
    rows = await keys_in_list(page, OVERDUE)
    assert rows == {item["key"].split(":", 1)[1] for item in await asyncio.to_thread(items, stage, "cases.overdue")}
    assert len(rows) == OVERDUE

    await page.get_by_role("region").locator("[role=row] a").first.click()
    await page.wait_for_url("**/desk/thing/case/*")
    await expect(page.locator("ol.steps")).to_contain_text("新立")


async def test_only_the_rows_in_view_exist(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/desk/metric/units/items?area={stage.world.root}")
    await expect(page.get_by_role("status")).to_contain_text(f"{UNITS} 条")
    most = 0
    for _ in range(20):
        most = max(most, await page.locator("[role=row]").count())
        await page.get_by_role("region").evaluate("(it) => it.scrollBy(0, it.clientHeight)")
        await page.wait_for_timeout(30)

    assert most < 60
    await expect(page.locator(f"[aria-rowindex='{UNITS + 1}']")).to_be_visible()
