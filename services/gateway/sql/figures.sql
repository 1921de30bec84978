-- name: read_head
-- What this snapshot has seen. Plans are made for the values at hand: they differ by orders of magnitude from question to question.
SELECT
    set_config('plan_cache_mode', 'force_custom_plan', true),
    set_config('work_mem', '64MB', true),
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

-- name: read_told
-- The last sequence told in each partition.
SELECT json_object_agg(c.topic, c.parts)::text AS told_to
FROM (SELECT topic, json_object_agg(partition::text, n ORDER BY partition) AS parts FROM log.counter WHERE n > 0 GROUP BY topic) AS c;

-- name: list_changes
-- Which kinds of rows the commits after n brought, and the last of them for each.
SELECT a.measure, a.kind, a.dims, max(l.n) AS n
FROM (SELECT axis, max(n) AS n FROM metrics.line WHERE generation = $1 AND n > $2 GROUP BY axis) AS l
JOIN metrics.axis AS a ON a.generation = $1 AND a.axis = l.axis
GROUP BY a.measure, a.kind, a.dims;

-- name: list_labels
-- Every measure, kind and dimensions that were ever counted.
SELECT DISTINCT measure, kind, dims FROM metrics.axis WHERE generation = $1;

-- name: list_tree
-- The rows of both trees that stand.
SELECT thing, kind, area, organisation, dims, day, until
FROM metrics.row
WHERE generation = $1 AND measure = '_tree'
GROUP BY thing, kind, area, organisation, dims, day, until
HAVING sum(sign) > 0;

-- name: list_tree_links
-- The stretches of links of these kinds, which make second trees, that stand.
SELECT kind, roles::json ->> 'from' AS child, roles::json ->> 'to' AS parent, day, until
FROM metrics.row
WHERE generation = $1 AND measure = 'links' AND kind = ANY ($2::text[])
GROUP BY thing, kind, roles, day, until
HAVING sum(sign) > 0;

-- name: read_last_tree_change
-- The commit that last changed the trees, or a link of these kinds, which make second trees.
SELECT coalesce(max(n), 0)
FROM metrics.row
WHERE generation = $1 AND (measure = '_tree' OR (measure = 'links' AND kind = ANY ($2::text[])));

-- name: asked_axes
-- What begins the statements that say so: the axes a question asks about, each with its label, the group it falls into and whether it stands at a live
-- node, in the eras from first to last. $1-$15 places (Places; group -1 is not asked), $16 merge days that number the eras, $17 generation,
-- $18 measure, $19-$21 labels, $22 only axes of lines of the commits after this one (null: all). A label stands for one kind with its dimensions;
-- where it falls into several groups it comes several times. Rows are read from `line`: the merged ones of these axes by their index, and all that are not
-- merged yet, which have none and are looked through once. How many axes are found cannot be known beforehand; one_of_many lets the planner expect many.
WITH area_place AS MATERIALIZED (
    SELECT * FROM unnest($1::text[], $2::integer[], $3::integer[], $4::integer[], $5::boolean[]) AS t (key, first, last, grp, placed)
),
org_place AS MATERIALIZED (
    SELECT * FROM unnest($6::text[], $7::integer[], $8::integer[], $9::integer[], $10::boolean[], $11::integer[], $12::boolean[])
        AS t (key, first, last, grp, placed, area_grp, area_placed)
),
label AS MATERIALIZED (
    SELECT * FROM unnest($19::text[], $20::text[], $21::integer[]) AS t (kind, dims, label)
),
spotted AS (
    SELECT
        x.axis, l.label,
        coalesce(o.grp, $14::integer) AS org_grp,
        CASE WHEN x.area IS NULL THEN coalesce(o.area_grp, $13::integer) ELSE coalesce(a.grp, $13) END AS area_grp,
        coalesce(o.placed, false) AS org_placed,
        CASE WHEN x.area IS NULL THEN coalesce(o.area_placed, false) ELSE coalesce(a.placed, false) END AS area_placed,
        greatest(a.first, o.first, 0) AS first,
        least(a.last, o.last, 2147483647) AS last
    FROM metrics.axis AS x
    CROSS JOIN metrics.one_of_many()
    JOIN label AS l ON l.kind = x.kind AND l.dims = x.dims
    LEFT JOIN area_place AS a ON a.key = x.area
    LEFT JOIN org_place AS o ON o.key = x.organisation
    WHERE
        x.generation = $17::integer AND x.measure = $18::text
        AND ($22::bigint IS NULL OR x.axis IN (SELECT axis FROM metrics.line WHERE generation = $17 AND n > $22))
),
era AS MATERIALIZED (
    SELECT $16::date[] AS starts
),
asked AS MATERIALIZED (
    SELECT axis, label, org_grp + area_grp AS grp, CASE WHEN $15::boolean THEN org_placed ELSE area_placed END AS placed, first, last
    FROM spotted
    WHERE org_grp >= 0 AND area_grp >= 0
),
line AS NOT MATERIALIZED (
    SELECT r.axis, r.day, r.until, r.sign, r.value, r.since, r.thing, r.roles
    FROM (SELECT DISTINCT axis FROM spotted) AS p
    JOIN metrics.settled AS r ON r.generation = $17 AND r.axis = p.axis
    UNION ALL
    SELECT axis, day, until, sign, value, since, thing, roles FROM metrics.fresh_line WHERE generation = $17
)

-- name: sum_cells
-- Begins with asked_axes.
-- Sums by bucket, label and group: cells as far as they are merged (if $23), and the rows of the commits after $24.
-- $25 bucket by since; $26 starts of the buckets; $27, $28 first and last day; $29, $30 first and last since.
-- Cells are added up axis by axis, which the index gives in order; fresh lines are found by their commit alone, and only then looked at.
, fresh AS MATERIALIZED (
    SELECT axis, day, until, sign, value, coalesce(since, '-infinity') AS since FROM metrics.line WHERE generation = $17 AND n > $24
),
counted AS (
    SELECT c.bucket, p.label, p.grp, p.placed, c.value, c.count
    FROM asked AS p
    CROSS JOIN era
    CROSS JOIN LATERAL (
        SELECT width_bucket(CASE WHEN $25::boolean THEN c.since ELSE c.day END, $26::date[]) AS bucket, sum(c.value) AS value, sum(c.count) AS count
        FROM metrics.cell AS c
        WHERE
            c.generation = $17 AND c.axis = p.axis AND c.day BETWEEN $27 AND $28 AND c.since BETWEEN $29 AND $30
            AND (p.first = 0 AND p.last = 2147483647 OR width_bucket(c.day, era.starts) BETWEEN p.first AND p.last)
        GROUP BY 1
    ) AS c
    WHERE $23::boolean
    UNION ALL
    SELECT width_bucket(CASE WHEN $25 THEN r.since ELSE e.day END, $26), p.label, p.grp, p.placed, e.sign * r.sign * r.value, e.sign * r.sign
    FROM fresh AS r
    JOIN asked AS p ON p.axis = r.axis
    CROSS JOIN era
    CROSS JOIN LATERAL (VALUES (r.day, 1), (r.until, -1)) AS e (day, sign)
    WHERE
        (e.sign = 1 OR r.until > r.day) AND e.day BETWEEN $27 AND $28 AND r.since BETWEEN $29 AND $30
        AND width_bucket(e.day, era.starts) BETWEEN p.first AND p.last
)
SELECT bucket, label, grp, placed, sum(value)::bigint AS value, sum(count)::bigint AS count
FROM counted
GROUP BY 1, 2, 3, 4;

-- name: sum_rows
-- Begins with asked_axes.
-- The same sums from rows alone, by looking at each day asked and not by running sums. $23 narrows to rows with this in their roles.
-- $24 nature: stock, flow or cohort; $25-$27 buckets with their first and last day; $28 the day a cohort is looked at.
SELECT b.bucket, p.label, p.grp, p.placed, sum(r.sign * r.value)::bigint AS value, sum(r.sign)::bigint AS count
FROM asked AS p
CROSS JOIN era
JOIN line AS r ON r.axis = p.axis AND width_bucket(r.day, era.starts) BETWEEN p.first AND p.last
JOIN unnest($25::integer[], $26::date[], $27::date[]) AS b (bucket, first, last) ON CASE $24
    WHEN 'stock' THEN r.day <= b.last AND (r.until > b.last OR r.until IS NULL)
    WHEN 'flow' THEN r.day BETWEEN b.first AND b.last
    ELSE r.since BETWEEN b.first AND b.last AND r.day <= $28 AND (r.until > $28 OR r.until IS NULL)
END
WHERE $23::text IS NULL OR strpos(r.roles, $23) > 0
GROUP BY 1, 2, 3, 4;

-- name: count_present
-- Begins with asked_axes.
-- Distinct things in a role by bucket and group, and together (null); member/X and person/X are one human: presence as far as it is merged, and the rows of the commits after $24.
-- $23 role; $25 starts of the buckets; $26, $27 first and last day; $28 only things like these.
, fresh AS MATERIALIZED (
    SELECT axis, day, sign, roles FROM metrics.line WHERE generation = $17 AND n > $24
),
seen AS (
    SELECT c.day, c.thing, c.count, p.label + p.grp AS grp, p.placed, p.first, p.last
    FROM asked AS p
    JOIN metrics.presence AS c ON c.generation = $17 AND c.axis = p.axis AND c.role = $23
    WHERE c.day BETWEEN $26 AND $27
    UNION ALL
    SELECT r.day, r.roles::json ->> $23, r.sign, p.label + p.grp, p.placed, p.first, p.last
    FROM fresh AS r
    JOIN asked AS p ON p.axis = r.axis
    WHERE r.day BETWEEN $26 AND $27
),
present AS (
    SELECT width_bucket(x.day, $25::date[]) AS bucket, x.grp, x.placed, CASE WHEN x.thing ^@ 'member/' THEN 'person/' || substr(x.thing, 8) ELSE x.thing END AS thing
    FROM seen AS x
    CROSS JOIN era
    WHERE x.thing IS NOT NULL AND width_bucket(x.day, era.starts) BETWEEN x.first AND x.last AND ($28::text[] IS NULL OR x.thing LIKE ANY ($28))
    GROUP BY 1, 2, 3, 4
    HAVING sum(x.count) > 0
)
-- Each set is made by hashing: to count distinct texts by sorting them four times over took most of the while.
, each AS MATERIALIZED (
    SELECT bucket, grp, thing, bool_or(NOT placed) AS astray FROM present GROUP BY bucket, grp, thing
)
SELECT bucket, grp, count(*) AS things, count(*) FILTER (WHERE astray) AS unplaced FROM each GROUP BY bucket, grp
UNION ALL
SELECT bucket, NULL, count(*), count(*) FILTER (WHERE astray)
FROM (SELECT bucket, thing, bool_or(astray) AS astray FROM each GROUP BY bucket, thing) AS whole GROUP BY bucket
UNION ALL
SELECT NULL, grp, count(*), count(*) FILTER (WHERE astray)
FROM (SELECT grp, thing, bool_or(astray) AS astray FROM each GROUP BY grp, thing) AS whole GROUP BY grp
UNION ALL
SELECT NULL, NULL, count(*), count(*) FILTER (WHERE astray)
FROM (SELECT thing, bool_or(astray) AS astray FROM each GROUP BY thing) AS whole;

-- name: count_distinct
-- Begins with asked_axes.
-- The same from rows alone; role `thing` counts the things themselves. $24 narrows to rows with this in their roles, $25 to things like these;
-- $26 whether stretches are looked at on the last day of each bucket; $27-$29 buckets with their first and last day.
, present AS (
    SELECT b.bucket, p.label + p.grp AS grp, p.placed, CASE WHEN $23 = 'thing' THEN r.thing ELSE r.roles::json ->> $23 END AS thing
    FROM asked AS p
    CROSS JOIN era
    JOIN line AS r ON r.axis = p.axis AND width_bucket(r.day, era.starts) BETWEEN p.first AND p.last
    JOIN unnest($27::integer[], $28::date[], $29::date[]) AS b (bucket, first, last)
        ON CASE WHEN $26::boolean THEN r.day <= b.last AND (r.until > b.last OR r.until IS NULL) ELSE r.day BETWEEN b.first AND b.last END
    WHERE $24::text IS NULL OR strpos(r.roles, $24) > 0
    GROUP BY 1, 2, 3, 4
    HAVING sum(r.sign) > 0
)
SELECT
    bucket, grp,
    count(DISTINCT regexp_replace(thing, '^member/', 'person/')) AS things,
    count(DISTINCT regexp_replace(thing, '^member/', 'person/')) FILTER (WHERE NOT placed) AS unplaced
FROM present
WHERE thing IS NOT NULL AND ($25::text[] IS NULL OR thing LIKE ANY ($25))
GROUP BY CUBE (bucket, grp);

-- name: count_covered
-- Begins with asked_axes.
-- Live things of a measure by bucket and group, and how many of them are covered: named in role $30 by rows of measure $28 with the labels $31, $32,
-- or as the lists $33, $34 say. $23-$25 buckets with first and last day: things and, with $29, what covers them are looked at on the last one.
-- Things are bound by their area, what covers them by its organisation; of $26 what counts as something else now is $27.
, bucket AS MATERIALIZED (
    SELECT * FROM unnest($23::integer[], $24::date[], $25::date[]) AS t (bucket, first, day)
),
alias AS MATERIALIZED (
    SELECT * FROM unnest($26::text[], $27::text[]) AS t (thing, into_thing)
),
thing AS (
    SELECT b.bucket, regexp_replace(r.thing, '^member/', 'person/') AS thing, p.label + p.area_grp AS grp, p.area_placed AS placed
    FROM spotted AS p
    JOIN line AS r ON r.axis = p.axis
    JOIN bucket AS b ON r.day <= b.day AND (r.until > b.day OR r.until IS NULL)
    WHERE p.area_grp >= 0
    GROUP BY 1, 2, 3, 4
    HAVING sum(r.sign) > 0
),
cover AS (
    SELECT x.axis
    FROM metrics.axis AS x
    JOIN unnest($31::text[], $32::text[]) AS l (kind, dims) ON l.kind = x.kind AND l.dims = x.dims
    LEFT JOIN org_place AS o ON o.key = x.organisation
    WHERE x.generation = $17 AND x.measure = $28 AND coalesce(o.grp, $14) >= 0
),
link AS (
    SELECT b.bucket, r.roles::json ->> $30 AS thing
    FROM (
        SELECT r.day, r.until, r.sign, r.roles FROM cover JOIN metrics.settled AS r ON r.generation = $17 AND r.axis = cover.axis
        UNION ALL
        SELECT r.day, r.until, r.sign, r.roles FROM cover JOIN metrics.fresh_line AS r ON r.generation = $17 AND r.axis = cover.axis
    ) AS r
    JOIN bucket AS b ON CASE WHEN $29::boolean THEN r.day <= b.day AND (r.until > b.day OR r.until IS NULL) ELSE r.day BETWEEN b.first AND b.day END
    GROUP BY 1, 2
    HAVING sum(r.sign) > 0
),
covered AS (
    SELECT link.bucket, regexp_replace(coalesce(alias.into_thing, link.thing), '^member/', 'person/') AS thing FROM link LEFT JOIN alias USING (thing)
    UNION
    SELECT * FROM unnest($33::integer[], $34::text[])
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
JOIN unnest($5::integer[], $6::date[], $7::date[]) AS b (bucket, first, day)
    ON CASE WHEN $8::boolean THEN r.day <= b.day AND (r.until > b.day OR r.until IS NULL) ELSE r.day BETWEEN b.first AND b.day END
WHERE r.generation = $1 AND r.measure = $2
GROUP BY 1, 2, 3
HAVING sum(r.sign) > 0;
