"""One platform, one district, one browser for all tests of this rung."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from deploy.local.keys import read_key
from deploy.local.platform import Platform
from deploy.local.running import require_running
from deploy.local.state import State
from tests.browser.pages import Opener, launched
from tests.browser.tools import Tools, find_tools
from tests.browser.world import CASES, UNITS, World
from tests.support.district import District
from tests.support.ports import own_base
from tests.support.waiting import eventually


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One event loop for all of them: the browser lives as long as the session. The first waits until packages are fetched, screens built, a platform is up."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
            item.add_marker(pytest.mark.timeout(400))


class Stage(NamedTuple):
    """A platform that shows the screens, and what its district is made of."""

    address: str
    world: World


@pytest.fixture(scope="package")
def stage(screens: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The gateway serves the screens that were just built (or WANGGE_TEST_PLATFORM is the state folder of a platform that runs)."""
    if given := os.environ.get("WANGGE_TEST_PLATFORM"):
        state = State(Path(given).absolute())
        with closing(District(require_running(state).addresses.gateway, read_key(state.secrets, "district"))) as district:
            yield tell_world(district)
        return
    platform = Platform(Path(tmp_path_factory.mktemp("stage")), own_base())
    try:
        with platform, closing(District(platform.gateway, platform.key("district"))) as district:
            yield tell_world(district)
    finally:
        platform.state.delete()


def tell_world(district: District) -> Stage:
    """Tells a fresh district its work, and waits until all of it is counted."""
    world = World(district)
    district.tell(world.events())
    assert not district.refused, next(iter(district.refused.values()))
    whole = {"units": UNITS, "cases.opened": CASES}
    period = {"from": str(world.today - timedelta(days=365)), "to": str(world.today)}
    eventually(lambda: {name: district.figure(name, **period) for name in whole} == whole, within=60)
    return Stage(district.gateway, world)


@pytest.fixture(scope="session")
def tools() -> Tools:
    """A Chromium, letters, axe-core."""
    return find_tools()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium(tools: Tools) -> AsyncIterator[Browser]:
    """The browser; each test gets contexts of its own in it."""
    async with launched(tools) as browser:
        yield browser


@pytest_asyncio.fixture(loop_scope="session")
async def visit(chromium: Browser) -> AsyncIterator[Opener]:
    """Opens addresses in fresh contexts. At the end of the test no page may have complained, unless the test says which complaints it caused."""
    opener = Opener(chromium)
    yield opener
    await asyncio.gather(*(context.close() for context in opener.contexts))
    assert [fault for fault in opener.faults if not any(part in fault for part in opener.forgiven)] == []
