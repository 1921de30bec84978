"""A year of a district in cells, made in the database: 541 grids below streets and communities, some kinds of cases, one cell a grid, kind and day."""

from datetime import date, timedelta

import asyncpg

GRIDS = 541
STREETS, COMMUNITIES = 7, 121
FIRST = date(2025, 7, 1)
DAYS = 366
TODAY = FIRST + timedelta(days=DAYS - 1)
MOVED = FIRST + timedelta(days=183)
"""On this day a tenth of the grids went over to another community."""

_TREE = """
INSERT INTO metrics.row (generation, n, sign, thing, measure, kind, area, organisation, dims, day, until)
SELECT 1, 1, 1, 'area/' || key, m.measure, kind, CASE m.measure WHEN '_tree' THEN parent ELSE key END, NULL, '{}', first, until
FROM (
    SELECT 'q:d' AS key, 'area.district' AS kind, NULL AS parent, $1::date AS first, NULL::date AS until
    UNION ALL SELECT 'q:s' || s, 'area.street', 'q:d', $1, NULL FROM generate_series(1, $2::integer) AS s
    UNION ALL SELECT 'q:c' || c, 'area.community', 'q:s' || (c - 1) % $2 + 1, $1, NULL FROM generate_series(1, $3::integer) AS c
    UNION ALL SELECT 'q:g' || g, 'area.grid', 'q:c' || (g - 1) % $3 + 1, $1, CASE WHEN g % 10 = 0 THEN $5::date END FROM generate_series(1, $4::integer) AS g
    UNION ALL SELECT 'q:g' || g, 'area.grid', 'q:c' || g % $3 + 1, $5, NULL FROM generate_series(1, $4) AS g WHERE g % 10 = 0
) AS node (key, kind, parent, first, until)
CROSS JOIN (VALUES ('_tree'), ('areas')) AS m (measure)
"""

_AXES = """
INSERT INTO metrics.axis (generation, measure, kind, area, organisation, dims)
SELECT 1, 'cases.opened', kind, 'q:g' || g, NULL, '{}' FROM unnest($1::text[]) AS kind CROSS JOIN generate_series(1, $2::integer) AS g
"""

_CELLS = """
INSERT INTO metrics.cell (generation, axis, day, value, count)
SELECT 1, x.axis, $1::date + d, 1 + (x.axis + d) % 3, 1 + (x.axis + d) % 3
FROM metrics.axis AS x CROSS JOIN generate_series(0, $2::integer - 1) AS d
WHERE x.generation = 1 AND x.measure = 'cases.opened'
"""


async def fill(owner: asyncpg.Connection, kinds: list[str]) -> int:
    """Makes the district; how many cells it has. The merge is as far as what was told."""
    await owner.execute("SELECT metrics.drop_generation(1); SELECT metrics.make_generation(1)")
    await owner.execute(_TREE, FIRST - timedelta(days=1000), STREETS, COMMUNITIES, GRIDS, MOVED)
    await owner.execute(_AXES, kinds, GRIDS)
    await owner.execute(_CELLS, FIRST, DAYS)
    await owner.execute("UPDATE metrics.mark SET n = 1, total = 0; UPDATE metrics.merged SET n = 1, total = 0")
    for table in ("cell_1", "axis_1"):
        await owner.execute(f"VACUUM ANALYZE metrics.{table}")
    return int(await owner.fetchval("SELECT count(*) FROM metrics.cell WHERE generation = 1"))
