-- name: read_version
-- How often outlines were loaded.
SELECT n FROM gateway.geometry_version;

-- name: list_outlines
-- All outlines.
SELECT area, outline, synthetic, origin FROM gateway.geometry ORDER BY area;

-- name: list_namespaces
-- The namespaces that have outlines.
SELECT DISTINCT split_part(area, ':', 1) AS namespace FROM gateway.geometry;

-- name: keep_outlines
-- Keeps these outlines in place of what their areas had.
INSERT INTO gateway.geometry (area, outline, synthetic, origin)
SELECT area, outline::jsonb, $3, $4 FROM unnest($1::text[], $2::text[]) AS t (area, outline)
ON CONFLICT (area) DO UPDATE SET outline = excluded.outline, synthetic = excluded.synthetic, origin = excluded.origin, loaded_at = now();

-- name: forget_others
-- Forgets the outlines of a namespace that are not among these.
DELETE FROM gateway.geometry WHERE starts_with(area, $1 || ':') AND area <> ALL ($2::text[]);

-- name: raise_version
-- What was shown before is out of date.
UPDATE gateway.geometry_version SET n = n + 1;
