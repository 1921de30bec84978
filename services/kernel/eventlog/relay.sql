-- name: try_lead
-- Whether this session is now the one relay of the topic. The lock ends with the session.
SELECT pg_try_advisory_lock(hashtextextended('wangge relay ' || $1::text, 0));

-- name: forget_marks_late
-- A mark lost in a crash repeats a few records, so it need not wait for the disk.
SET synchronous_commit = off;

-- name: read_progress
-- How far each partition has been acknowledged, by which incarnation of the topic, and the offset behind that.
SELECT partition, sequence, next_offset, topic_id FROM log.relayed WHERE topic = $1 ORDER BY partition;

-- name: read_counters
-- The last number given in each partition: a number that is seen here has its fact in the log.
SELECT partition, n FROM log.counter WHERE topic = $1;

-- name: take_next
-- A run of facts of each partition. Numbers have no gaps, so a range is a limit as well, and lets whole ranges of the log be passed over.
SELECT wanted.partition, fact.*
FROM unnest($2::smallint[], $3::bigint[], $4::bigint[]) AS wanted (partition, first, last)
CROSS JOIN LATERAL (
    SELECT sequence, id::text AS id, type, key, body
    FROM log.fact
    WHERE topic = $1 AND partition = wanted.partition AND sequence BETWEEN wanted.first AND wanted.last
    ORDER BY sequence
) AS fact;

-- name: mark_acknowledged
-- Moves marks that nobody else has moved meanwhile, of the incarnation that acknowledged; answers which ones.
UPDATE log.relayed AS mark
SET sequence = acknowledged.sequence, next_offset = acknowledged.next_offset
FROM unnest($3::smallint[], $4::bigint[], $5::bigint[], $6::bigint[]) AS acknowledged (partition, before, sequence, next_offset)
WHERE mark.topic = $1 AND mark.topic_id = $2 AND mark.partition = acknowledged.partition AND mark.sequence = acknowledged.before
RETURNING mark.partition;

-- name: note_topic
-- The first incarnation of the topic that this log was published to.
UPDATE log.relayed SET topic_id = $2 WHERE topic = $1 AND topic_id IS NULL;

-- name: start_over
-- Another incarnation: it has nothing yet.
UPDATE log.relayed SET sequence = 0, next_offset = 0, topic_id = $2 WHERE topic = $1;
