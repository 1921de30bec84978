"""The statements over figures are whole: PostgreSQL can plan each of them."""

import pytest

from services.gateway.figures.statements import ITEMS, SQL

NAMED = {(one, name) for one, queries in (("figures", SQL), ("items", ITEMS)) for name in queries.names() if name != "asked_axes"}


@pytest.mark.parametrize(("file", "name"), sorted(NAMED))
async def test_the_database_understands(stage, file, name):
    statement = getattr(SQL if file == "figures" else ITEMS, name)

    assert (await stage.owner.prepare(statement)).get_query() == statement
