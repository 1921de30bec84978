"""A year of a district, made in the database: 541 grids below streets and communities, some kinds of cases, one cell a grid, kind and day.

Beside the cells stand what lists and people are read from: a million cases with their rows, and as many services of some tens of thousands of people.
"""

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

CASES, SERVICES, PEOPLE = 1_000_000, 1_000_000, 40_000
CASE_KINDS = 20
_CASE_AXES = """
INSERT INTO metrics.axis (generation, measure, kind, area, organisation, dims)
SELECT 1, m.measure, kind, 'q:g' || g, NULL, m.dims
FROM unnest($1::text[]) AS kind
CROSS JOIN generate_series(1, $2::integer) AS g
CROSS JOIN (VALUES
    ('cases.open', '{"state":"accepted"}'), ('cases.cohort', '{"resolved":"false"}'), ('cases.cohort', '{"resolved":"true"}')
) AS m (measure, dims)
"""

# Every case has been open since its day; two of three are still, one of three of the cohort is resolved since ten days after its beginning.
_CASES = """
INSERT INTO metrics.settled (generation, axis, n, day, until, sign, value, since, thing, roles)
SELECT 1, x.axis, 1, m.day, m.until, 1, 1, m.since, 'case/q:' || lpad(c::text, 7, '0'), NULL
FROM generate_series(1, $1::integer) AS c
CROSS JOIN LATERAL (SELECT $2::date + (c::bigint * 7919 % $3::integer)::integer AS day, c % 3 = 0 AS done) AS b
CROSS JOIN LATERAL (VALUES
    ('cases.open', '{"state":"accepted"}', b.day, CASE WHEN b.done THEN b.day + 10 END, NULL::date),
    ('cases.cohort', '{"resolved":"false"}', b.day, CASE WHEN b.done THEN b.day + 10 END, b.day),
    ('cases.cohort', '{"resolved":"true"}', CASE WHEN b.done THEN b.day + 10 END, NULL, b.day)
) AS m (measure, dims, day, until, since)
JOIN metrics.axis AS x
    ON x.generation = 1 AND x.measure = m.measure AND x.dims = m.dims
    AND x.kind = ($4::text[])[1 + c % cardinality($4::text[])] AND x.area = 'q:g' || (1 + (c / 20) % $5::integer)
WHERE m.day IS NOT NULL
ORDER BY x.axis, m.day
"""

_CASE_CELLS = """
INSERT INTO metrics.cell (generation, axis, day, since, value, count)
SELECT 1, axis, e.day, coalesce(since, '-infinity'), sum(e.sign), sum(e.sign)
FROM metrics.settled CROSS JOIN LATERAL (VALUES (day, 1), (until, -1)) AS e (day, sign)
WHERE generation = 1 AND e.day IS NOT NULL
GROUP BY axis, e.day, since
"""

_SERVICE_AXES = """
INSERT INTO metrics.axis (generation, measure, kind, area, organisation, dims)
SELECT 1, 'volunteer.minutes', 'shift.volunteer', 'q:g' || g, NULL, '{}' FROM generate_series(1, $1::integer) AS g
"""

_SERVICES = """
INSERT INTO metrics.presence (generation, axis, role, thing, day, count)
SELECT 1, x.axis, 'person', 'person/q:' || md5((s::bigint * 7919 % $2::integer)::text), $3::date + s % $4::integer, 1
FROM generate_series(1, $1::integer) AS s
JOIN metrics.axis AS x ON x.generation = 1 AND x.measure = 'volunteer.minutes' AND x.area = 'q:g' || (1 + (s / 3) % $5::integer)
ORDER BY 2, 3, 5, 4
ON CONFLICT DO NOTHING
"""


async def fill(owner: asyncpg.Connection, kinds: list[str]) -> int:
    """Makes the district; how many cells it has. The merge is as far as what was told."""
    await owner.execute("SELECT metrics.drop_generation(1); SELECT metrics.make_generation(1)")
    await owner.execute(_TREE, FIRST - timedelta(days=1000), STREETS, COMMUNITIES, GRIDS, MOVED)
    await owner.execute(_AXES, kinds, GRIDS)
    await owner.execute(_CELLS, FIRST, DAYS)
    chosen = kinds[:CASE_KINDS]
    await owner.execute(_CASE_AXES, chosen, GRIDS)
    await owner.execute("ANALYZE metrics.axis_1")
    await owner.execute(_CASES, CASES, FIRST, DAYS, chosen, GRIDS)
    await owner.execute(_CASE_CELLS)
    await owner.execute(_SERVICE_AXES, GRIDS)
    await owner.execute(_SERVICES, SERVICES, PEOPLE, FIRST, DAYS, GRIDS)
    await owner.execute("UPDATE metrics.mark SET n = 1, total = 0; UPDATE metrics.merged SET n = 1, total = 0")
    for table in ("cell_1", "axis_1", "settled_1", "presence_1"):
        await owner.execute(f"VACUUM ANALYZE metrics.{table}")
    return int(await owner.fetchval("SELECT count(*) FROM metrics.cell WHERE generation = 1"))
