"""The screens in a real browser. Left out, and said so, where the machine has no Chromium or the screens are not built."""

import time

import pytest

from services.gateway.web_pages import DIST
from tests.browser.chromium import PROGRAM, browser
from tests.browser.stand_in import standing_in

pytestmark = [
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium on this machine: the screens were not looked at in a browser"),
    pytest.mark.skipif(not (DIST / "index.html").exists(), reason="the screens are not built here: `./run up` builds them"),
]


async def test_an_event_changes_the_wall_within_two_seconds_without_a_reload() -> None:
    async with standing_in() as (told, address), browser() as page:
        await page.open(f"{address}/wall/z")
        await page.until("document.body.innerText.includes('示范区') && document.querySelector('.numbers').innerText.includes('400')")
        await page.run("window.notReloaded = true")
        began = time.monotonic()

        told.tell(units=512)
        await page.until(
            "document.querySelector('.numbers').innerText.includes('512') && document.querySelector('.news').innerText.includes('学校')", seconds=10
        )

        assert time.monotonic() - began < 2
        assert await page.run("window.notReloaded")
        assert "网格003" in await page.run("document.querySelector('.news').innerText"), "where it happened"
        assert page.faults == []


async def test_a_wall_says_since_when_it_is_stale() -> None:
    async with browser() as page:
        async with standing_in() as (_, address):
            await page.open(f"{address}/wall/z")
            await page.until("document.querySelector('.state.live')")
        stale = await page.until("document.querySelector('.state.lost')?.innerText", seconds=30)

        assert "连接中断" in stale
        assert "数据停留在" in stale


async def test_a_rate_opens_down_to_what_is_not_covered_and_the_count_is_the_same() -> None:
    async with standing_in() as (told, address), browser() as page:
        await page.open(f"{address}/desk/metric/units.coverage?area=z:d")
        gap = await page.until("document.querySelector('.head .alarm')?.innerText")
        assert int(gap) == len(told.uncovered)

        await page.run("document.querySelector('.head .alarm').click()")
        total = await page.until("document.querySelector('.sum b')?.innerText.match(/^[0-9]/) && document.querySelector('.sum b').innerText")

        assert int(total) == len(told.uncovered)
        await page.until(f"document.querySelector('.sum').innerText.includes('{len(told.uncovered)} 条') && document.querySelector('.box .row:nth-child(2)')")
        assert await page.run("document.querySelectorAll('.box .space .row').length") < 60, "only the rows in view exist"
        assert "not_in=num" in await page.run("location.search"), "the list is a link that can be sent on"
        assert page.faults == []


@pytest.mark.parametrize("view", ["/", "/wall/z", "/desk", "/desk/metric/units?area=z:d", "/desk/area/z:s", "/m/z:g1"])
async def test_every_view_speaks_both_languages_and_breaks_no_rule_of_the_policy(view: str) -> None:
    async with standing_in() as (_, address), browser("en-US") as page:
        await page.open(address + view, 1280, 800)
        await page.until("document.body.innerText.length > 60 && document.documentElement.lang === 'en'")
        await page.until("[...document.querySelectorAll('button')].some((one) => one.innerText === '中文')")

        await page.run("[...document.querySelectorAll('button')].find((one) => one.innerText === '中文').click()")
        await page.until("document.documentElement.lang === 'zh-CN' && [...document.querySelectorAll('button')].some((one) => one.innerText === 'English')")

        await page.until("document.querySelectorAll('h1').length === 1")
        assert await page.run("document.documentElement.scrollWidth <= innerWidth"), "nothing hangs over the edge"
        assert page.faults == []
