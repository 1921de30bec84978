"""Each view in both languages: whole, within its frame, without a word of the other language, small enough to load at once, and by the rules of accessibility in light and dark."""

import re
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.conftest import Stage
from tests.browser.pages import Opener, shown
from tests.browser.tools import Tools
from tests.browser.views import NAMES, address_of, size_of

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TOLD = re.compile("示范区(机关党支部)?|[东西](街道)?|网格|单位|中文")
"""Names of this district's places and bodies, which have no other language, and the switch to the other one."""

BUDGET = 600_000
"""Bytes of pages, scripts, styles and fonts as they come over the line, for the first view that somebody opens."""

COLOURS = "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor].join()"
"""A view that looks the same to who likes it dark (the wall always is, a desk may never be) is not judged twice."""

HAN = re.compile("[\u4e00-\u9fff]+")


async def broken_rules(page: Page, tools: Tools) -> list[str]:
    """What axe-core finds, as `rule: where`."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(tools.axe)
    found: dict[str, Any] = await page.evaluate("(tags) => axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] })", RULES)
    return [
        f"{one['id']}: {node['target']} {node.get('any', [{}])[0].get('message', '') if node.get('any') else ''}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]


async def loaded(page: Page) -> dict[str, int]:
    """What the view was made of: addresses and bytes; answers of the API are not of it."""
    entries = "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
    sizes: list[tuple[str, int]] = await page.evaluate(f"{entries}.map((it) => [it.name, it.encodedBodySize])")
    return {address: size for address, size in sizes if "/v1/" not in address}


@pytest.mark.parametrize("name", NAMES)
async def test_a_view_in_both_languages_light_and_dark(stage: Stage, visit: Opener, tools: Tools, name: str) -> None:
    found: list[str] = []
    for language in ("en-US", "zh-CN"):
        page = await visit(stage.address + address_of(name, stage.world), language=language, size=size_of(name))
        await page.wait_for_load_state("networkidle") if name != "wall" else await page.locator(".state.live").wait_for()
        await page.wait_for_timeout(800)  # numbers run for a moment
        assert await page.evaluate("document.documentElement.lang") == language[:2] + ("-CN" if language == "zh-CN" else "")
        assert await page.locator("h1").count() == 1
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over the edge"
        assets = await loaded(page)
        assert all(address.startswith(stage.address) for address in assets)
        assert 0 < sum(assets.values()) <= BUDGET, assets
        if language == "en-US":
            left = TOLD.sub("", await page.locator("body").inner_text())
            found += [f"not in English: {word}" for word in HAN.findall(left)]
        found += [f"{language} {one}" for one in await broken_rules(page, tools)]
        light = await page.evaluate(COLOURS)
        await page.emulate_media(color_scheme="dark")
        if await page.evaluate(COLOURS) != light:
            found += [f"{language}, dark: {one}" for one in await broken_rules(page, tools)]
    assert not found, "\n".join(found)


async def test_the_language_is_switched_and_stays(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/desk", language="en-GB")
    await page.get_by_role("button", name="中文").click()
    await page.wait_for_function("document.documentElement.lang === 'zh-CN'")
    await page.goto(f"{stage.address}/ops")
    await shown(page)

    assert await page.evaluate("document.documentElement.lang") == "zh-CN"
    assert await page.get_by_role("button", name="English").count() == 1
