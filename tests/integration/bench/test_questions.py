"""The benches of questions in short: a small district, every shape of question, lists and growth; that they are answered, not how fast."""

import asyncpg
import pytest

from tests.bench import growth, query, query_lists, query_world
from tests.bench.load.prepared import catalogue


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten grids, a thousand cases and services, a few questions of each shape."""
    for module in (query_world, query):
        monkeypatch.setattr(module, "GRIDS", 10)
    for name in ("CASES", "SERVICES", "PEOPLE"):
        monkeypatch.setattr(query_world, name, 1000)
    monkeypatch.setattr(query, "QUESTIONS", 3)
    monkeypatch.setattr(query, "LISTS", 3)
    monkeypatch.setattr(query, "CELLS", 10 * 366 * 2)


async def test_every_shape_of_question_is_answered(small: None, database_dsn: str) -> None:
    rows = await query.run(database_dsn, 1, catalogue())

    named = {row["name"]: row["rounds"] for row in rows}
    shapes = ("place", "series", "kind", "both", "past", query_lists.FIRST_TIME, query_lists.AGAIN, *query_lists.PAGES)
    assert {f"{shape} p99" for shape in shapes} <= named.keys()
    assert all(min(values) >= 0 for values in named.values())


async def test_each_step_of_growth_has_more_cells(small: None, database_dsn: str) -> None:
    connection = await asyncpg.connect(database_dsn)
    await growth.plant(connection)

    cells = [await growth.add_cells(connection, kinds) for kinds in (["case.a"], ["case.b", "case.c"])]

    assert cells == [10 * query_world.DAYS, 30 * query_world.DAYS]
    await connection.close()
