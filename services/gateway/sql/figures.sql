-- name: read_head
-- What this snapshot has seen. Plans are made for the values at hand: they differ by orders of magnitude from question to question.
SELECT
    set_config('plan_cache_mode', 'force_custom_plan', true),
    g.live AS generation,
    m.n,
    d.n AS merged,
    m.committed_at,
    now() AS at,
    (
        SELECT json_object_agg(w.topic, w.parts)::text
        FROM (
            SELECT topic, json_object_agg(partition::text, sequence ORDER BY partition) AS parts
            FROM metrics.watermark WHERE generation = g.live AND sequence > 0 GROUP BY topic
        ) AS w
    ) AS seen_to,
    (SELECT coalesce(sum(sequence), 0)::bigint FROM metrics.watermark WHERE generation = g.live) AS seen,
    (SELECT coalesce(sum(n), 0)::bigint FROM log.counter) AS told
FROM metrics.generation AS g
JOIN metrics.mark AS m ON m.generation = g.live
JOIN metrics.merged AS d ON d.generation = g.live;

-- name: list_changes
-- Which kinds of rows the commits after n brought, and the last of them for each.
SELECT measure, kind, dims, max(n) AS n FROM metrics.row WHERE generation = $1 AND n > $2 GROUP BY measure, kind, dims;

-- name: list_labels
-- Every measure, kind and dimensions that were ever counted: the merged ones as axes, the others as rows.
SELECT DISTINCT measure, kind, dims FROM metrics.axis WHERE generation = $1
UNION
SELECT measure, kind, dims FROM metrics.row WHERE generation = $1 AND n > $2;

-- name: list_tree
-- The rows of both trees that stand.
SELECT thing, kind, area, organisation, dims, day, until
FROM metrics.row
WHERE generation = $1 AND measure = '_tree'
GROUP BY thing, kind, area, organisation, dims, day, until
HAVING sum(sign) > 0;

-- name: read_last_tree_change
-- The commit that last changed the trees.
SELECT coalesce(max(n), 0) FROM metrics.row WHERE generation = $1 AND measure = '_tree';

-- name: sum_cells
-- Sums by bucket, label and group of one measure: cells as far as they are merged, and the rows of the commits after $23.
-- The first 21 parameters are the same in all statements over figures: $1-$15 places (group -1 is not asked), $16 merge days that number
-- the eras, $17 generation, $18 measure, $19-$21 labels. $22 whether to read cells; $24 bucket by since; $25 starts of the buckets.
WITH area_place AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::boolean[]) AS t (key, first, last, grp, placed)
),
org_place AS MATERIALIZED (
    SELECT * FROM unnest($6::text[], $7::int[], $8::int[], $9::int[], $10::boolean[], $11::int[], $12::boolean[])
        AS t (key, first, last, grp, placed, area_grp, area_placed)
),
label AS MATERIALIZED (
    SELECT * FROM unnest($19::text[], $20::text[], $21::int[]) AS t (kind, dims, label)
),
source AS (
    SELECT x.axis, x.kind, x.area, x.organisation, x.dims, NULL::date AS day, NULL::date AS since, NULL::bigint AS value, NULL::bigint AS count
    FROM metrics.axis AS x
    WHERE x.generation = $17 AND x.measure = $18 AND $22::boolean
    UNION ALL
    SELECT NULL, r.kind, r.area, r.organisation, r.dims, e.day, coalesce(r.since, '-infinity'), e.sign * r.sign * r.value, e.sign * r.sign
    FROM metrics.row AS r
    CROSS JOIN LATERAL (VALUES (r.day, 1), (r.until, -1)) AS e (day, sign)
    WHERE r.generation = $17 AND r.measure = $18 AND r.n > $23 AND (e.sign = 1 OR r.until > r.day)
),
placed AS MATERIALIZED (
    SELECT
        s.axis, s.day, s.since, s.value, s.count, l.label,
        coalesce(o.grp, $14) + CASE WHEN s.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END AS grp,
        CASE
            WHEN $15::boolean THEN coalesce(o.placed, false)
            WHEN s.area IS NULL THEN coalesce(o.area_placed, false)
            ELSE coalesce(a.placed, false)
        END AS placed,
        greatest(a.first, o.first, 0) AS first,
        least(a.last, o.last, 2147483647) AS last
    FROM source AS s
    JOIN label AS l ON l.kind = s.kind AND l.dims = s.dims
    LEFT JOIN area_place AS a ON a.key = s.area
    LEFT JOIN org_place AS o ON o.key = s.organisation
    WHERE coalesce(o.grp, $14) >= 0 AND CASE WHEN s.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END >= 0
)
SELECT
    width_bucket(CASE WHEN $24::boolean THEN x.since ELSE x.day END, $25::date[]) AS bucket,
    x.label, x.grp, x.placed, sum(x.value)::bigint AS value, sum(x.count)::bigint AS count
FROM (
    SELECT c.day, c.since, c.value, c.count, p.label, p.grp, p.placed, p.first, p.last
    FROM placed AS p
    JOIN metrics.cell AS c ON c.generation = $17 AND c.axis = p.axis
    UNION ALL
    SELECT p.day, p.since, p.value, p.count, p.label, p.grp, p.placed, p.first, p.last FROM placed AS p WHERE p.axis IS NULL
) AS x
WHERE
    x.day BETWEEN $26 AND $27 AND x.since BETWEEN $28 AND $29
    AND (x.first = 0 AND x.last = 2147483647 OR width_bucket(x.day, $16::date[]) BETWEEN x.first AND x.last)
GROUP BY 1, 2, 3, 4;

-- name: sum_rows
-- The same sums from rows alone, by looking at each day asked and not by running sums. $22 narrows to rows with this in their roles.
-- $23 nature: stock, flow or cohort; $24-$26 buckets with their first and last day; $27 the day a cohort is looked at.
WITH area_place AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::boolean[]) AS t (key, first, last, grp, placed)
),
org_place AS MATERIALIZED (
    SELECT * FROM unnest($6::text[], $7::int[], $8::int[], $9::int[], $10::boolean[], $11::int[], $12::boolean[])
        AS t (key, first, last, grp, placed, area_grp, area_placed)
),
label AS MATERIALIZED (
    SELECT * FROM unnest($19::text[], $20::text[], $21::int[]) AS t (kind, dims, label)
),
bucket AS MATERIALIZED (
    SELECT * FROM unnest($24::int[], $25::date[], $26::date[]) AS t (bucket, first, last)
)
SELECT
    b.bucket, l.label,
    coalesce(o.grp, $14) + CASE WHEN r.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END AS grp,
    CASE
        WHEN $15::boolean THEN coalesce(o.placed, false)
        WHEN r.area IS NULL THEN coalesce(o.area_placed, false)
        ELSE coalesce(a.placed, false)
    END AS placed,
    sum(r.sign * r.value)::bigint AS value, sum(r.sign)::bigint AS count
FROM metrics.row AS r
JOIN label AS l ON l.kind = r.kind AND l.dims = r.dims
JOIN bucket AS b ON CASE $23
    WHEN 'stock' THEN r.day <= b.last AND (r.until > b.last OR r.until IS NULL)
    WHEN 'flow' THEN r.day BETWEEN b.first AND b.last
    ELSE r.since BETWEEN b.first AND b.last AND r.day <= $27 AND (r.until > $27 OR r.until IS NULL)
END
LEFT JOIN area_place AS a ON a.key = r.area AND width_bucket(r.day, $16::date[]) BETWEEN a.first AND a.last
LEFT JOIN org_place AS o ON o.key = r.organisation AND width_bucket(r.day, $16::date[]) BETWEEN o.first AND o.last
WHERE
    r.generation = $17 AND r.measure = $18 AND ($22::text IS NULL OR strpos(r.roles, $22) > 0)
    AND coalesce(o.grp, $14) >= 0 AND CASE WHEN r.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END >= 0
GROUP BY 1, 2, 3, 4;

-- name: count_present
-- Distinct things in a role by bucket and group, and together (null): presence as far as it is merged, and the rows of the commits after $23.
-- $22 role; $24 starts of the buckets; $25, $26 first and last day; $27 only things like these.
WITH area_place AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::boolean[]) AS t (key, first, last, grp, placed)
),
org_place AS MATERIALIZED (
    SELECT * FROM unnest($6::text[], $7::int[], $8::int[], $9::int[], $10::boolean[], $11::int[], $12::boolean[])
        AS t (key, first, last, grp, placed, area_grp, area_placed)
),
label AS MATERIALIZED (
    SELECT * FROM unnest($19::text[], $20::text[], $21::int[]) AS t (kind, dims, label)
),
source AS (
    SELECT x.axis, x.kind, x.area, x.organisation, x.dims, NULL::date AS day, NULL::text AS thing, NULL::bigint AS count
    FROM metrics.axis AS x
    WHERE x.generation = $17 AND x.measure = $18
    UNION ALL
    SELECT NULL, r.kind, r.area, r.organisation, r.dims, r.day, r.roles::jsonb ->> $22, r.sign
    FROM metrics.row AS r
    WHERE r.generation = $17 AND r.measure = $18 AND r.n > $23 AND r.roles::jsonb ? $22
),
placed AS MATERIALIZED (
    SELECT
        s.axis, s.day, s.thing, s.count,
        l.label + coalesce(o.grp, $14) + CASE WHEN s.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END AS grp,
        CASE
            WHEN $15::boolean THEN coalesce(o.placed, false)
            WHEN s.area IS NULL THEN coalesce(o.area_placed, false)
            ELSE coalesce(a.placed, false)
        END AS placed,
        greatest(a.first, o.first, 0) AS first,
        least(a.last, o.last, 2147483647) AS last
    FROM source AS s
    JOIN label AS l ON l.kind = s.kind AND l.dims = s.dims
    LEFT JOIN area_place AS a ON a.key = s.area
    LEFT JOIN org_place AS o ON o.key = s.organisation
    WHERE coalesce(o.grp, $14) >= 0 AND CASE WHEN s.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END >= 0
),
present AS (
    SELECT width_bucket(x.day, $24::date[]) AS bucket, x.grp, x.placed, x.thing
    FROM (
        SELECT c.day, c.thing, c.count, p.grp, p.placed, p.first, p.last
        FROM placed AS p
        JOIN metrics.presence AS c ON c.generation = $17 AND c.axis = p.axis AND c.role = $22
        UNION ALL
        SELECT p.day, p.thing, p.count, p.grp, p.placed, p.first, p.last FROM placed AS p WHERE p.axis IS NULL
    ) AS x
    WHERE
        x.day BETWEEN $25 AND $26 AND width_bucket(x.day, $16::date[]) BETWEEN x.first AND x.last
        AND ($27::text[] IS NULL OR x.thing LIKE ANY ($27))
    GROUP BY 1, 2, 3, 4
    HAVING sum(x.count) > 0
)
SELECT bucket, grp, count(DISTINCT thing) AS things, count(DISTINCT thing) FILTER (WHERE NOT placed) AS unplaced
FROM present
GROUP BY CUBE (bucket, grp);

-- name: count_distinct
-- The same from rows alone; role `thing` counts the things themselves. $23 narrows to rows with this in their roles, $24 to things like these;
-- $25 whether stretches are looked at on the last day of each bucket; $26-$28 buckets with their first and last day.
WITH area_place AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::boolean[]) AS t (key, first, last, grp, placed)
),
org_place AS MATERIALIZED (
    SELECT * FROM unnest($6::text[], $7::int[], $8::int[], $9::int[], $10::boolean[], $11::int[], $12::boolean[])
        AS t (key, first, last, grp, placed, area_grp, area_placed)
),
label AS MATERIALIZED (
    SELECT * FROM unnest($19::text[], $20::text[], $21::int[]) AS t (kind, dims, label)
),
bucket AS MATERIALIZED (
    SELECT * FROM unnest($26::int[], $27::date[], $28::date[]) AS t (bucket, first, last)
),
present AS (
    SELECT
        b.bucket,
        l.label + coalesce(o.grp, $14) + CASE WHEN r.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END AS grp,
        CASE
            WHEN $15::boolean THEN coalesce(o.placed, false)
            WHEN r.area IS NULL THEN coalesce(o.area_placed, false)
            ELSE coalesce(a.placed, false)
        END AS placed,
        CASE WHEN $22 = 'thing' THEN r.thing ELSE r.roles::jsonb ->> $22 END AS thing
    FROM metrics.row AS r
    JOIN label AS l ON l.kind = r.kind AND l.dims = r.dims
    JOIN bucket AS b ON CASE WHEN $25::boolean THEN r.day <= b.last AND (r.until > b.last OR r.until IS NULL) ELSE r.day BETWEEN b.first AND b.last END
    LEFT JOIN area_place AS a ON a.key = r.area AND width_bucket(r.day, $16::date[]) BETWEEN a.first AND a.last
    LEFT JOIN org_place AS o ON o.key = r.organisation AND width_bucket(r.day, $16::date[]) BETWEEN o.first AND o.last
    WHERE
        r.generation = $17 AND r.measure = $18 AND ($23::text IS NULL OR strpos(r.roles, $23) > 0)
        AND coalesce(o.grp, $14) >= 0 AND CASE WHEN r.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END >= 0
    GROUP BY 1, 2, 3, 4
    HAVING sum(r.sign) > 0
)
SELECT bucket, grp, count(DISTINCT thing) AS things, count(DISTINCT thing) FILTER (WHERE NOT placed) AS unplaced
FROM present
WHERE thing IS NOT NULL AND ($24::text[] IS NULL OR thing LIKE ANY ($24))
GROUP BY CUBE (bucket, grp);

-- name: count_covered
-- Live things of a measure by bucket and group, and how many of them are covered: named in role $29 by rows of measure $27 with the labels $30, $31,
-- or as the lists $32, $33 say. $22-$24 buckets with first and last day: things and, with $28, what covers them are looked at on the last one.
-- Things are bound by their area's place, what covers them by its organisation's; $25, $26 what counts as something else now.
WITH area_place AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::boolean[]) AS t (key, first, last, grp, placed)
),
org_place AS MATERIALIZED (
    SELECT * FROM unnest($6::text[], $7::int[], $8::int[], $9::int[], $10::boolean[], $11::int[], $12::boolean[])
        AS t (key, first, last, grp, placed, area_grp, area_placed)
),
label AS MATERIALIZED (
    SELECT * FROM unnest($19::text[], $20::text[], $21::int[]) AS t (kind, dims, label)
),
bucket AS MATERIALIZED (
    SELECT * FROM unnest($22::int[], $23::date[], $24::date[]) AS t (bucket, first, day)
),
alias AS MATERIALIZED (
    SELECT * FROM unnest($25::text[], $26::text[]) AS t (thing, into_thing)
),
thing AS (
    SELECT
        b.bucket, r.thing,
        l.label + CASE WHEN r.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END AS grp,
        CASE WHEN r.area IS NULL THEN coalesce(o.area_placed, false) ELSE coalesce(a.placed, false) END AS placed
    FROM metrics.row AS r
    JOIN label AS l ON l.kind = r.kind AND l.dims = r.dims
    JOIN bucket AS b ON r.day <= b.day AND (r.until > b.day OR r.until IS NULL)
    LEFT JOIN area_place AS a ON a.key = r.area
    LEFT JOIN org_place AS o ON o.key = r.organisation
    WHERE
        r.generation = $17 AND r.measure = $18 AND ($15::boolean IS NOT NULL AND $16::date[] IS NOT NULL)
        AND CASE WHEN r.area IS NULL THEN coalesce(o.area_grp, $13) ELSE coalesce(a.grp, $13) END >= 0
    GROUP BY 1, 2, 3, 4
    HAVING sum(r.sign) > 0
),
link AS (
    SELECT b.bucket, r.roles::jsonb ->> $29 AS thing
    FROM metrics.row AS r
    JOIN unnest($30::text[], $31::text[]) AS cover_label (kind, dims) ON cover_label.kind = r.kind AND cover_label.dims = r.dims
    JOIN bucket AS b ON CASE WHEN $28::boolean THEN r.day <= b.day AND (r.until > b.day OR r.until IS NULL) ELSE r.day BETWEEN b.first AND b.day END
    LEFT JOIN org_place AS o ON o.key = r.organisation
    WHERE r.generation = $17 AND r.measure = $27 AND coalesce(o.grp, $14) >= 0
    GROUP BY 1, 2
    HAVING sum(r.sign) > 0
),
covered AS (
    SELECT link.bucket, coalesce(alias.into_thing, link.thing) AS thing FROM link LEFT JOIN alias USING (thing)
    UNION
    SELECT * FROM unnest($32::int[], $33::text[])
)
SELECT
    t.bucket, t.grp,
    count(DISTINCT t.thing) AS things,
    count(DISTINCT c.thing) AS covered,
    count(DISTINCT t.thing) FILTER (WHERE NOT t.placed) AS unplaced
FROM thing AS t
LEFT JOIN covered AS c USING (bucket, thing)
GROUP BY GROUPING SETS ((t.bucket, t.grp), (t.bucket));

-- name: list_standing_places
-- At which places rows of a measure with these labels stand at the end of each bucket (or happen in it), merges left as told.
SELECT b.bucket, r.area, r.organisation
FROM metrics.row AS r
JOIN unnest($3::text[], $4::text[]) AS l (kind, dims) ON l.kind = r.kind AND l.dims = r.dims
JOIN unnest($5::int[], $6::date[], $7::date[]) AS b (bucket, first, day)
    ON CASE WHEN $8::boolean THEN r.day <= b.day AND (r.until > b.day OR r.until IS NULL) ELSE r.day BETWEEN b.first AND b.day END
WHERE r.generation = $1 AND r.measure = $2
GROUP BY 1, 2, 3
HAVING sum(r.sign) > 0;
