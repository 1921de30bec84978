-- name: read_sources
-- When each source was last heard of, over whichever way.
SELECT source, max(last_at) AS last_at FROM gateway.sender WHERE status <> 'unavailable' GROUP BY source ORDER BY source;

-- name: read_recount
-- What the last recount said; no row before the first.
SELECT at, events, cells, differences FROM metrics.recounted;

-- name: read_size
-- Bytes that the database takes on disk.
SELECT pg_database_size(current_database());
