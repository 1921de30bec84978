-- name: bury
-- Keeps what could not be read or counted, once.
INSERT INTO metrics.dead_letter (generation, topic, partition, sequence, record_offset, reason, sha256, body)
SELECT $1, d.topic, d.partition, d.sequence, d.record_offset, d.reason, sha256(d.body), substring(d.body FROM 1 FOR 65536)
FROM unnest($2::text[], $3::smallint[], $4::bigint[], $5::bigint[], $6::text[], $7::bytea[])
    AS d (topic, partition, sequence, record_offset, reason, body)
ON CONFLICT DO NOTHING;

-- name: count_recent
-- How many of a partition's last facts before this sequence were buried.
SELECT count(*) FROM metrics.dead_letter
WHERE generation = $1 AND topic = $2 AND partition = $3 AND sequence > $4::bigint - $5::bigint AND sequence <= $4;
