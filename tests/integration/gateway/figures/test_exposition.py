"""What Prometheus is told: from memory while it is fresh, never older than it may be."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any

import asyncpg
import pytest
import pytest_asyncio
from prometheus_client import CollectorRegistry

from services.gateway import exposition
from services.gateway.exposition import FigureCollector
from tests.integration.gateway.figures.conftest import Stage
from tests.integration.gateway.figures.filling import Told, put

PACE_S, LATE_S = 0.1, 0.3
START = date(2024, 1, 1)


class Scraped:
    """A collector under watch: how many snapshots were taken, and what a scrape in a thread of its own says of units."""

    def __init__(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        self.collector, self.taken = FigureCollector(stage.figures), 0
        self.failing: Exception | None = None
        real = stage.figures.snapshots.take

        @asynccontextmanager
        async def take(*arguments: Any) -> AsyncIterator[Any]:
            self.taken += 1
            if self.failing is not None:
                raise self.failing
            async with real(*arguments) as snapshot:
                yield snapshot

        monkeypatch.setattr(stage.figures.snapshots, "take", take)

    async def units(self) -> float | None:
        families = await asyncio.to_thread(lambda: list(self.collector.collect()))
        found = [sample.value for family in families if family.name == "wangge_units_units" for sample in family.samples if sample.labels["area"] == "z:d"]
        return found[0] if found else None

    async def until(self, true: Callable[[float | None], bool]) -> None:
        async with asyncio.timeout(10):
            while not true(await self.units()):  # noqa: ASYNC110
                await asyncio.sleep(0.02)


    async def until_it_rests(self) -> None:
        """Until a reading is over after which none comes for some time."""
        async with asyncio.timeout(10):
            while self.collector._latest.next_at - time.monotonic() < 1:  # noqa: ASYNC110
                await asyncio.sleep(PACE_S)

    async def until_it_is_too_old(self) -> None:
        async with asyncio.timeout(10):
            while time.monotonic() <= self.collector._latest.until:  # noqa: ASYNC110
                await asyncio.sleep(PACE_S)


@pytest_asyncio.fixture
async def scraped(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scraped]:
    monkeypatch.setattr(exposition, "_PACE_S", PACE_S)
    monkeypatch.setattr(exposition, "_REST", 0)
    monkeypatch.setattr(exposition, "_LATE_S", LATE_S)
    await stage.tell(put([Told("area/z:d", "_tree", "area.district", None, None, "{}", START, None), unit(1)]))
    found = Scraped(stage, monkeypatch)
    registry = CollectorRegistry()
    found.collector.open(registry)
    yield found
    found.collector.close(registry)


def unit(number: int) -> Told:
    return Told(f"unit/z:u{number}", "units", "unit.school", "z:d", None, "{}", START, None)


async def test_whoever_scrapes_often_asks_the_database_no_oftener(scraped: Scraped, monkeypatch: pytest.MonkeyPatch) -> None:
    await scraped.until(lambda units: units == 1)
    monkeypatch.setattr(exposition, "_PACE_S", 30.0)
    await scraped.until_it_rests()
    before = scraped.taken

    assert [await scraped.units() for _ in range(20)] == [1] * 20
    assert scraped.taken == before


async def test_what_is_counted_is_told_soon(scraped: Scraped, stage: Stage) -> None:
    await scraped.until(lambda units: units == 1)
    await stage.tell(put([unit(2)]))

    await scraped.until(lambda units: units == 2)


async def test_after_a_pause_nothing_is_read_until_a_scrape_which_is_told_what_is_counted_now(
    scraped: Scraped, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scraped.until(lambda units: units == 1)
    monkeypatch.setattr(exposition, "_WATCHED_S", 0.0)
    await scraped.until_it_is_too_old()
    before = scraped.taken
    await stage.tell(put([unit(2)]))
    await asyncio.sleep(3 * PACE_S)
    assert scraped.taken == before

    assert await scraped.units() == 2


@pytest.mark.parametrize("failure", [asyncpg.CannotConnectNowError("it starts"), asyncpg.InvalidCatalogNameError("it is being restored")])
async def test_while_the_database_fails_figures_are_told_until_they_are_too_old_and_again_afterwards(
    scraped: Scraped, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    await scraped.until(lambda units: units == 1)
    scraped.failing = failure
    await scraped.until_it_is_too_old()
    if isinstance(failure, asyncpg.CannotConnectNowError):
        assert await scraped.units() is None

    scraped.failing = None
    before = scraped.taken
    async with asyncio.timeout(10):
        while scraped.taken < before + 2:  # noqa: ASYNC110  no scrape comes: these are readings ahead
            await asyncio.sleep(PACE_S)
    assert await scraped.units() == 1


async def test_after_a_long_reading_nothing_is_read_for_longer_and_what_was_read_is_told(scraped: Scraped, monkeypatch: pytest.MonkeyPatch) -> None:
    await scraped.until(lambda units: units == 1)
    monkeypatch.setattr(exposition, "_REST", 10_000)
    await scraped.until_it_rests()
    last = scraped.taken

    for _ in range(5):
        assert await scraped.units() == 1
        await asyncio.sleep(2 * PACE_S)
    assert scraped.taken == last


async def test_scrapes_that_wait_wait_for_one_reading(scraped: Scraped, monkeypatch: pytest.MonkeyPatch) -> None:
    await scraped.until(lambda units: units == 1)
    monkeypatch.setattr(exposition, "_PACE_S", 0.2)
    monkeypatch.setattr(exposition, "_LATE_S", -30.0)  # each scrape waits
    await asyncio.sleep(3 * PACE_S)
    before = scraped.taken

    assert await asyncio.gather(*(scraped.units() for _ in range(8))) == [1] * 8
    assert scraped.taken - before < 8
