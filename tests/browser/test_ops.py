"""What an operator sees: a recount that never was, that agreed, that did not; said in words, not by a colour."""

import json
from typing import Any

import pytest
from playwright.async_api import Route, expect

from tests.browser.conftest import Stage
from tests.browser.pages import Opener

SAID = {
    "never": (None, "从未复核"),
    "agreed": ({"at": "2026-03-01T18:00:00+00:00", "events": 24804, "cells": 108237, "differences": 0}, "✓完全一致2026-03-02 02:00:00"),
    "differed": ({"at": "2026-03-01T18:00:00+00:00", "events": 24804, "cells": 108237, "differences": 3}, "▲3 处不一致2026-03-02 02:00:00"),
}


@pytest.mark.parametrize("name", SAID)
async def test_what_the_last_recount_said_stands_in_words(stage: Stage, visit: Opener, name: str) -> None:
    told, words = SAID[name]

    async def answered(route: Route) -> None:
        status: dict[str, Any] = await (await route.fetch()).json()
        assert "recounted" in status
        await route.fulfill(body=json.dumps(status | {"recounted": told}), content_type="application/json")

    page = await visit(f"{stage.address}/ops")
    await page.route("**/v1/status", answered)  # it is asked again every few seconds

    await expect(page.locator(".recount")).to_contain_text(words)
