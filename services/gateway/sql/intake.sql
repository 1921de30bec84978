-- name: find_kept
-- What was kept of these refused events, as far as their rooms have kept any.
SELECT source, id, event FROM log.refusal WHERE (source, id) IN (SELECT * FROM unnest($1::text[], $2::text[]));
