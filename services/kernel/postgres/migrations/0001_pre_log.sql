-- The record: told events with their facts, the counters that number them, the inbox that remembers what was said, and what was refused.
CREATE SCHEMA log;

-- One row: where this log comes from. The epoch rises when a log is restored from a backup or told again; figures then ask for a rebuild.
CREATE TABLE log.epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch integer NOT NULL DEFAULT 1
);
INSERT INTO log.epoch DEFAULT VALUES;

-- The last number given in each partition. Taken last in the writer's transaction: number order is commit order, a rollback returns its numbers.
CREATE TABLE log.counter (
    topic text NOT NULL,
    partition smallint NOT NULL,
    n bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 20);
INSERT INTO log.counter (topic, partition)
SELECT topic, partition FROM unnest(ARRAY['members.v1', 'activities.v1', 'cases.v1']) AS topic, generate_series(0, 11) AS partition;

-- Every fact, for ever. body is what goes to Kafka, byte for byte; told is the event that brought it about (null when another fact or the clock did).
CREATE TABLE log.fact (
    topic text NOT NULL,
    partition smallint NOT NULL,
    sequence bigint NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    key text NOT NULL,
    subject text NOT NULL,
    body bytea NOT NULL,
    told bytea,
    recorded timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, sequence)
) PARTITION BY LIST (topic);

DO $$
DECLARE
    topic text;
    name text;
BEGIN
    FOREACH topic IN ARRAY ARRAY['members.v1', 'activities.v1', 'cases.v1'] LOOP
        name := 'fact_' || split_part(topic, '.', 1);
        EXECUTE format('CREATE TABLE log.%I PARTITION OF log.fact FOR VALUES IN (%L) PARTITION BY RANGE (sequence)', name, topic);
        EXECUTE format('CREATE TABLE log.%I PARTITION OF log.%I FOR VALUES FROM (1) TO (10000001)', name || '_1', name);
        EXECUTE format('CREATE TABLE log.%I PARTITION OF log.%I DEFAULT', name || '_more', name);
    END LOOP;
END $$;
CREATE INDEX fact_subject ON log.fact (topic, subject, sequence);  -- the history of one thing

-- How far the relay has been acknowledged, and by which incarnation of the topic.
CREATE TABLE log.relayed (
    topic text NOT NULL,
    partition smallint NOT NULL,
    sequence bigint NOT NULL DEFAULT 0,
    topic_id text,
    PRIMARY KEY (topic, partition)
) WITH (fillfactor = 20);
INSERT INTO log.relayed (topic, partition) SELECT topic, partition FROM log.counter;

-- What was accepted or recognised as a duplicate: never judged again.
CREATE TABLE log.inbox (
    source text NOT NULL,
    id text NOT NULL,
    content bytea NOT NULL,
    owner text NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (source, id)
);

-- What was refused: the last reason, how often, the event with its values masked where they were personal, and whether it was accepted later.
CREATE TABLE log.refusal (
    source text NOT NULL,
    id text NOT NULL,
    owner text NOT NULL,
    code text NOT NULL,
    problem jsonb NOT NULL,
    event jsonb NOT NULL,
    count integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL DEFAULT now(),
    last_at timestamptz NOT NULL DEFAULT now(),
    accepted_later boolean NOT NULL DEFAULT false,
    PRIMARY KEY (source, id)
);
CREATE INDEX refusal_last ON log.refusal (last_at DESC, source, id);

GRANT USAGE ON SCHEMA log TO wangge_members, wangge_activities, wangge_cases, wangge_metrics, wangge_gateway;
GRANT SELECT ON log.epoch TO wangge_members, wangge_activities, wangge_cases, wangge_metrics, wangge_gateway;
GRANT SELECT, UPDATE ON log.counter, log.relayed TO wangge_members, wangge_activities, wangge_cases;
GRANT SELECT, INSERT ON log.fact, log.inbox TO wangge_members, wangge_activities, wangge_cases;
GRANT SELECT, INSERT, UPDATE ON log.refusal TO wangge_members, wangge_activities, wangge_cases;
GRANT SELECT ON log.fact, log.counter TO wangge_metrics;
GRANT SELECT ON log.counter, log.relayed, log.refusal TO wangge_gateway;
