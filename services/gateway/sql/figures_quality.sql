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
JOIN (
    SELECT r.axis, r.day, r.until, r.sign
    FROM (SELECT DISTINCT axis FROM named) AS p
    JOIN metrics.settled AS r ON r.generation = $1 AND r.axis = p.axis
    UNION ALL
    SELECT axis, day, until, sign FROM metrics.fresh_line WHERE generation = $1
) AS r USING (axis)
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

-- name: list_late
-- Changes told late, the last recorded first, a page after ($1 recorded, $2 topic, $3 partition, $4 sequence) if that is given.
SELECT late.topic, late.partition, late.sequence, type, subject, kind, area, organisation, causation, stated, held_from, recorded
FROM log.late JOIN log.epoch ON epoch.epoch = late.epoch
WHERE $1::timestamptz IS NULL OR recorded < $1 OR (recorded = $1 AND (late.topic, late.partition, late.sequence) > ($2::text, $3::smallint, $4::bigint))
ORDER BY recorded DESC, late.topic, late.partition, late.sequence
LIMIT $5;

-- name: list_unknown_references
-- What roles of counted rows name of these families ($2, as family/) and nobody told of, with the role, the measure and how many rows there are; of the
-- families with places the known ones are $3. Reads presence, so rows that are not merged yet are missing, and every stretch that has roles.
WITH named AS (
    SELECT p.thing, p.role, x.measure, p.count
    FROM metrics.presence AS p
    JOIN metrics.axis AS x ON x.generation = $1 AND x.axis = p.axis
    WHERE p.generation = $1 AND p.count > 0
    UNION ALL
    SELECT role.value, role.key, r.measure, r.sign
    FROM metrics.row AS r
    CROSS JOIN LATERAL json_each_text(r.roles::json) AS role
    WHERE r.generation = $1 AND r.measure = ANY ($4::text[]) AND r.roles IS NOT NULL
),
wanted AS (
    SELECT thing, role, measure, sum(count)::bigint AS count
    FROM named
    WHERE split_part(thing, '/', 1) = ANY ($2::text[]) AND thing <> ALL ($3::text[])
    GROUP BY thing, role, measure
    HAVING sum(count) > 0
),
known AS (
    SELECT thing
    FROM metrics.row
    WHERE generation = $1 AND measure = ANY ($4) AND thing IN (SELECT thing FROM wanted)
    GROUP BY thing
    HAVING sum(sign) > 0
)
SELECT thing, role, measure, count FROM wanted WHERE thing NOT IN (SELECT thing FROM known);
