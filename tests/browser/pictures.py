"""`./run screenshots [PLACE] [--at ADDRESS] [--to FOLDER]`: renews docs/screenshots from a real platform on which a place's demo was replayed.

Brings a platform of its own, which is gone afterwards; with --at one that runs and has the place already. One WebP for each view, size and language.
"""

import argparse
import asyncio
import base64
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import httpx
from playwright.async_api import Page

from deploy.local.platform import Platform
from deploy.local.ports import free_base
from deploy.local.state import CHECKOUT
from deploy.local.web import build_screens
from tests.browser.pages import Opener, launched
from tests.browser.tools import find_tools

WALLS = ((1920, 1080), (3840, 2160), (1366, 768))
DESK, PHONE = (1440, 900), (360, 640)
QUALITY = 82
"""Of WebP: letters stay sharp, and all pictures together are a few megabytes."""


class Shot(NamedTuple):
    """One picture: its name, the address, the size of the screen, whether all of a long page is taken."""

    name: str
    address: str
    size: tuple[int, int]
    whole: bool = False


def shots(gateway: str, place: str) -> list[Shot]:
    """What is taken of a place: its root, a grid and things that its figures count."""
    with httpx.Client(base_url=gateway, timeout=60) as client:

        def first(metric: str, **query: str) -> str:
            items = client.get(f"/v1/metrics/{metric}/items", params={"area": root, "limit": "50", **query}).raise_for_status().json()["items"]
            return str(next(item["key"] for item in items if item["key"]))

        areas = client.get("/v1/areas", params={"limit": "1000"}).raise_for_status().json()["items"]
        root = next(one["key"] for one in areas if one["key"].startswith(f"{place}:") and not one["parent"])
        grid = next(one["key"] for one in areas if one["key"].startswith(f"{place}:") and one["kind"] == "area.grid")
        case, unit = first("cases.opened", **{"from": "2000-01-01"}), first("units.coverage", **{"in": "num"})
        shown = f"/desk/metric/units.coverage?area={root}"
    return [
        *(Shot(f"wall-{width}x{height}", f"/wall/{place}?map=cases.opened", (width, height)) for width, height in WALLS),
        Shot("home", "/", DESK),
        Shot("desk", "/desk", DESK),
        Shot("figure", shown, DESK, whole=True),
        Shot("split", f"/desk/metric/units?area={root}&by=kind", DESK, whole=True),
        Shot("list", f"/desk/metric/units.coverage/items?area={root}&in=den&not_in=num", DESK),
        Shot("place", f"/desk/area/{root}", DESK),
        Shot("case", f"/desk/thing/case/{case}", DESK),
        Shot("thing", f"/desk/thing/unit/{unit}", DESK),
        Shot("phone", f"/m/{grid}", PHONE),
        Shot("operations", "/ops", DESK, whole=True),
    ]


async def take_all(gateway: str, place: str, folder: Path) -> list[Path]:
    """Takes every picture in both languages; the files."""
    made = []
    wanted = await asyncio.to_thread(shots, gateway, place)
    async with launched(await asyncio.to_thread(find_tools)) as browser:
        opener = Opener(browser)
        for language in ("zh-CN", "en-US"):
            for shot in wanted:
                page = await opener(gateway + shot.address, language=language, size=shot.size)
                path = folder / f"{shot.name}.{language[:2]}.webp"
                await take(page, path, whole=shot.whole)
                made.append(path)
                await page.context.close()
                print(f"{path.name}: {path.stat().st_size // 1024} kB", file=sys.stderr)
        assert not opener.faults, opener.faults
    return made


async def take(page: Page, path: Path, *, whole: bool) -> None:
    """Takes a page as WebP, as soon as nothing on it waits or moves."""
    if await page.locator(".wall").count():
        await page.locator(".state.live").wait_for()
        await page.locator(".news li").first.wait_for()
        await page.wait_for_timeout(4000)  # its panels ask one after the other
    else:
        await page.wait_for_timeout(2500)
    size = page.viewport_size or {"width": 0, "height": 0}
    high = min(await page.evaluate("document.documentElement.scrollHeight"), 2 * size["height"]) if whole else size["height"]
    session = await page.context.new_cdp_session(page)
    clip = {"x": 0, "y": 0, "width": size["width"], "height": high, "scale": 1}
    shot = await session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY, "clip": clip, "captureBeyondViewport": whole})
    path.write_bytes(base64.b64decode(shot["data"]))  # noqa: ASYNC240  # nothing else waits in this loop


def on_own_platform(place: str, folder: Path) -> list[Path]:
    """The same on a platform that is brought up for it."""
    with tempfile.TemporaryDirectory(prefix="wangge-screenshots-") as state:
        platform = Platform(Path(state), free_base(), say=lambda name, text: print(f"{name}: {text}", file=sys.stderr))
        try:
            with platform:
                told = platform.run("deploy.demo", place, "--fast")
                if told.returncode:
                    raise SystemExit(f"the demo of {place} did not hold:\n{told.stdout}{told.stderr}")
                return asyncio.run(take_all(platform.gateway, place, folder))
        finally:
            platform.state.delete()


def main() -> int:
    """The command."""
    parser = argparse.ArgumentParser(prog="./run screenshots", description=__doc__)
    parser.add_argument("place", nargs="?", default="zhuhai")
    parser.add_argument("--at", help="the gateway of a platform that runs")
    parser.add_argument("--to", type=Path, default=CHECKOUT / "docs" / "screenshots")
    options = parser.parse_args()
    if not build_screens(lambda _, text: print(text, file=sys.stderr), {**os.environ, "WANGGE_SCREENS": "on"}):
        return 1
    options.to.mkdir(parents=True, exist_ok=True)
    made = asyncio.run(take_all(options.at, options.place, options.to)) if options.at else on_own_platform(options.place, options.to)
    print(f"{len(made)} pictures, {sum(path.stat().st_size for path in made) // 1024} kB, in {options.to}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
