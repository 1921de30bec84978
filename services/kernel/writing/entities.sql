-- name: lock_own
-- The things a batch may change, locked in key order.
SELECT subject, family, kind, parent, depends, state FROM {room}.entity WHERE subject = ANY ($1::text[]) ORDER BY subject FOR UPDATE;

-- name: lock_referred
-- The things a batch refers to: they may not change while it decides.
SELECT subject, family, kind, parent, depends, state FROM {room}.entity WHERE subject = ANY ($1::text[]) ORDER BY subject FOR SHARE;

-- name: lock_dependants
-- The things whose rows hang on those the batch may change; read after these are locked, so none can appear meanwhile. The planner is not shown the subjects:
-- where few things hang on others it takes each of five hundred to be named by one thing in two hundred, and reads the whole table.
SELECT subject, family, kind, parent, depends, state FROM {room}.entity WHERE depends && (SELECT $1::text[]) AND depends <> '{}' ORDER BY subject FOR UPDATE;

-- name: lock_tree
-- One writer at a time in a tree that changes its shape.
SELECT pg_advisory_xact_lock(hashtext('{room}.tree'), hashtext($1));

-- name: read_ancestors
-- The way up from these nodes, themselves included.
WITH RECURSIVE up AS (
    SELECT subject, parent FROM {room}.entity WHERE subject = ANY ($1::text[])
    UNION
    SELECT above.subject, above.parent FROM up JOIN {room}.entity AS above ON above.subject = up.parent
)
SELECT subject, family, kind, entity.parent, depends, state FROM {room}.entity JOIN up USING (subject);

-- name: update_entities
-- Known things as they now are.
UPDATE {room}.entity SET kind = k, parent = p, depends = string_to_array(d, ' '), state = j::jsonb, updated = now()
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS t (s, k, p, d, j)
WHERE subject = s;

-- name: read_entity
-- One thing, for those who ask.
SELECT subject, family, kind, parent, depends, state FROM {room}.entity WHERE subject = $1;
