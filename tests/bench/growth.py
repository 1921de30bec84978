"""How what things cost grows: the processor with the merge beside it, and questions, over figures that hold 1x, 4x and 16x as many cells.

The cells are made in the database (query_world.py), one kind after the other, so that each step keeps those of the step before. The processor counts the same
facts in each step, on top of them; questions are new ones, asked of a gateway's figures after it has read what it remembers.
"""

import asyncio
import os
import statistics
import time
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import asyncpg

from deploy.local.platform import Platform
from services.gateway.figures.figures import Figures
from services.gateway.figures.question import Given, read_question
from services.kernel.postgres.database import Database
from tests.bench import query_world
from tests.bench.load.editions import editions
from tests.bench.load.prepared import PREFIX, catalogue, facts_of
from tests.bench.load.topic import fill
from tests.bench.load.work import BACKFILL
from tests.bench.own import begin, merged, race
from tests.bench.place import Place, own_place
from tests.bench.query import _Reader
from tests.bench.rows import Rows, say

SCALES = (1, 4, 16)
KINDS = int(os.environ.get("BENCH_GROWTH_KINDS", "3"))  # of cases, at the first step; each has 541 x 366 cells
FACTS = min(40_000, int(os.environ.get("BENCH_FACTS", "40000")))
QUESTIONS = 40
RATE = "facts/s, merge beside"
_SHAPES = ("by area", "by month", "both")


def measure(platform: Platform, rounds: int) -> Rows:
    """Once for each step, whatever the rounds: filling is what takes the time."""
    return asyncio.run(_measure(platform))


async def _measure(platform: Platform) -> Rows:
    rows: Rows = []
    async with own_place(platform, "growth") as place:
        (topic,) = place.topics
        told, shift = facts_of(BACKFILL)
        await fill(place.kafka, topic, editions(told, FACTS, prefix=PREFIX, shift=shift))
        connection = await asyncpg.connect(place.dsns["owner"], command_timeout=600)
        await plant(connection)
        every = [kind.id for kind in catalogue().kinds.values() if kind.family == "case"]
        kinds: list[str] = []
        for scale in SCALES:
            new = every[len(kinds) : KINDS * scale]
            kinds += new
            cells = await add_cells(connection, new)
            for name, value, unit in await _step(place, connection, topic, kinds):
                rows.append({"name": f"{name}, {cells:,} cells", "curve": name, "scale": scale, "unit": unit, "rounds": [value]})
            say(f"{scale}x, {cells} cells: {[row['rounds'] for row in rows[-4:]]}")
        await connection.close()
    return rows


async def plant(connection: asyncpg.Connection) -> None:
    """The trees that the cells stand in."""
    first = query_world.FIRST - timedelta(days=1000)
    await connection.execute(query_world._TREE, first, query_world.STREETS, query_world.COMMUNITIES, query_world.GRIDS, query_world.MOVED)
    await connection.execute("UPDATE metrics.mark SET n = 1, total = 0; UPDATE metrics.merged SET n = 0, total = 0")
    await connection.execute("UPDATE metrics.mark SET total = (SELECT count(*) FROM metrics.fresh_line WHERE generation = 1)")


_CELLS = """
INSERT INTO metrics.cell (generation, axis, day, value, count)
SELECT 1, x.axis, $2::date + d, 1 + (x.axis + d) % 3, 1 + (x.axis + d) % 3
FROM metrics.axis AS x CROSS JOIN generate_series(0, $3::integer - 1) AS d
WHERE x.generation = 1 AND x.measure = 'cases.opened' AND x.kind = ANY($1::text[]) AND x.area LIKE 'q:%'
"""  # of this world alone: the worker has counted facts of the same kinds elsewhere


async def add_cells(connection: asyncpg.Connection, kinds: list[str]) -> int:
    """A year of further kinds in every grid; how many cells there then are."""
    await connection.execute(query_world._AXES, kinds, query_world.GRIDS)
    await connection.execute("ANALYZE metrics.axis_1")
    await connection.execute(_CELLS, kinds, query_world.FIRST, query_world.DAYS)
    await connection.execute("VACUUM ANALYZE metrics.cell_1")
    return int(await connection.fetchval("SELECT count(*) FROM metrics.cell WHERE generation = 1"))


async def _step(place: Place, connection: asyncpg.Connection, topic: str, kinds: list[str]) -> list[tuple[str, float, str]]:
    await begin(connection, topic, fresh=False)
    raced = await race(place, connection, topic, FACTS, merging=True)
    assert not raced.fault, raced.fault
    await merged(place, connection)
    found = [(RATE, round(raced.rate, 1), "facts/s")]
    pool = await asyncpg.create_pool(place.dsns["owner"], min_size=1, max_size=4, server_settings={"jit": "off", "timezone": "UTC"})
    database = Database(pool)
    noon = datetime(query_world.TODAY.year, query_world.TODAY.month, query_world.TODAY.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    figures = Figures(database, catalogue(), clock=lambda: noon)
    for shape in _SHAPES:
        await _ask(figures, shape, kinds, Random(0))
    await figures.shelf.ready()
    for shape in _SHAPES:
        chance = Random(shape)
        times = [await _ask(figures, shape, kinds, chance) for _ in range(QUESTIONS)]
        found.append((f"a year {shape}, p50" if shape != "both" else "a year, both axes, p50", round(statistics.median(times), 2), "ms"))
    await database.close()
    return found


async def _ask(figures: Figures, shape: str, kinds: list[str], chance: Random) -> float:
    """Milliseconds of one question that was not asked before."""
    first, last = query_world.FIRST + timedelta(days=chance.randint(0, 60)), query_world.TODAY - timedelta(days=chance.randint(0, 60))
    asked = [("from", first.isoformat()), ("to", last.isoformat())]
    asked += {
        "by area": [("area", f"q:s{chance.randint(1, query_world.STREETS)}"), ("by", "area:grid")],
        "by month": [("area", "q:d"), ("interval", "month")],
        "both": [("area", f"q:c{chance.randint(1, query_world.COMMUNITIES)}"), ("kind", chance.choice(kinds)), ("by", "area")],
    }[shape]
    started = time.perf_counter()
    await figures.answer(read_question("cases.opened", Given(asked)), _Reader())
    return (time.perf_counter() - started) * 1000
