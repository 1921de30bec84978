-- name: list_refused
-- A page of refused events, the last refused first; of all sources when $1 is null, else of these. Rests on the index refusal_last.
SELECT source, id, owner, code, problem, event, count, first_at, last_at, accepted_later
FROM log.refusal
WHERE ($1::text[] IS NULL OR source = ANY ($1))
  AND ($2::text IS NULL OR code = $2)
  AND ($3::timestamptz IS NULL OR last_at < $3 OR (last_at = $3 AND (source, id) > ($4, $5)))
ORDER BY last_at DESC, source, id
LIMIT $6;

-- name: count_refused
-- How many events of each source stand refused, and were not accepted later.
SELECT source, count(*)::bigint AS refused FROM log.refusal WHERE NOT accepted_later GROUP BY source;
