-- name: find_lapsed
-- Things whose last live day lies before a day, and whose end was not announced. No index serves this: once a night a scan costs less than an index at every change.
SELECT subject
FROM (
    SELECT subject, (state -> 'versions' -> -1 -> 'data' ->> 'until')::date AS until FROM members.entity
    WHERE family = ANY ($2::text[]) AND state -> 'withdrawn' IS NULL
) AS thing
WHERE until < $1 AND NOT EXISTS (SELECT FROM members.announced WHERE announced.subject = thing.subject AND announced.until = thing.until)
ORDER BY subject;

-- name: take_turn
-- One clock at a time, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('members.clock'), 0);

-- name: note_announced
-- Remembers ends in the transaction that publishes them; tells which were not announced before.
INSERT INTO members.announced (subject, until) SELECT * FROM unnest($1::text[], $2::date[])
ON CONFLICT DO NOTHING RETURNING subject;
