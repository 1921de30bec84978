-- name: read_history
-- A page of the facts of one thing, in the order they were written.
SELECT body FROM log.fact WHERE topic = $1 AND subject = $2 ORDER BY recorded, sequence OFFSET $3 LIMIT $4;
