"""What became of the events that a ledger holds: the log, the figures and the recount are asked."""

import asyncio
import json
from collections.abc import Iterable
from pathlib import Path

import asyncpg
import httpx

from deploy.local.platform import Platform
from tests.support.district import District
from tests.support.waiting import eventually

_TOLD = (Path(__file__).parent / "facts_of_events.sql").read_text(encoding="utf-8")


def recount(platform: Platform) -> dict[str, object]:
    """What `./run recount --json` says."""
    finished = platform.run("services.metrics.recount", "--json")
    assert finished.stdout, finished.stderr
    found: dict[str, object] = json.loads(finished.stdout)
    return found


def lag(platform: Platform) -> int:
    """Facts in the log that no figure has seen."""
    found: int = httpx.get(f"{platform.gateway}/v1/status", timeout=5).json()["lag"]
    return found


def wait_until_counted(platform: Platform, district: District, *, within: float) -> None:
    """Returns once the figures are what the ledger adds up to and the tail has arrived; AssertionError with both otherwise."""
    expected = district.expected()
    eventually(lambda: district.live(expected) == expected, within=within, what=f"{expected}")
    eventually(lambda: lag(platform) == 0, within=within, what="lag 0")


def assert_all_counted(platform: Platform, district: District, *, within: float = 40) -> None:
    """Live = the test's own ledger, the tail arrived, and the recount finds no difference."""
    wait_until_counted(platform, district, within=within)
    assert recount(platform)["differences"] == []


def facts_of(platform: Platform, ids: Iterable[str]) -> dict[str, int]:
    """How many facts of its own each event has in the log."""

    async def ask() -> dict[str, int]:
        connection = await asyncpg.connect(platform.owner_dsn)
        try:
            return {row["id"]: row["facts"] for row in await connection.fetch(_TOLD, list(ids))}
        finally:
            await connection.close()

    return asyncio.run(ask())
