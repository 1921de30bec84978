"""Stories: events through the real rooms, their facts counted as the processor would, questions to the real figures."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from services.kernel.catalogue import Catalogue, load
from services.kernel.postgres.database import Database
from tests.integration.language.telling import Story
from tests.support.postgres import as_role

OWN = Path(__file__).parent / "catalogue.yaml"


@pytest.fixture(scope="session")
def story_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """The common catalogue, with the few kinds and definitions that only these stories have."""
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "common").symlink_to(Path(__file__).resolve().parents[3] / "catalogue" / "common")
    (folder / "places" / "t").mkdir(parents=True)
    (folder / "places" / "t" / "kinds.yaml").symlink_to(OWN)
    return load(folder)


@pytest_asyncio.fixture
async def story(database: Database, database_dsn: str, story_catalogue: Catalogue) -> AsyncIterator[Story]:
    """Nothing told yet. Whatever is told, the second derivation of the rules must come to the same rows."""
    owner = await asyncpg.connect(database_dsn)
    reading = await Database.connect(as_role(database_dsn, "gateway"), name="test")
    found = Story(database, reading, owner, story_catalogue)
    found.rooms.start()
    yield found
    await found.rooms.stop()
    await found.check_recount()
    await reading.close()
    await owner.close()
