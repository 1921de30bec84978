-- name: read_live
-- The live generation, without a lock: a guess, to be held up to hold_live.
SELECT live FROM metrics.generation;

-- name: hold_live
-- The live generation, which then stays so until this transaction ends: whoever writes figures takes this first.
SELECT live FROM metrics.generation FOR SHARE;

-- name: lock_watermarks
-- How far these partitions are applied, locked in order: of two workers that hold the same letters, the second sees what the first has done.
SELECT topic, partition, epoch, sequence, topic_id, next_offset FROM metrics.watermark
WHERE generation = $1 AND (topic, partition) IN (SELECT * FROM unnest($2::text[], $3::smallint[]))
ORDER BY topic, partition FOR UPDATE;

-- name: read_watermarks
-- How far a generation is applied.
SELECT topic, partition, epoch, sequence, topic_id, next_offset FROM metrics.watermark WHERE generation = $1;

-- name: move_watermarks
-- Compare and set: a row that no longer stands where it was read is not moved, and the caller rolls back.
UPDATE metrics.watermark AS w
SET sequence = m.sequence, topic_id = m.topic_id, next_offset = m.next_offset, at = now()
FROM unnest($2::text[], $3::smallint[], $4::int[], $5::bigint[], $6::bigint[], $7::text[], $8::bigint[])
    AS m (topic, partition, epoch, before, sequence, topic_id, next_offset)
WHERE w.generation = $1 AND w.topic = m.topic AND w.partition = m.partition AND w.epoch = m.epoch AND w.sequence = m.before;

-- name: take_number
-- The number of this commit, the last lock it takes, so that n is commit order; and how many rows then wait to be merged.
UPDATE metrics.mark SET n = n + 1, total = total + $2, committed_at = now() WHERE generation = $1
RETURNING n, total - (SELECT merged.total FROM metrics.merged WHERE merged.generation = $1) AS waiting;

-- name: count_waiting
-- Rows of the live generation that are appended and not yet merged.
SELECT mark.total - merged.total FROM metrics.generation
JOIN metrics.mark ON mark.generation = live JOIN metrics.merged ON merged.generation = live;

-- name: find_axes
-- The numbers of these axes, by their place in the list, as far as they have one. One look into the index for each, whatever the planner thinks of a table that
-- grows as it looks.
SELECT w.place, a.axis
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS w (measure, kind, area, organisation, dims, place)
CROSS JOIN LATERAL (
    SELECT axis FROM metrics.axis AS a
    WHERE a.generation = $1 AND a.measure = w.measure AND a.kind = w.kind AND a.dims = w.dims
      AND coalesce(a.area, '') = coalesce(w.area, '') AND coalesce(a.organisation, '') = coalesce(w.organisation, '')
    LIMIT 1
) AS a;

-- name: count_axes
-- How many axes a generation has.
SELECT count(*) FROM metrics.axis WHERE generation = $1;

-- name: read_axes
-- All axes of a generation with their numbers.
SELECT axis, measure, kind, area, organisation, dims FROM metrics.axis WHERE generation = $1;

-- name: add_axes
-- Numbers for axes that had none just now; they rise in the order of the list, which is sorted, so that two workers which add the same ones wait for each other
-- and never in a ring. Without ON CONFLICT, which looks into both indexes twice and takes half as long again: a unique violation means that the other worker was
-- quicker, and the caller looks again.
INSERT INTO metrics.axis (generation, measure, kind, area, organisation, dims)
SELECT $1, w.measure, w.kind, w.area, w.organisation, w.dims
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) WITH ORDINALITY AS w (measure, kind, area, organisation, dims, place)
ORDER BY w.place
RETURNING axis;

-- name: wake_readers
-- A wake-up for the gateway; whoever misses it looks again within a second.
SELECT pg_notify('metrics', $1::int || '.' || $2::bigint);
