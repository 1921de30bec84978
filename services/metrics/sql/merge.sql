-- name: take_turn
-- One merger at a time; the lock goes with the transaction, and with the process that dies in it.
SELECT pg_try_advisory_xact_lock(hashtext('wangge.metrics.merge'), $1);

-- name: long_patience
-- A merge may take longer than a question, and sorts more.
SET LOCAL statement_timeout = '10min';
SET LOCAL work_mem = '64MB';

-- name: read_marks
-- What is committed and what is merged; the second is locked, since a rebuild merges too.
SELECT mark.n, mark.total, merged.n AS merged_n, merged.total AS merged_total
FROM metrics.merged JOIN metrics.mark USING (generation) WHERE generation = $1 FOR UPDATE OF merged;

-- name: merge_commits
-- Moves the rows of these commits from where they were appended to where they stay, adds them to their cells (a stretch on its first day, taken off on the day
-- after its last; an occurrence on its day), and who took part in occurrences, in which role, to presence. All sorted, for the indexes' sake. How many rows.
WITH fresh AS MATERIALIZED (
    SELECT axis, n, day, until, sign, value, since, thing, roles FROM metrics.fresh_line WHERE generation = $1 AND n > $2 AND n <= $3
), settled AS (
    INSERT INTO metrics.settled (generation, axis, n, day, until, sign, value, since, thing, roles)
    SELECT $1, axis, n, day, until, sign, value, since, thing, roles FROM fresh ORDER BY axis, day
), changes AS (
    SELECT axis, day, since, sign * value AS value, sign FROM fresh
    UNION ALL
    SELECT axis, until, since, -sign * value, -sign FROM fresh WHERE until > day
), cells AS (
    INSERT INTO metrics.cell AS cell (generation, axis, day, since, value, count)
    SELECT $1, axis, day, coalesce(since, '-infinity'), sum(value)::bigint, sum(sign)::bigint FROM changes
    GROUP BY axis, day, coalesce(since, '-infinity') HAVING sum(value) <> 0 OR sum(sign) <> 0 ORDER BY axis, day, coalesce(since, '-infinity')
    ON CONFLICT (generation, axis, day, since) DO UPDATE SET value = cell.value + excluded.value, count = cell.count + excluded.count
), present AS (
    INSERT INTO metrics.presence AS presence (generation, axis, role, thing, day, count)
    SELECT $1, fresh.axis, had.key, had.value, fresh.day, sum(fresh.sign)::bigint
    FROM fresh CROSS JOIN LATERAL json_each_text(fresh.roles::json) AS had
    WHERE fresh.roles IS NOT NULL AND fresh.until = fresh.day
    GROUP BY fresh.axis, had.key, had.value, fresh.day HAVING sum(fresh.sign) <> 0 ORDER BY fresh.axis, had.key, fresh.day, had.value
    ON CONFLICT (generation, axis, role, day, thing) DO UPDATE SET count = presence.count + excluded.count
), gone AS (
    DELETE FROM metrics.fresh WHERE generation = $1 AND n > $2 AND n <= $3
)
SELECT count(*) FROM fresh;

-- name: move_merged
-- Merged up to here. The rows counted are those found, so the total proves that none was passed over.
UPDATE metrics.merged SET n = $2, total = total + $3 WHERE generation = $1;

-- name: summarize
-- Tells the block-range index of new blocks.
SELECT metrics.summarize_settled($1);
