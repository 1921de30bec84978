-- name: take_numbers
-- Moves the counters of these partitions on and tells how far; locked in order, and last of all rows in the transaction: number order is commit order.
WITH wanted AS (
    SELECT * FROM unnest($2::smallint[], $3::int[]) AS w (partition, facts)
), locked AS (
    SELECT counter.partition FROM log.counter JOIN wanted USING (partition) WHERE topic = $1 ORDER BY counter.partition FOR UPDATE OF counter
)
UPDATE log.counter SET n = counter.n + wanted.facts
FROM wanted WHERE counter.topic = $1 AND counter.partition = wanted.partition AND counter.partition IN (SELECT partition FROM locked)
RETURNING counter.partition, counter.n;

-- name: read_epoch
-- Which telling of the log this is, under which catalogue, and why it is closed, if it is.
SELECT epoch, catalogue, closed_for FROM log.epoch;

-- name: wake_relay
-- A wake-up, no data: whoever missed it looks again within a moment.
SELECT pg_notify('log_' || $1, '');
