"""Opening a view as somebody would: with a language, a size, a taste for dark or still screens."""

import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, async_playwright, expect

from tests.browser.tools import Tools

WAIT_MS = 20_000
expect.set_options(timeout=WAIT_MS)


@asynccontextmanager
async def launched(tools: Tools) -> AsyncIterator[Browser]:
    """A browser that runs as root and as anybody, in a container and on a desk."""
    flags = ["--no-sandbox", "--no-zygote", "--font-render-hinting=none"]
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(tools.node)  # the one that Playwright brings wants a library that a bare machine lacks
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=tools.chromium, env=dict(tools.environment), args=flags)
        try:
            yield browser
        finally:
            await browser.close()


class Opener:
    """Opens pages; `faults` is what the browser complained of on any: refused by the policy, not found, thrown and not caught."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.contexts: list[BrowserContext] = []
        self.faults: list[str] = []
        self.forgiven = ["ERR_NETWORK_CHANGED"]  # another network came up on this machine: nothing that a page did

    async def __call__(
        self,
        address: str,
        *,
        language: str = "zh-CN",
        size: tuple[int, int] = (1920, 1080),
        colours: Literal["light", "dark"] = "light",
        still: bool = False,
    ) -> Page:
        """A page in a context of its own, with the view shown."""
        context = await self._browser.new_context(
            locale=language,
            viewport={"width": size[0], "height": size[1]},
            color_scheme=colours,
            reduced_motion="reduce" if still else "no-preference",
            timezone_id="Asia/Shanghai",
            accept_downloads=True,
        )
        context.set_default_timeout(WAIT_MS)
        self.contexts.append(context)
        page = await context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        await page.goto(address)
        await shown(page)
        return page

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.faults.append(f"{message.text} {message.location.get('url', '')}")


async def shown(page: Page) -> None:
    """Waits until a view has its heading and nothing waits for an answer any more."""
    await page.locator("h1").first.wait_for()
    await page.wait_for_load_state("load")
    await page.get_by_text(re.compile("^(正在打开|Opening)")).first.wait_for(state="hidden")


def digits(text: str) -> int:
    """The one whole number in a text, thousands separated or not."""
    found: list[str] = re.findall(r"\d[\d,]*", text)
    assert len(found) == 1, text
    return int(found[0].replace(",", ""))


async def number(locator: Locator) -> int:
    """The whole number that an element shows, as soon as it shows one."""
    await expect(locator).to_have_text(re.compile(r"\d"))
    return digits(await locator.inner_text())
