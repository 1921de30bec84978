"""A day is written the same whatever the browser's language is, and what is no day is not asked."""

import re

from playwright.async_api import expect

from tests.browser.conftest import Stage
from tests.browser.pages import Opener
from tests.browser.views import address_of


async def test_a_day_is_written_and_asked_as_everywhere_on_the_screens(stage: Stage, visit: Opener) -> None:
    page = await visit(stage.address + address_of("rate", stage.world), language="en-US")
    day = page.get_by_label("Day", exact=True)
    first, last = stage.world.today.replace(day=1), stage.world.today

    await day.fill(f"{first.year}/{first.month}/{first.day}")
    await day.press("Enter")
    await expect(page).to_have_url(re.compile(f"to={first}"))
    await expect(day).to_have_value(str(first))

    await day.fill("02/30/2020")
    await day.press("Enter")
    await expect(day).to_have_attribute("aria-invalid", "true")
    await expect(page).to_have_url(re.compile(f"to={first}"))

    await page.get_by_role("button", name="Calendar").last.click()
    calendar = page.locator("input[type=date]")
    await calendar.evaluate("(it, day) => { it.value = day; it.dispatchEvent(new Event('change')) }", str(last))
    await expect(day).to_have_value(str(last))
    await expect(calendar).to_have_count(0)
