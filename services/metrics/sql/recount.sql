-- name: read_snapshot
-- What is compared: the live generation, its commit and merge marks.
SELECT live, mark.n, merged.n AS merged
FROM metrics.generation JOIN metrics.mark ON mark.generation = live JOIN metrics.merged ON merged.generation = live;

-- name: take_time
-- A recount of years may take longer than any ordinary question, and works out much between two of them.
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;

-- name: unfold_log
-- Every row that the facts up to the watermarks put (+1) or took back (-1), read from the log's own bytes.
CREATE TEMPORARY TABLE told_row ON COMMIT DROP AS
SELECT
    sign, subject AS thing, r ->> 0 AS measure, r ->> 1 AS kind, r ->> 2 AS area, r ->> 3 AS organisation,
    coalesce(nullif(r -> 4, 'null'), '{}') AS dims, (r ->> 5)::date AS day, (r ->> 6)::date AS until,
    coalesce((r ->> 7)::bigint, 1) AS value, (r ->> 8)::date AS since, nullif(r -> 9, 'null') AS roles
FROM (
    SELECT fact.subject, convert_from(fact.body, 'UTF8')::jsonb -> 'data' AS data
    FROM log.fact JOIN metrics.watermark USING (topic, partition)
    WHERE watermark.generation = $1 AND fact.sequence <= watermark.sequence
      AND NOT EXISTS (
          SELECT FROM metrics.dead_letter AS dead
          WHERE dead.generation = $1 AND (dead.topic, dead.partition, dead.sequence) = (fact.topic, fact.partition, fact.sequence)
      )
) AS facts
CROSS JOIN LATERAL (
    SELECT -1 AS sign, jsonb_array_elements(data -> 'was') AS r
    UNION ALL
    SELECT 1, jsonb_array_elements(data -> 'now')
) AS signed;

-- name: list_dead_letters
-- Facts of ours that the processor put aside: told, and in no figure.
SELECT dead.topic, dead.partition, dead.sequence, fact.subject, dead.reason, 0 AS live, 1 AS recounted
FROM metrics.dead_letter AS dead JOIN log.fact USING (topic, partition, sequence)
WHERE dead.generation = $1 ORDER BY dead.topic, dead.partition, dead.sequence;

-- name: count_events
-- How many facts were recounted.
SELECT count(*) FROM log.fact JOIN metrics.watermark USING (topic, partition)
WHERE watermark.generation = $1 AND fact.sequence <= watermark.sequence;

-- name: differ_in_cells
-- Cells (merged and not yet merged) that are not what the log adds up to.
WITH told AS (
    SELECT measure, kind, area, organisation, dims, day, since, sum(sign * value) AS value, sum(sign) AS count
    FROM told_row GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT measure, kind, area, organisation, dims, until, since, -sum(sign * value), -sum(sign)
    FROM told_row WHERE until <> day GROUP BY 1, 2, 3, 4, 5, 6, 7
), counted AS (
    SELECT measure, kind, area, organisation, dims::jsonb AS dims, day, nullif(since, '-infinity') AS since, value, count
    FROM metrics.cell JOIN metrics.axis USING (generation, axis) WHERE generation = $1
    UNION ALL
    SELECT measure, kind, area, organisation, dims::jsonb, day, since, sign * value, sign
    FROM metrics.row WHERE generation = $1 AND n > $2
    UNION ALL
    SELECT measure, kind, area, organisation, dims::jsonb, until, since, -sign * value, -sign
    FROM metrics.row WHERE generation = $1 AND n > $2 AND until <> day
), both_sides AS (
    SELECT measure, kind, area, organisation, dims, day, since, 0::numeric AS live, 0::numeric AS live_count, sum(value) AS told, sum(count) AS told_count
    FROM told GROUP BY 1, 2, 3, 4, 5, 6, 7
    UNION ALL
    SELECT measure, kind, area, organisation, dims, day, since, sum(value), sum(count), 0, 0 FROM counted GROUP BY 1, 2, 3, 4, 5, 6, 7
)
SELECT
    measure, kind, area, organisation, dims::text, day::text, since::text, sum(live) AS live, sum(told) AS recounted,
    sum(live_count) AS live_count, sum(told_count) AS recounted_count
FROM both_sides GROUP BY 1, 2, 3, 4, 5, 6, 7
HAVING sum(live) <> sum(told) OR sum(live_count) <> sum(told_count);

-- name: count_cells
-- How many cells were compared.
SELECT count(*) FROM metrics.cell WHERE generation = $1;

-- name: differ_in_rows
-- Counted rows, summed by what they say, that are not what the log says.
WITH both_sides AS (
    SELECT thing, measure, kind, area, organisation, dims, day, until, value, since, roles, 0 AS live, sum(sign) AS told
    FROM told_row GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
    UNION ALL
    SELECT thing, measure, kind, area, organisation, dims::jsonb, day, until, value, since, roles::jsonb, sum(sign), 0
    FROM metrics.row WHERE generation = $1 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
)
SELECT thing, measure, kind, area, organisation, dims::text, day::text, until::text, value, since::text, roles::text, sum(live) AS live, sum(told) AS recounted
FROM both_sides GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11
HAVING sum(live) <> sum(told);

-- name: differ_in_presence
-- Who took part in what, merged, against the merged rows' part of the log.
WITH merged_rows AS (
    SELECT measure, kind, area, organisation, dims::jsonb AS dims, day, roles::jsonb AS roles, sign
    FROM metrics.row WHERE generation = $1 AND n <= $2 AND until = day AND roles IS NOT NULL
), both_sides AS (
    SELECT measure, kind, area, organisation, dims, day, role.key AS role, role.value AS thing, 0::numeric AS live, sum(sign)::numeric AS told
    FROM merged_rows, jsonb_each_text(roles) AS role GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
    UNION ALL
    SELECT measure, kind, area, organisation, dims::jsonb, day, role, thing, count, 0
    FROM metrics.presence JOIN metrics.axis USING (generation, axis) WHERE generation = $1
)
SELECT measure, kind, area, organisation, dims::text, day::text, role, thing, sum(live) AS live, sum(told) AS recounted
FROM both_sides GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING sum(live) <> sum(told);

-- name: read_told
-- The log as it was told: each entity's events in their order, also of an attendance that went to another activity and so to another partition.
-- Facts of one transaction have one time; their ids rise in the order in which they were written.
SELECT topic, subject, type, told, convert_from(body, 'UTF8')::jsonb - 'data' AS envelope
FROM log.fact WHERE told IS NOT NULL ORDER BY topic, recorded, id;

-- name: read_net_rows
-- What all facts of the log leave standing, whatever the processor has seen of it.
SELECT subject AS thing, r, sum(sign) AS net
FROM (
    SELECT subject, sign, r
    FROM (SELECT subject, convert_from(body, 'UTF8')::jsonb -> 'data' AS data FROM log.fact) AS facts
    CROSS JOIN LATERAL (
        SELECT -1 AS sign, jsonb_array_elements(data -> 'was') AS r
        UNION ALL
        SELECT 1, jsonb_array_elements(data -> 'now')
    ) AS signed
) AS rows
GROUP BY 1, 2 HAVING sum(sign) <> 0;

-- name: keep_outcome
-- What this recount said takes the place of what the last one said.
INSERT INTO metrics.recounted (events, cells, differences) VALUES ($1, $2, $3)
ON CONFLICT (only_row) DO UPDATE SET at = now(), events = excluded.events, cells = excluded.cells, differences = excluded.differences;
