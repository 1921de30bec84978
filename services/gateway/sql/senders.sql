-- name: add_sent
-- Adds what was counted since the last time; in key order, so that processes that add at the same time do not block each other for good.
INSERT INTO gateway.sender AS s (source, way, status, events, first_at, last_at)
SELECT source, $1, status, events, first_at, last_at
FROM unnest($2::text[], $3::text[], $4::bigint[], $5::timestamptz[], $6::timestamptz[]) AS t (source, status, events, first_at, last_at)
ORDER BY source, status
ON CONFLICT (source, way, status) DO UPDATE
SET events = s.events + excluded.events, first_at = least(s.first_at, excluded.first_at), last_at = greatest(s.last_at, excluded.last_at);

-- name: list_sent
-- What every source sent, by way and status.
SELECT source, way, status, events, first_at, last_at FROM gateway.sender ORDER BY source, way, status;
