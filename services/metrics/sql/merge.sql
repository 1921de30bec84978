-- name: take_turn
-- One merger at a time; the lock goes with the transaction, and with the process that dies in it.
SELECT pg_try_advisory_xact_lock(hashtext('wangge.metrics.merge'), $1);

-- name: long_patience
-- A merge may take longer than a question, and sorts more. It need not wait for the disk either: one that is lost in a crash is lost with its mark, and done again.
SET LOCAL synchronous_commit = off;
SET LOCAL statement_timeout = '10min';
SET LOCAL work_mem = '64MB';

-- name: look_up
-- What is to be added to is looked up row by row, in the order of the index: a plan made while the tables were small must not read them from end to end later.
SET LOCAL plan_cache_mode = force_custom_plan;
SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off;
SET LOCAL enable_seqscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL enable_material = off;

-- name: read_marks
-- What is committed and what is merged; the second is locked, since a rebuild merges too.
SELECT mark.n, mark.total, merged.n AS merged_n, merged.total AS merged_total
FROM metrics.merged JOIN metrics.mark USING (generation) WHERE generation = $1 FOR UPDATE OF merged;

-- name: merge_commits
-- Moves the rows of these commits from where they were appended to where they stay, adds them to their cells (a stretch on its first day, taken off on the day
-- after its last; an occurrence on its day), and who took part in occurrences, in which role, to presence. All sorted, for the indexes' sake. How many rows.
-- Nobody else writes here: the mark is locked. So what is to be added is looked up once, and then changed in its place or inserted without a second look
-- (ON CONFLICT locks what it finds and takes back what it tried); a row that came between would be a unique violation, and the merge done again.
WITH fresh AS MATERIALIZED (
    SELECT axis, n, day, until, sign, value, since, thing, roles FROM metrics.fresh_line WHERE generation = $1 AND n > $2 AND n <= $3
), settled AS (
    INSERT INTO metrics.{settled} (generation, axis, n, day, until, sign, value, since, thing, roles)
    SELECT $1, axis, n, day, until, sign, value, since, thing, roles FROM fresh ORDER BY axis, day
), changes AS (
    SELECT axis, day, coalesce(since, '-infinity') AS since, sign * value AS value, sign::bigint AS count FROM fresh
    UNION ALL
    SELECT axis, until, coalesce(since, '-infinity'), -sign * value, -sign::bigint FROM fresh WHERE until > day
), sums AS (
    SELECT axis, day, since, metrics.add(value) AS value, metrics.add(count) AS count FROM changes
    GROUP BY axis, day, since HAVING metrics.add(value) <> 0 OR metrics.add(count) <> 0 ORDER BY axis, day, since
), cells AS MATERIALIZED (
    SELECT sums.axis, sums.day, sums.since, sums.value, sums.count, cell.ctid AS place
    FROM sums LEFT JOIN metrics.{cell} AS cell ON cell.generation = $1 AND cell.axis = sums.axis AND cell.day = sums.day AND cell.since = sums.since
), changed_cells AS (
    UPDATE metrics.{cell} AS cell SET value = cell.value + more.value, count = cell.count + more.count FROM cells AS more WHERE cell.ctid = more.place
), new_cells AS (
    INSERT INTO metrics.{cell} (generation, axis, day, since, value, count)
    SELECT $1, axis, day, since, value, count FROM cells WHERE place IS NULL
), part AS (
    SELECT fresh.axis, had.key AS role, had.value AS thing, fresh.day, metrics.add(fresh.sign) AS count
    FROM fresh CROSS JOIN LATERAL json_each_text(fresh.roles::json) AS had
    WHERE fresh.roles IS NOT NULL AND fresh.until = fresh.day
    GROUP BY fresh.axis, had.key, had.value, fresh.day HAVING metrics.add(fresh.sign) <> 0 ORDER BY fresh.axis, had.key, fresh.day, had.value
), parts AS MATERIALIZED (
    SELECT part.axis, part.role, part.thing, part.day, part.count, presence.ctid AS place
    FROM part LEFT JOIN metrics.{presence} AS presence
        ON presence.generation = $1 AND presence.axis = part.axis AND presence.role = part.role AND presence.day = part.day AND presence.thing = part.thing
), changed_presence AS (
    UPDATE metrics.{presence} AS presence SET count = presence.count + more.count FROM parts AS more WHERE presence.ctid = more.place
), new_presence AS (
    INSERT INTO metrics.{presence} (generation, axis, role, thing, day, count)
    SELECT $1, axis, role, thing, day, count FROM parts WHERE place IS NULL
), gone AS (
    DELETE FROM metrics.{fresh} WHERE n > $2 AND n <= $3
)
SELECT count(*) FROM fresh;

-- name: move_merged
-- Merged up to here. The rows counted are those found, so the total proves that none was passed over.
UPDATE metrics.merged SET n = $2, total = total + $3 WHERE generation = $1;

-- name: summarize
-- Tells the block-range index of new blocks.
SELECT metrics.summarize_settled($1);
