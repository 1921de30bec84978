"""The statements over figures are whole: PostgreSQL can plan each of them."""

import pytest

from services.gateway.figures.statements import CUBES, ITEMS, SQL

FILES = {"figures": SQL, "items": ITEMS, "cubes": CUBES}
NAMED = {(file, name) for file, queries in FILES.items() for name in queries.names() if name != "asked_axes"}


@pytest.mark.parametrize(("file", "name"), sorted(NAMED))
async def test_the_database_understands(stage, file, name):
    statement = getattr(FILES[file], name)

    assert (await stage.owner.prepare(statement)).get_query() == statement
