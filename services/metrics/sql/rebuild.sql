-- name: take_turn
-- One rebuild at a time; held by the session, so it goes with the process.
SELECT pg_try_advisory_lock(hashtext('wangge.metrics.rebuild'));

-- name: leave_turn
-- The turn is over.
SELECT pg_advisory_unlock(hashtext('wangge.metrics.rebuild'));

-- name: short_wait
-- For locks that others queue behind: better to try again than to let them wait.
SET LOCAL lock_timeout = '1s';

-- name: no_hurry
-- A whole generation takes its time; but nobody works for a rebuild that was killed.
SET LOCAL statement_timeout = 0;
SET LOCAL client_connection_check_interval = '5s';

-- name: read_between
-- The last few facts are read and numbered while the switch is locked: soon done, but not within 5 s on a machine that is overrun.
SET LOCAL idle_in_transaction_session_timeout = '30s';

-- name: much_memory
-- A rebuild adds up a whole log at once.
SET LOCAL work_mem = '128MB';

-- name: lock_switch
-- Nobody writes figures while this is held: each writer locks the row in it first. A table's lock is waited for in turn, a row's would be passed by for ever.
LOCK TABLE metrics.generation IN EXCLUSIVE MODE;

-- name: read_generations
-- The live generation and all that have tables.
SELECT (SELECT live FROM metrics.generation) AS live, array(SELECT generation FROM metrics.mark ORDER BY generation) AS existing;

-- name: announce
-- Says which generation is being made (null: none).
UPDATE metrics.generation SET next = $1;

-- name: make_generation
-- Its tables and empty watermarks.
SELECT metrics.make_generation($1);

-- name: drop_generation
-- Its tables and all that carries its number.
SELECT metrics.drop_generation($1);

-- name: take_epoch
-- The new watermarks stand in the log's epoch of today.
UPDATE metrics.watermark SET epoch = (SELECT epoch FROM log.epoch) WHERE generation = $1;

-- name: copy_partitions
-- The new generation reads what the live one reads.
INSERT INTO metrics.watermark (generation, topic, partition)
SELECT $1, topic, partition FROM metrics.watermark WHERE generation = $2
ON CONFLICT DO NOTHING;

-- name: carry_axes
-- The combinations that the live figures use keep their numbers: most of what is in the log needs them again, and all at once they are written in half the time.
-- Those that no row uses are not taken along; nor are any into another epoch of the log, which may have other rows: what is numbered is taken for counted when
-- it is asked which kinds a figure is made of.
INSERT INTO metrics.axis (generation, axis, measure, kind, area, organisation, dims) OVERRIDING SYSTEM VALUE
SELECT $1, axis, measure, kind, area, organisation, dims FROM metrics.axis
WHERE generation = $2 AND EXISTS (SELECT FROM metrics.settled WHERE settled.generation = $2 AND settled.axis = axis.axis)
  AND NOT EXISTS (SELECT FROM metrics.watermark WHERE watermark.generation = $2 AND watermark.epoch <> (SELECT epoch FROM log.epoch))
ORDER BY measure, kind, dims, coalesce(area, ''), coalesce(organisation, '');

-- name: read_ends
-- The last sequence of each partition of the log.
SELECT topic, partition, n FROM log.counter;

-- name: read_facts
-- Facts of a partition of the log, after one sequence and up to another.
SELECT sequence, body FROM log.fact WHERE topic = $1 AND partition = $2 AND sequence > $3 AND sequence <= $4 ORDER BY sequence;

-- name: take_hints
-- Where both generations stand at the same fact, the offset that the live one knew is good for the new one.
UPDATE metrics.watermark AS w SET topic_id = live.topic_id, next_offset = live.next_offset
FROM metrics.watermark AS live
WHERE w.generation = $1 AND live.generation = $2 AND live.topic = w.topic AND live.partition = w.partition
  AND live.epoch = w.epoch AND live.sequence = w.sequence;

-- name: switch
-- From here on the new generation is the one that is written and read.
UPDATE metrics.generation SET live = $1, next = NULL;

-- name: wake_readers
-- Tells that there is another generation.
SELECT pg_notify('metrics', $1::int || '.' || n) FROM metrics.mark WHERE generation = $1::int;
