-- name: no_hurry
-- A whole log takes its time.
SET LOCAL statement_timeout = 0;
SET LOCAL idle_in_transaction_session_timeout = 0;

-- name: short_wait
-- For locks that others queue behind: better to try again than to let them wait.
SET LOCAL lock_timeout = '2s';

-- name: make_retelling
-- Room for a log told again under this catalogue.
SELECT log.make_retelling($1);

-- name: drop_retelling
-- Forgets it.
SELECT log.drop_retelling();

-- name: switch_retelling
-- It takes the live log's place.
SELECT log.switch_retelling();

-- name: read_retelling
-- Under which catalogue, as which epoch.
SELECT version, epoch FROM log.retelling;

-- name: read_numbers
-- The last number given in each partition of the log told again.
SELECT partition, n FROM log.retold WHERE topic = $1;

-- name: read_told
-- What was not told again yet, in the order in which each thing's events were told: facts of one transaction have one time, their ids rise as they were written.
-- One statement sees a whole number of transactions, so that whatever a fact names comes before it.
SELECT fact.partition, fact.sequence, fact.subject, fact.type, fact.key, fact.told, fact.body, fact.recorded
FROM log.fact JOIN log.retold USING (topic, partition)
WHERE fact.topic = $1 AND fact.sequence > retold.reached
ORDER BY fact.recorded, fact.id;

-- name: note_reached
-- How far it has come.
UPDATE log.retold SET reached = greatest(reached, r), n = m
FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS moved (p, r, m) WHERE topic = $1 AND partition = p;

-- name: wait_for_writers
-- Those who have numbers finish first; whoever takes one afterwards finds the log closed.
LOCK TABLE log.counter IN EXCLUSIVE MODE;

-- name: close_log
-- Nothing may be written, and why.
UPDATE log.epoch SET closed_for = $1;

-- name: open_log
-- It may be written again.
UPDATE log.epoch SET closed_for = NULL;

-- name: compare_rows
-- Rows that the log told again does not put any more (go) and that it puts besides (come), up to where it has come.
WITH sides AS (
    SELECT -1 AS side, fact.subject, fact.body FROM log.fact JOIN log.retold USING (topic, partition) WHERE fact.topic = $1 AND fact.sequence <= retold.reached
    UNION ALL
    SELECT 1, subject, body FROM log.{retold}
), signed AS (
    SELECT subject, side, convert_from(body, 'UTF8')::jsonb -> 'data' AS data FROM sides
), rows AS (
    SELECT subject, -side AS n, jsonb_array_elements(data -> 'was') AS r FROM signed
    UNION ALL
    SELECT subject, side, jsonb_array_elements(data -> 'now') FROM signed
), net AS (
    SELECT subject, r, sum(n) AS n FROM rows GROUP BY 1, 2 HAVING sum(n) <> 0
)
SELECT r ->> 0 AS measure, r ->> 1 AS kind, coalesce(sum(n) FILTER (WHERE n > 0), 0)::bigint AS come, coalesce(-sum(n) FILTER (WHERE n < 0), 0)::bigint AS go
FROM net GROUP BY 1, 2 ORDER BY 1, 2;
