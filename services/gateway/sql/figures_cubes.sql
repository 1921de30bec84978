-- What the gateway keeps in memory is read with these: cells, and who or what took part, of one measure, for some of its axes at a time.

-- name: has_many_cells
-- Whether a measure has more cells than this.
SELECT count(*) > $3::integer
FROM (
    SELECT FROM metrics.axis AS x JOIN metrics.cell AS c ON c.generation = $1 AND c.axis = x.axis
    WHERE x.generation = $1 AND x.measure = $2
    LIMIT $3::integer + 1
) AS found;

-- name: list_axes
-- The next axes of a measure after this one.
SELECT axis, kind, dims, area, organisation FROM metrics.axis WHERE generation = $1 AND measure = $2 AND axis > $3 ORDER BY axis LIMIT $4;

-- name: copy_cells
-- The cells of these axes, in order of axis and day; `later` is a cohort's second day, of which $3 says whether it is one.
SELECT axis, CASE WHEN $3::boolean THEN since ELSE day END AS day, day AS later, value, count
FROM metrics.cell
WHERE generation = $1 AND axis = ANY ($2::integer[]) AND (value <> 0 OR count <> 0) AND (since > '-infinity' OR NOT $3)
ORDER BY axis, 2, 3;

-- name: sum_fresh_cells
-- The same of the rows that the commits after $2 brought of measure $4 (null: of all), with their axes written out; $3 whether cohorts are asked for.
WITH fresh AS MATERIALIZED (
    SELECT axis, day, until, sign, value, since FROM metrics.line WHERE generation = $1 AND n > $2
)
SELECT
    x.measure, x.axis, x.kind, x.dims, x.area, x.organisation, CASE WHEN $3::boolean THEN r.since ELSE e.day END AS day, e.day AS later,
    sum(e.sign * r.sign * r.value)::bigint AS value, sum(e.sign * r.sign)::bigint AS count
FROM fresh AS r
JOIN metrics.axis AS x ON x.generation = $1 AND x.axis = r.axis AND ($4::text IS NULL OR x.measure = $4)
CROSS JOIN LATERAL (VALUES (r.day, 1), (r.until, -1)) AS e (day, sign)
WHERE (e.sign = 1 OR r.until > r.day) AND (r.since IS NOT NULL OR NOT $3)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8;

-- name: has_many_present
-- Whether more than this took part in a role of a measure's rows.
SELECT count(*) > $4::integer
FROM (
    SELECT FROM metrics.axis AS x JOIN metrics.presence AS c ON c.generation = $1 AND c.axis = x.axis AND c.role = $3
    WHERE x.generation = $1 AND x.measure = $2
    LIMIT $4::integer + 1
) AS found;

-- name: has_many_things
-- Whether a measure has more rows than this.
SELECT count(*) > $3::integer
FROM (
    SELECT FROM metrics.axis AS x JOIN metrics.settled AS r ON r.generation = $1 AND r.axis = x.axis
    WHERE x.generation = $1 AND x.measure = $2
    LIMIT $3::integer + 1
) AS found;

-- name: copy_present
-- Who or what took part in role $3 of the rows of these axes, by day, if like one of $4: not their keys but a hash of them. member/X and person/X are one human.
SELECT
    axis, day, count,
    substr(sha256(convert_to(CASE WHEN thing ^@ 'member/' THEN 'person/' || substr(thing, 8) ELSE thing END, 'UTF8')), 1, 16) AS hash
FROM metrics.presence
WHERE generation = $1 AND axis = ANY ($2::integer[]) AND role = $3 AND count > 0 AND ($4::text[] IS NULL OR thing LIKE ANY ($4));

-- name: copy_things
-- The same of the things of these rows themselves, if like one of $3.
SELECT
    axis, day, sum(sign)::bigint AS count,
    substr(sha256(convert_to(CASE WHEN thing ^@ 'member/' THEN 'person/' || substr(thing, 8) ELSE thing END, 'UTF8')), 1, 16) AS hash
FROM metrics.settled
WHERE generation = $1 AND axis = ANY ($2::integer[]) AND ($3::text[] IS NULL OR thing LIKE ANY ($3))
GROUP BY axis, day, thing
HAVING sum(sign) <> 0;

-- name: sum_fresh_present
-- Who or what took part in role $4 (`thing`: the rows' own things) of the rows of a measure that the commits after $3 brought, if like one of $5, with their
-- axes written out and their keys as they are.
WITH fresh AS MATERIALIZED (
    SELECT axis, day, sign, CASE WHEN $4::text = 'thing' THEN thing ELSE roles::json ->> $4 END AS thing FROM metrics.line WHERE generation = $1 AND n > $3
)
SELECT x.axis, x.kind, x.dims, x.area, x.organisation, r.day, r.thing, sum(r.sign)::bigint AS count
FROM fresh AS r
JOIN metrics.axis AS x ON x.generation = $1 AND x.axis = r.axis AND x.measure = $2
WHERE r.thing IS NOT NULL AND ($5::text[] IS NULL OR r.thing LIKE ANY ($5))
GROUP BY 1, 2, 3, 4, 5, 6, 7;
