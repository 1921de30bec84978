-- What the figures are made of. Everything carries its generation: a rebuild fills g+1 beside the live g, is compared, and switched by one row.
CREATE SCHEMA metrics;

-- The live generation. Every writer of cells takes this row FOR SHARE first, the switch FOR UPDATE.
CREATE TABLE metrics.generation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    live integer NOT NULL DEFAULT 1,
    next integer                          -- the one being rebuilt, if any
);
INSERT INTO metrics.generation DEFAULT VALUES;

-- Applied up to here, in this epoch: at or below drop, exactly next apply, beyond it a gap.
CREATE TABLE metrics.watermark (
    generation integer NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    epoch integer NOT NULL DEFAULT 1,
    sequence bigint NOT NULL DEFAULT 0,
    topic_id text,                        -- the offset below is a hint that is good for this incarnation of the topic only
    next_offset bigint,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (generation, topic, partition)
) WITH (fillfactor = 20);

-- Numbers the commits of a generation (taken last, so n is commit order), and how far they are merged into cells.
CREATE TABLE metrics.mark (
    generation integer PRIMARY KEY,
    n bigint NOT NULL DEFAULT 0,
    committed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 20);

CREATE TABLE metrics.merged (
    generation integer PRIMARY KEY,
    n bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);

-- Signed rows, as the facts carry them. Never changed, never moved.
CREATE TABLE metrics.row (
    generation integer NOT NULL,
    n bigint NOT NULL,
    sign smallint NOT NULL,
    thing text NOT NULL,                  -- family/key
    measure text NOT NULL,
    kind text NOT NULL,
    area text,
    organisation text,
    dims text NOT NULL DEFAULT '{}',      -- canonical JSON: sorted keys, no spaces
    day date NOT NULL,
    until date,                           -- null: a stretch without end; = day: an occurrence
    value bigint NOT NULL,
    since date,
    roles text                            -- canonical JSON
) PARTITION BY LIST (generation);

-- Each combination of axes that was ever counted, numbered: cells are four integers and a date.
CREATE TABLE metrics.axis (
    generation integer NOT NULL,
    axis bigint GENERATED ALWAYS AS IDENTITY,
    measure text NOT NULL,
    kind text NOT NULL,
    area text,
    organisation text,
    dims text NOT NULL,
    UNIQUE NULLS NOT DISTINCT (generation, measure, kind, area, organisation, dims)
) PARTITION BY LIST (generation);

-- Sums of an axis on a day: value and number of rows. A stretch adds on its first day and takes off on the day after its last.
CREATE TABLE metrics.cell (
    generation integer NOT NULL,
    axis bigint NOT NULL,
    day date NOT NULL,
    since date NOT NULL DEFAULT '-infinity',  -- cohorts: the day of the making
    value bigint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (generation, axis, day, since)
) PARTITION BY LIST (generation);

-- Who or what took part, in which role, on which day: present where count > 0. Occurrences only; stretches are read from their rows.
CREATE TABLE metrics.presence (
    generation integer NOT NULL,
    axis bigint NOT NULL,
    role text NOT NULL,
    thing text NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (generation, axis, role, day, thing)
) PARTITION BY LIST (generation);

-- A fact that could not be read or folded: kept with its reason, in the transaction that moves the watermark past it.
CREATE TABLE metrics.dead_letter (
    generation integer NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    sequence bigint NOT NULL,
    reason text NOT NULL,
    body bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (generation, topic, partition, sequence)
);

-- Makes a generation's tables and its empty watermarks; dropping one is dropping its partitions.
CREATE FUNCTION metrics.make_generation(g integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE metrics.row_%s PARTITION OF metrics.row FOR VALUES IN (%s)', g, g);
    EXECUTE format('CREATE INDEX row_%s_n ON metrics.row_%s (n)', g, g);
    EXECUTE format('CREATE INDEX row_%s_thing ON metrics.row_%s (measure, kind, thing)', g, g);
    EXECUTE format('CREATE TABLE metrics.axis_%s PARTITION OF metrics.axis FOR VALUES IN (%s)', g, g);
    EXECUTE format('CREATE INDEX axis_%s_id ON metrics.axis_%s (axis)', g, g);
    EXECUTE format('CREATE TABLE metrics.cell_%s PARTITION OF metrics.cell FOR VALUES IN (%s)', g, g);
    EXECUTE format('CREATE TABLE metrics.presence_%s PARTITION OF metrics.presence FOR VALUES IN (%s)', g, g);
    INSERT INTO metrics.mark (generation) VALUES (g);
    INSERT INTO metrics.merged (generation) VALUES (g);
    INSERT INTO metrics.watermark (generation, topic, partition)
    SELECT g, topic, partition FROM unnest(ARRAY['members.v1', 'activities.v1', 'cases.v1']) AS topic, generate_series(0, 11) AS partition;
END $$;

CREATE FUNCTION metrics.drop_generation(g integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS metrics.row_%s, metrics.axis_%s, metrics.cell_%s, metrics.presence_%s', g, g, g, g);
    DELETE FROM metrics.mark WHERE generation = g;
    DELETE FROM metrics.merged WHERE generation = g;
    DELETE FROM metrics.watermark WHERE generation = g;
    DELETE FROM metrics.dead_letter WHERE generation = g;
END $$;

SELECT metrics.make_generation(1);

GRANT USAGE ON SCHEMA metrics TO wangge_metrics, wangge_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA metrics TO wangge_metrics;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA metrics TO wangge_metrics;
GRANT SELECT ON ALL TABLES IN SCHEMA metrics TO wangge_gateway;
ALTER DEFAULT PRIVILEGES IN SCHEMA metrics GRANT SELECT ON TABLES TO wangge_gateway;
ALTER DEFAULT PRIVILEGES IN SCHEMA metrics GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO wangge_metrics;
