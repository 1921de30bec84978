-- name: take_turn
-- One merger at a time; the lock goes with the transaction, and with the process that dies in it.
SELECT pg_try_advisory_xact_lock(hashtext('wangge.metrics.merge'), $1);

-- name: long_patience
-- A merge may take longer than a question.
SET LOCAL statement_timeout = '10min';

-- name: read_marks
-- What is committed and what is merged; the second is locked, since a rebuild merges too.
SELECT mark.n, mark.total, merged.n AS merged_n, merged.total AS merged_total
FROM metrics.merged JOIN metrics.mark USING (generation) WHERE generation = $1 FOR UPDATE OF merged;

-- name: add_cells
-- Adds the rows of these commits to their cells: a stretch on its first day, taken off on the day after its last; an occurrence on its day. Sorted, for the index's sake.
WITH fresh AS MATERIALIZED (
    SELECT axis, day, until, coalesce(since, '-infinity') AS since, sign * value AS value, sign FROM metrics.line WHERE generation = $1 AND n > $2 AND n <= $3
), changes AS (
    SELECT axis, day, since, value, sign FROM fresh
    UNION ALL
    SELECT axis, until, since, -value, -sign FROM fresh WHERE until > day
)
INSERT INTO metrics.cell AS cell (generation, axis, day, since, value, count)
SELECT $1, axis, day, since, sum(value)::bigint, sum(sign)::bigint FROM changes
GROUP BY axis, day, since HAVING sum(value) <> 0 OR sum(sign) <> 0 ORDER BY axis, day, since
ON CONFLICT (generation, axis, day, since) DO UPDATE SET value = cell.value + excluded.value, count = cell.count + excluded.count;

-- name: add_presence
-- Adds who took part in the occurrences of these commits, in which role, on which day.
INSERT INTO metrics.presence AS presence (generation, axis, role, thing, day, count)
SELECT $1, line.axis, had.key, had.value, line.day, sum(line.sign)::bigint
FROM metrics.line AS line CROSS JOIN LATERAL json_each_text(line.roles::json) AS had
WHERE line.generation = $1 AND line.n > $2 AND line.n <= $3 AND line.roles IS NOT NULL AND line.until = line.day
GROUP BY line.axis, had.key, had.value, line.day HAVING sum(line.sign) <> 0 ORDER BY line.axis, had.key, line.day, had.value
ON CONFLICT (generation, axis, role, day, thing) DO UPDATE SET count = presence.count + excluded.count;

-- name: move_merged
-- Merged up to here. The rows counted are those found, so the total proves that none was passed over.
UPDATE metrics.merged SET n = $2, total = total + $3 WHERE generation = $1;

-- name: count_rows
-- Rows of these commits.
SELECT count(*) FROM metrics.line WHERE generation = $1 AND n > $2 AND n <= $3;

-- name: summarize
-- Tells the block-range index of new blocks.
SELECT metrics.summarize_lines($1);
