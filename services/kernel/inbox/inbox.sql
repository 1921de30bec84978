-- name: find_known
-- Which of these (source, id) were accepted or recognised before, and as what.
SELECT source, id, content FROM log.inbox WHERE (source, id) IN (SELECT * FROM unnest($1::text[], $2::text[]));

-- name: keep_refused
-- One row for each refused (source, id): the last reason, and how often.
INSERT INTO log.refusal (source, id, owner, code, problem, event, count)
SELECT s, i, $6, c, p::jsonb, e::jsonb, n FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $7::int[]) AS t (s, i, c, p, e, n)
ORDER BY s, i
ON CONFLICT (source, id) DO UPDATE
SET owner = excluded.owner, code = excluded.code, problem = excluded.problem, event = excluded.event, count = refusal.count + excluded.count, last_at = now();

-- name: clear_refused
-- What was refused before and is accepted now.
UPDATE log.refusal SET accepted_later = true
WHERE NOT accepted_later AND (source, id) IN (SELECT * FROM unnest($1::text[], $2::text[]));
