-- name: sum_cells
-- Cells and unmerged rows by measure and kind: their sums, and sums weighted by a hash of the place and the day, which differ when anything stands elsewhere.
WITH changes AS (
    SELECT axis, day, since, value, count FROM metrics.cell WHERE generation = $1 AND (value <> 0 OR count <> 0)
    UNION ALL
    SELECT axis, day, coalesce(since, '-infinity'), sign * value, sign FROM metrics.line
    WHERE generation = $1 AND n > (SELECT n FROM metrics.merged WHERE generation = $1)
    UNION ALL
    SELECT axis, until, coalesce(since, '-infinity'), -sign * value, -sign FROM metrics.line
    WHERE generation = $1 AND n > (SELECT n FROM metrics.merged WHERE generation = $1) AND until > day
), weighted AS (
    SELECT axis.measure, axis.kind, value, count,
           hash_record_extended(ROW(axis.area, axis.organisation, axis.dims, changes.day, changes.since), 0)::numeric AS weight
    FROM changes JOIN metrics.axis ON axis.generation = $1 AND axis.axis = changes.axis
)
SELECT measure, kind, sum(value)::numeric AS value, sum(count)::numeric AS count, sum(value * weight) AS value_weighted, sum(count * weight) AS count_weighted
FROM weighted GROUP BY measure, kind;

-- name: sum_presence
-- Who took part, by measure and kind, merged or not.
WITH changes AS (
    SELECT axis, role, thing, day, count FROM metrics.presence WHERE generation = $1 AND count <> 0
    UNION ALL
    SELECT line.axis, had.key, had.value, line.day, line.sign
    FROM metrics.line CROSS JOIN LATERAL json_each_text(line.roles::json) AS had
    WHERE line.generation = $1 AND line.n > (SELECT n FROM metrics.merged WHERE generation = $1) AND line.roles IS NOT NULL AND line.until = line.day
), weighted AS (
    SELECT axis.measure, axis.kind, count,
           hash_record_extended(ROW(axis.area, axis.organisation, axis.dims, changes.role, changes.thing, changes.day), 0)::numeric AS weight
    FROM changes JOIN metrics.axis ON axis.generation = $1 AND axis.axis = changes.axis
)
SELECT measure, kind, sum(count)::numeric AS value, sum(count)::numeric AS count, sum(count * weight) AS value_weighted, sum(count * weight) AS count_weighted
FROM weighted GROUP BY measure, kind;

-- name: sum_rows
-- Rows net of those taken back, by measure and kind. Half of the hash's range, so that its sign can be turned; sums of integers are many times as fast.
WITH weighted AS (
    SELECT measure, kind, sign, value, hash_record_extended(ROW(thing, area, organisation, dims, day, until, value, since, roles), 0) >> 1 AS weight
    FROM metrics.row WHERE generation = $1
)
SELECT measure, kind, sum(sign * value)::numeric AS value, sum(sign)::numeric AS count, 0::numeric AS value_weighted, sum(sign * weight)::numeric AS count_weighted
FROM weighted GROUP BY measure, kind;
