-- name: list_asked
-- Begins with asked_axes. The axes that a list goes through, and the eras in which they are asked about.
SELECT axis, first, last FROM asked ORDER BY axis, first;

-- name: list_rows
-- What a sum is made of, a page at a time in order of axis, day and all else: of the axes $2, on the days from $3 to $4 of each, each row that stands
-- (stock: on $8, cohort: on $9) or happened ($7 to $8). $5 narrows to rows with this in their roles, $10 and $11 to these things and to all but these;
-- $12-$16 where the page before ended; $17 rows a page has. Rows that take each other back share their axis and day, so axes are gone through one by one,
-- as far as the page goes.
WITH fresh AS MATERIALIZED (
    SELECT axis, day, until, sign, value, since, thing, roles FROM metrics.fresh_line WHERE generation = $1::integer AND axis = ANY ($2::integer[])
)
SELECT n.thing, x.kind, x.area, x.organisation, x.dims, n.day, n.until, n.value, n.roles, n.tie, n.copy, p.axis
FROM (SELECT * FROM unnest($2::integer[], $3::date[], $4::date[]) AS t (axis, first, last) ORDER BY axis, first) AS p
CROSS JOIN LATERAL (
    SELECT net.thing, net.day, net.until, net.value, net.roles, net.tie, copy
    FROM (
        SELECT
            r.thing, r.day, r.until, r.value, r.roles, sum(r.sign) AS copies,
            md5(concat_ws('|', r.until, r.value, r.since, r.roles)) AS tie
        FROM (
            SELECT day, until, sign, value, since, thing, roles FROM metrics.settled
            WHERE generation = $1 AND axis = p.axis AND ($12::integer IS NULL OR p.axis > $12 OR day >= $13::date)
            UNION ALL
            SELECT day, until, sign, value, since, thing, roles FROM fresh WHERE fresh.axis = p.axis
        ) AS r
        WHERE
            r.day BETWEEN p.first AND p.last
            AND ($5::text IS NULL OR strpos(r.roles, $5) > 0)
            AND CASE $6
                WHEN 'stock' THEN r.day <= $8::date AND (r.until > $8 OR r.until IS NULL)
                WHEN 'flow' THEN r.day BETWEEN $7::date AND $8
                ELSE r.since BETWEEN $7 AND $8 AND r.day <= $9::date AND (r.until > $9 OR r.until IS NULL)
            END
            AND ($10::text[] IS NULL OR r.thing = ANY ($10)) AND ($11::text[] IS NULL OR r.thing <> ALL ($11))
        GROUP BY r.thing, r.day, r.until, r.value, r.roles, r.since
        HAVING sum(r.sign) > 0
    ) AS net
    CROSS JOIN LATERAL generate_series(1, net.copies) AS copy
    WHERE $12 IS NULL OR p.axis > $12 OR (net.day, net.thing, net.tie, copy) > ($13, $14::text, $15::text, $16::bigint)
    ORDER BY net.day, net.thing, net.tie, copy
    LIMIT $17
) AS n
JOIN metrics.axis AS x ON x.generation = $1 AND x.axis = p.axis
ORDER BY p.axis, p.first, n.day, n.thing, n.tie, n.copy
LIMIT $17;

-- name: list_in_both
-- Begins with asked_axes. Of things that happened ($24 to $25; $23 narrows to rows with this in their roles) with labels of both groups, 0 and 1, how many rows
-- they have with those of 0, and what these add up to; looked for only at the axes $26 on the days $27.
, place AS MATERIALIZED (
    SELECT DISTINCT axis, day FROM unnest($26::integer[], $27::date[]) AS t (axis, day)
),
row AS (
    SELECT r.axis, r.day, r.sign, r.value, r.thing, r.roles FROM place JOIN metrics.settled AS r ON r.generation = $17 AND r.axis = place.axis AND r.day = place.day
    UNION ALL
    SELECT r.axis, r.day, r.sign, r.value, r.thing, r.roles FROM metrics.fresh_line AS r JOIN place ON place.axis = r.axis AND place.day = r.day WHERE r.generation = $17
)
SELECT thing, sum(count) FILTER (WHERE label = 0)::bigint AS count, sum(value) FILTER (WHERE label = 0)::bigint AS value
FROM (
    SELECT r.thing, p.label, sum(r.sign) AS count, sum(r.sign * r.value) AS value
    FROM asked AS p
    CROSS JOIN era
    JOIN row AS r ON r.axis = p.axis AND width_bucket(r.day, era.starts) BETWEEN p.first AND p.last
    WHERE r.day BETWEEN $24::date AND $25::date AND ($23::text IS NULL OR strpos(r.roles, $23) > 0)
    GROUP BY r.thing, p.label
    HAVING sum(r.sign) > 0
) AS found
GROUP BY thing
HAVING count(*) = 2;

-- name: sum_listed
-- Begins with asked_axes. How many rows a list has in all, and what they add up to: those that stand (stock: on $26, cohort: on $27) or happened
-- ($25 to $26). $23 narrows to rows with this in their roles, $28 and $29 to these things and to all but these.
SELECT coalesce(sum(r.sign), 0)::bigint AS total, coalesce(sum(r.sign * r.value), 0)::bigint AS sum
FROM asked AS p
JOIN line AS r ON r.axis = p.axis AND width_bucket(r.day, $16) BETWEEN p.first AND p.last
WHERE
    ($23::text IS NULL OR strpos(r.roles, $23) > 0)
    AND CASE $24
        WHEN 'stock' THEN r.day <= $26 AND (r.until > $26 OR r.until IS NULL)
        WHEN 'flow' THEN r.day BETWEEN $25 AND $26
        ELSE r.since BETWEEN $25 AND $26 AND r.day <= $27 AND (r.until > $27 OR r.until IS NULL)
    END
    AND ($28::text[] IS NULL OR r.thing = ANY ($28)) AND ($29::text[] IS NULL OR r.thing <> ALL ($29));

-- name: list_distinct
-- Begins with asked_axes. Who or what a distinct figure counts, each once, a page at a time: those in role $32 (`thing`: the rows' own things) like
-- one of $33. Up to $29 as in sum_listed; $30 where the page before ended; $31 rows a page has.
, present AS (
    SELECT CASE WHEN $32 = 'thing' THEN r.thing ELSE r.roles::json ->> $32 END AS thing, p.axis, r.day
    FROM asked AS p
    CROSS JOIN era
    JOIN line AS r ON r.axis = p.axis AND width_bucket(r.day, era.starts) BETWEEN p.first AND p.last
    WHERE
        ($23::text IS NULL OR strpos(r.roles, $23) > 0)
        AND CASE $24
            WHEN 'stock' THEN r.day <= $26 AND (r.until > $26 OR r.until IS NULL)
            WHEN 'flow' THEN r.day BETWEEN $25 AND $26
            ELSE r.since BETWEEN $25 AND $26 AND r.day <= $27 AND (r.until > $27 OR r.until IS NULL)
        END
    GROUP BY 1, 2, 3
    HAVING sum(r.sign) > 0
),
listed AS (
    SELECT DISTINCT ON (human.thing) human.thing, axis, day
    FROM present
    CROSS JOIN LATERAL regexp_replace(present.thing, CASE WHEN $32 = 'thing' THEN '^$' ELSE '^member/' END, 'person/') AS human (thing)
    WHERE
        present.thing IS NOT NULL AND ($33::text[] IS NULL OR present.thing LIKE ANY ($33))
        AND ($28::text[] IS NULL OR present.thing = ANY ($28)) AND ($29::text[] IS NULL OR present.thing <> ALL ($29))
    ORDER BY human.thing, day, axis
),
page AS (
    SELECT * FROM listed WHERE $30::text IS NULL OR thing > $30 ORDER BY thing LIMIT $31
)
SELECT whole.total, whole.total AS sum, page.thing, page.day, x.kind, x.area, x.organisation
FROM (SELECT count(*) AS total FROM listed) AS whole
LEFT JOIN page ON true
LEFT JOIN metrics.axis AS x ON x.generation = $17 AND x.axis = page.axis
ORDER BY page.thing;

-- name: list_things
-- Begins with asked_axes. The things of sum_listed alone, each once.
SELECT r.thing
FROM asked AS p
CROSS JOIN era
JOIN line AS r ON r.axis = p.axis AND width_bucket(r.day, era.starts) BETWEEN p.first AND p.last
WHERE
    ($23::text IS NULL OR strpos(r.roles, $23) > 0)
    AND CASE $24
        WHEN 'stock' THEN r.day <= $26 AND (r.until > $26 OR r.until IS NULL)
        WHEN 'flow' THEN r.day BETWEEN $25 AND $26
        ELSE r.since BETWEEN $25 AND $26 AND r.day <= $27 AND (r.until > $27 OR r.until IS NULL)
    END
GROUP BY r.thing
HAVING sum(r.sign) > 0;

-- name: list_covered
-- Begins with asked_axes. Which things are named on a day ($23 its period's first, $24 itself) in role $25 by the rows asked for, bound by their
-- organisation; of $26 what counts as something else now is $27; $28 whether the rows stand.
, link AS (
    SELECT r.roles::json ->> $25 AS thing
    FROM spotted AS p
    JOIN line AS r ON r.axis = p.axis
    WHERE
        p.org_grp >= 0
        AND CASE WHEN $28::boolean THEN r.day <= $24 AND (r.until > $24 OR r.until IS NULL) ELSE r.day BETWEEN $23 AND $24 END
    GROUP BY 1
    HAVING sum(r.sign) > 0
)
SELECT DISTINCT coalesce(alias.into_thing, link.thing) AS thing
FROM link
LEFT JOIN unnest($26::text[], $27::text[]) AS alias (thing, into_thing) USING (thing);

-- name: is_touched
-- Begins with asked_axes. Whether a commit after $23 brought rows the question asks about, on whatever day.
, fresh AS MATERIALIZED (
    SELECT DISTINCT axis FROM metrics.line WHERE generation = $17 AND n > $23
)
SELECT EXISTS (SELECT FROM fresh JOIN asked USING (axis));

-- name: list_stretches
-- Begins with asked_axes. When the things asked for stood, or those who hold role $23 of them did, as far as it touches the days from $24 to $25.
SELECT
    CASE WHEN $23 = 'thing' THEN r.thing ELSE r.roles::json ->> $23 END AS subject,
    p.label + p.grp AS grp, p.placed, x.kind, x.area, x.organisation, r.day, r.until
FROM asked AS p
JOIN metrics.axis AS x ON x.generation = $17 AND x.axis = p.axis
JOIN line AS r ON r.axis = p.axis
WHERE r.day <= $25 AND (r.until > $24 OR r.until IS NULL)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING sum(r.sign) > 0
ORDER BY 1, 7;

-- name: sum_by_role
-- Begins with asked_axes. Sums for each who holds role $26 of the rows asked for (or for each place, where that is area or organisation), and for
-- each in role $27 of them if that is given; over the spans $23-$25, of which a stock ($28) is taken on the last day.
SELECT
    s.span, CASE WHEN $26 IN ('area', 'organisation') THEN NULL ELSE r.roles::json ->> $26 END AS subject,
    CASE WHEN $26 = 'area' THEN x.area END AS area,
    CASE WHEN $26 IN ('area', 'organisation') THEN x.organisation END AS organisation,
    CASE $27 WHEN '' THEN NULL WHEN 'thing' THEN r.thing ELSE r.roles::json ->> $27 END AS of,
    sum(r.sign * r.value)::bigint AS value, sum(r.sign)::bigint AS count
FROM asked AS p
JOIN metrics.axis AS x ON x.generation = $17 AND x.axis = p.axis
JOIN line AS r ON r.axis = p.axis
JOIN unnest($23::integer[], $24::date[], $25::date[]) AS s (span, first, last)
    ON CASE WHEN $28::boolean THEN r.day <= s.last AND (r.until > s.last OR r.until IS NULL) ELSE r.day BETWEEN s.first AND s.last END
GROUP BY 1, 2, 3, 4, 5
HAVING sum(r.sign) <> 0;

-- name: list_withheld
-- Which of these things ($4) were ever counted as one of these kinds ($3) in these measures ($2).
SELECT DISTINCT r.thing
FROM unnest($2::text[], $3::text[]) AS k (measure, kind)
JOIN metrics.row AS r ON r.generation = $1 AND r.measure = k.measure AND r.kind = k.kind
WHERE r.thing = ANY ($4::text[]);
