"""Everything on a view can be reached by the Tab key, one sees where one is, nothing holds one fast, and Enter does what a click does."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Stage
from tests.browser.pages import Opener
from tests.browser.views import address_of, size_of

REACHABLE = """() => {
  const all = [...document.querySelectorAll('a[href], button, select, input, [tabindex="0"]')]
  window.stops = all.filter((it) => !it.disabled && it.checkVisibility({ visibilityProperty: true }) && it.getBoundingClientRect().width > 0)
  return stops.map((it) => `${it.tagName} ${it.getAttribute('aria-label') ?? it.innerText ?? ''} ${it.getAttribute('href') ?? ''}`)
}"""

STEP = """() => {
  const at = document.activeElement
  const style = at && getComputedStyle(at)
  const drawn = style && style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
  const marked = at?.closest('svg')?.querySelector('.over, .focus')
  return { stop: stops.indexOf(at), seen: Boolean(drawn || marked) }
}"""


async def walk(page: Page) -> tuple[list[str], set[int], set[int]]:
    """Presses Tab until everything was reached, or for as long as a walk may take: what there is, which of it was reached, where nothing showed it."""
    names: list[str] = await page.evaluate(REACHABLE)
    reached: set[int] = set()
    seen: set[int] = set()
    for _ in range(3 * len(names) + 40):  # a date has three stops of its own, and the round may begin in the middle
        await page.keyboard.press("Tab")
        at = await page.evaluate(STEP)
        if at["stop"] >= 0:
            reached.add(at["stop"])
            if at["seen"]:
                seen.add(at["stop"])
        if len(reached) == len(names):
            break
    return names, reached, reached - seen


@pytest.mark.parametrize("name", ["home", "wall", "metrics", "rate", "list", "place", "case", "phone", "operations"])
async def test_a_view_is_walked_by_keyboard(stage: Stage, visit: Opener, name: str) -> None:
    # Held on one figure: a map that turns to the next while it is walked through would be another view.
    held = "?map=units" if name == "wall" else ""
    page = await visit(stage.address + address_of(name, stage.world) + held, size=size_of(name), still=True)
    await page.locator(".cell").first.wait_for() if name == "wall" else await page.wait_for_load_state("networkidle")
    names, reached, unseen = await walk(page)

    still_there = set(await page.evaluate("stops.flatMap((it, at) => it.isConnected ? [at] : [])"))
    assert len(names) > 2
    assert [names[at] for at in still_there - reached] == [], "cannot be reached"
    assert [names[at] for at in unseen] == [], "one does not see where one is"


async def test_enter_opens_what_a_click_opens(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/wall/{stage.world.root}")
    await page.locator("a[href*='/metric/cases.overdue?']").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/metric/cases.overdue*")

    await page.keyboard.press("Tab")
    await expect(page.locator(".skip")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#content")).to_be_focused()


async def test_an_area_of_the_map_opens_by_keyboard(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/wall/{stage.world.root}?map=units")
    area = page.get_by_role("link", name="网格003")
    await area.focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/metric/units*g003*")


async def test_the_map_is_one_stop_and_arrows_go_on_from_there(stage: Stage, visit: Opener) -> None:
    page = await visit(f"{stage.address}/wall/{stage.world.root}?map=units", still=True)
    cells = page.locator(".cell")
    await cells.first.wait_for()
    await page.locator(".cell[tabindex='0']").focus()
    count, seen = await cells.count(), set[str]()
    # There and back in each direction, one row or column further each time.
    for key in ("ArrowLeft", "ArrowUp", *(("ArrowRight",) * count + ("ArrowDown",) + ("ArrowLeft",) * count + ("ArrowDown",)) * count):
        seen.add(await page.evaluate("document.activeElement.getAttribute('aria-label')"))
        if len(seen) == count:
            break
        await page.keyboard.press(key)

    assert len(seen) == count, "each area can be reached"
    await expect(page.locator(".cell[tabindex='0']")).to_have_count(1)
    await expect(page.locator(".cell[tabindex='0']")).to_be_focused()
