"""A small stage: an empty database, the repository's catalogue, a clock that stands still."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.gateway.figures.figures import Figures
from services.gateway.grants import EVERYTHING
from services.kernel.catalogue.catalogue import Catalogue
from services.kernel.catalogue.load import load
from services.kernel.postgres.database import Database
from tests.integration.gateway.figures.filling import Signed, append, merge
from tests.integration.gateway.figures.world import TODAY
from tests.support.postgres import as_role

NOON = datetime(TODAY.year, TODAY.month, TODAY.day, 4, tzinfo=UTC)


class Everything:
    """A reader who may see all."""

    grants = (EVERYTHING,)
    namespaces: frozenset[str] = frozenset()


class Stage:
    """The figures over a database that the test fills."""

    def __init__(self, owner: asyncpg.Connection, database: Database, catalogue: Catalogue) -> None:
        self.owner = owner
        self.database = database
        self.catalogue = catalogue
        self.now = NOON
        self.reset()

    def reset(self) -> None:
        """Figures that remember nothing."""
        self.figures = Figures(self.database, self.catalogue, clock=lambda: self.now)

    async def clear(self) -> None:
        """As if nothing had ever been told."""
        await self.owner.execute("SELECT metrics.drop_generation(1); SELECT metrics.make_generation(1)")
        self.reset()

    async def tell(self, *commits: list[Signed]) -> None:
        """Appends commits."""
        await append(self.owner, commits)

    async def merge(self, upto: int) -> None:
        """Merges the commits up to this one."""
        await merge(self.owner, upto)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load(Path(__file__).resolve().parents[4] / "catalogue")


@pytest_asyncio.fixture
async def stage(database_dsn: str, catalogue: Catalogue) -> AsyncIterator[Stage]:
    owner = await asyncpg.connect(database_dsn)
    database = await Database.connect(as_role(database_dsn, "gateway"), name="test")
    yield Stage(owner, database, catalogue)
    await database.close()
    await owner.close()
