-- name: read_names
-- What areas and organisations are called now, or were called last.
SELECT subject, name
FROM members.entity
CROSS JOIN LATERAL (
    SELECT version -> 'data' ->> 'name' AS name
    FROM jsonb_array_elements(state -> 'versions') WITH ORDINALITY AS versions (version, place)
    WHERE jsonb_typeof(version -> 'data') = 'object' ORDER BY place DESC LIMIT 1
) AS newest
WHERE family IN ('area', 'organisation') AND name IS NOT NULL;
