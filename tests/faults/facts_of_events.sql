-- Of each of the events named by their ids: how many facts the log has that it brought about itself.
WITH fact AS MATERIALIZED (SELECT convert_from(body, 'UTF8')::jsonb AS body FROM log.fact WHERE told IS NOT NULL)
SELECT asked.id, count(fact.body) AS facts
FROM unnest($1::text[]) AS asked (id)
LEFT JOIN fact ON split_part(fact.body ->> 'causationid', '#', 2) = asked.id AND fact.body -> 'causedby' IS NULL
GROUP BY asked.id;
