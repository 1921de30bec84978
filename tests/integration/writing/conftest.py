"""Rooms over the common catalogue, with a few kinds of a synthetic place that the common one has no use for."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from services.kernel.catalogue import Catalogue, load
from services.kernel.postgres.database import Database
from services.metrics.recount.derive import compare_with_told
from tests.integration.writing.rooms import Rooms

KINDS = """
kinds:
  case.abuse: {names: {zh: 家暴, en: Abuse}, class: restricted, unlinkable: true}
  shift.shelter: {names: {zh: 庇护, en: Shelter}, unlinkable: true}
  visit.shelter: {names: {zh: 庇护, en: Shelter}, unlinkable: true}
  amount.relief: {names: {zh: 救助金, en: Relief}, unlinkable: true}
  case.appeal: {names: {zh: 申诉, en: Appeal}, attributes: {against: {type: ref, families: [case]}}}
  visit.second: {names: {zh: 回访, en: Second}, attributes: {after: {type: ref, families: [activity]}}}
  activity.vote: {names: {zh: 投票, en: Vote}, unlinkable: true}
  unit.shop:
    names: {zh: 门店, en: Shop}
    attributes:
      size: {type: integer, dimension: true, band: [1, 10]}
      note: {type: string}
"""


@pytest.fixture(scope="session")
def place_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "common").symlink_to(Path(__file__).resolve().parents[3] / "catalogue" / "common")
    (folder / "places" / "t").mkdir(parents=True)
    (folder / "places" / "t" / "kinds.yaml").write_text(KINDS, encoding="utf-8")
    return load(folder)


@pytest_asyncio.fixture
async def bare(database: Database, place_catalogue: Catalogue) -> AsyncIterator[Rooms]:
    """Rooms that were told nothing yet. Whatever a test tells them, the second derivation of the rules must come to the same rows."""
    rooms = Rooms(database, place_catalogue)
    rooms.start()
    yield rooms
    await rooms.stop()
    async with database.transaction(isolation="repeatable_read", readonly=True) as connection:
        assert await compare_with_told(connection, place_catalogue) == []


@pytest_asyncio.fixture
async def rooms(bare: Rooms) -> Rooms:
    """A street with a grid, three branches, a shop that one of them covers, a lecture, a case."""
    told = await bare.tell_all(
        bare.event("area.defined", "2026-01-01", area="s", kind="street"),
        bare.event("area.defined", "2026-01-01", area="g", kind="grid", parent="s"),
        bare.event("organisation.established", "2026-01-01", organisation="o1", kind="party.branch", area="g"),
        bare.event("organisation.established", "2026-01-01", organisation="o2", kind="party.branch", area="s"),
        bare.event("organisation.established", "2026-01-01", organisation="o3", kind="party.branch"),
        bare.event("unit.registered", "2026-01-01", unit="u", kind="shop", area="g"),
        bare.event("link.set", "2026-01-02", link="l", kind="covers", from_="organisation/o1", to="unit/u"),
        bare.event("activity.held", "2026-02-01", activity="a", kind="training", organisation="o1", starts="2026-02-01T09:00:00+08:00"),
        bare.event("case.opened", "2026-02-01", case="c", kind="grid", organisation="o1"),
    )
    assert set(told) == {"accepted"}, told
    return bare
