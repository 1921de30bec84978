-- Changes that were told after newer ones: which, when they were said to hold, and from when they do. Written with their facts, and narrow, so that the
-- gateway can list them without reading the log. Few are late, so few are written.
CREATE TABLE log.late (
    epoch integer NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    subject text NOT NULL,
    kind text,
    area text,                            -- where it counts, as its rows say
    organisation text,
    causation text,                       -- source#id of the told event
    stated timestamptz NOT NULL,
    held_from timestamptz NOT NULL,
    recorded timestamptz NOT NULL,
    PRIMARY KEY (epoch, topic, partition, sequence)
);
CREATE INDEX late_recorded ON log.late (epoch, recorded DESC, topic, partition, sequence);

INSERT INTO log.late
SELECT
    (body ->> 'sourceepoch')::integer, topic, partition, sequence, type, subject,
    coalesce(body #>> '{data,kind}', body #>> '{data,now,0,1}', body #>> '{data,was,0,1}'),
    coalesce(body #>> '{data,now,0,2}', body #>> '{data,was,0,2}'),
    coalesce(body #>> '{data,now,0,3}', body #>> '{data,was,0,3}'),
    body ->> 'causationid', (body ->> 'statedtime')::timestamptz, (body ->> 'time')::timestamptz, recorded
FROM (SELECT topic, partition, sequence, type, subject, recorded, convert_from(body, 'UTF8')::jsonb AS body FROM log.fact) AS facts
WHERE body ? 'statedtime';

GRANT INSERT ON log.late TO wangge_members, wangge_activities, wangge_cases;
GRANT SELECT ON log.late TO wangge_gateway;
