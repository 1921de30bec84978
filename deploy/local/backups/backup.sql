-- name: share_snapshot
-- Lets pg_dump see what this session sees, so that the backup and what is said of it agree.
SELECT pg_export_snapshot();

-- name: describe
-- The log in that snapshot.
SELECT epoch, catalogue, current_setting('server_version') AS postgres, (SELECT newest FROM public.release) AS release FROM log.epoch;

-- name: count_facts
-- How many facts each topic has.
SELECT topic, sum(n)::bigint AS facts FROM log.counter GROUP BY topic ORDER BY topic;

-- name: read_epoch
-- Which telling of the log this is.
SELECT epoch FROM log.epoch;
