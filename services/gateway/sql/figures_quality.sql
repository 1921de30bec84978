-- name: list_places_named
-- Every area and organisation that an axis names.
SELECT DISTINCT 'area' AS family, area AS key FROM metrics.axis WHERE generation = $1 AND area IS NOT NULL
UNION
SELECT DISTINCT 'organisation', organisation FROM metrics.axis WHERE generation = $1 AND organisation IS NOT NULL;

-- name: count_at_places
-- What stands today ($4: measures that are stocks) at these places, and, of those marked, what ever happened there: by place and measure.
WITH place AS MATERIALIZED (
    SELECT * FROM unnest($2::text[], $3::text[]) AS t (family, key)
),
named AS (
    SELECT p.family, p.key, x.measure, x.axis
    FROM place AS p
    JOIN metrics.axis AS x ON x.generation = $1 AND CASE p.family WHEN 'area' THEN x.area ELSE x.organisation END = p.key
    WHERE x.measure <> ALL ($7::text[])
)
SELECT n.family, n.key, n.measure, sum(r.sign)::bigint AS count
FROM named AS n
JOIN metrics.line AS r ON r.generation = $1 AND r.axis = n.axis
WHERE CASE
    WHEN n.measure = ANY ($4::text[]) THEN r.day <= $5 AND (r.until > $5 OR r.until IS NULL)
    ELSE (n.family || '/' || n.key) = ANY ($6::text[])
END
GROUP BY n.family, n.key, n.measure
HAVING sum(r.sign) > 0
ORDER BY n.family, n.key, n.measure;

-- name: count_dead_letters
-- Facts that could not be counted, by reason.
SELECT reason, count(*) AS count FROM metrics.dead_letter WHERE generation = $1 GROUP BY reason ORDER BY reason;
