-- name: read_active
-- The version that facts are written under (null: none was activated), and why nothing may be written now, if so.
SELECT catalogue, closed_for FROM log.epoch;

-- name: read_files
-- The files of a version.
SELECT files::text FROM log.catalogue WHERE version = $1;

-- name: keep_files
-- A version's files; of one that is known, as they read now: words for readers may have changed.
INSERT INTO log.catalogue (version, files) VALUES ($1, $2::text::jsonb)
ON CONFLICT (version) DO UPDATE SET files = excluded.files;

-- name: one_at_a_time
-- Whoever changes which version is active does so alone, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('wangge.catalogue'));

-- name: wait_for_writers
-- Those who have numbers finish first; whoever takes one afterwards reads which version is active then.
LOCK TABLE log.counter IN EXCLUSIVE MODE;

-- name: activate
-- From here on facts are written under this version.
UPDATE log.epoch SET catalogue = $1;

-- name: find_told_kinds
-- Which of these kinds anything was told of.
SELECT DISTINCT kind FROM (
    SELECT kind FROM members.entity UNION ALL SELECT kind FROM activities.entity UNION ALL SELECT kind FROM cases.entity
) AS entity
WHERE kind = ANY ($1::text[]);
