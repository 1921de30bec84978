-- name: list_happened
-- The newest occurrences of these measures that commits after $2 brought, things of which nothing was taken back in them.
WITH fresh AS MATERIALIZED (
    SELECT axis, n, day, until, sign, thing FROM metrics.line WHERE generation = $1 AND n > $2
)
SELECT x.measure, x.kind, x.area, x.organisation, f.day
FROM fresh AS f
JOIN metrics.axis AS x ON x.generation = $1 AND x.axis = f.axis
WHERE
    x.measure = ANY ($3::text[]) AND f.until = f.day
GROUP BY x.measure, x.kind, x.area, x.organisation, f.day, f.thing
HAVING min(f.sign) > 0 AND NOT EXISTS (
    SELECT FROM fresh AS back
    JOIN metrics.axis AS y ON y.generation = $1 AND y.axis = back.axis
    WHERE back.thing = f.thing AND back.sign < 0 AND y.measure = x.measure
)
ORDER BY max(f.n) DESC, f.thing
LIMIT $4;
