-- What the figures are made of. Everything carries its generation: a rebuild fills g+1 beside the live g, is compared, and switched by one row.
CREATE SCHEMA metrics;

-- The live generation. Every writer of figures takes this row FOR SHARE first; the switch locks the whole table, so that it waits its turn and starves nobody.
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
-- total counts rows: what stands in mark and not yet in merged is waiting to be merged.
CREATE TABLE metrics.mark (
    generation integer PRIMARY KEY,
    n bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0,
    committed_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 20);

CREATE TABLE metrics.merged (
    generation integer PRIMARY KEY,
    n bigint NOT NULL DEFAULT 0,
    total bigint NOT NULL DEFAULT 0
) WITH (fillfactor = 20);

-- Each combination of axes that was ever counted, numbered: rows and cells carry the number. Written by the processor before the first row that uses it.
CREATE TABLE metrics.axis (
    generation integer NOT NULL,
    axis integer GENERATED ALWAYS AS IDENTITY,
    measure text NOT NULL,
    kind text NOT NULL,
    area text CHECK (area <> ''),
    organisation text CHECK (organisation <> ''),
    dims text NOT NULL                    -- canonical JSON: sorted keys, no spaces
) PARTITION BY LIST (generation);
CREATE UNIQUE INDEX axis_combination ON metrics.axis (generation, measure, kind, dims, coalesce(area, ''), coalesce(organisation, ''));
CREATE UNIQUE INDEX axis_number ON metrics.axis (generation, axis);

-- What the processor appends: a fact's rows, signed, as numbers; one record a fact (a fact of more than 32 rows is several). The merge moves them on to
-- metrics.settled, so what stands here is what is not merged yet. Four numbers a row: its axes; its first day (days since 2000, upper half) and the days until
-- its last (lower half, all bits set: without end, 0: an occurrence); its value; its `since` (days since 2000; 2147483648: none).
CREATE TABLE metrics.fresh (
    generation integer NOT NULL,
    n bigint NOT NULL,
    thing text NOT NULL,                  -- family/key
    taken smallint NOT NULL,              -- so many rows, the first ones, are taken back
    lines bigint[] NOT NULL,
    roles text[]                          -- canonical JSON, by row; null: none of them has any
) PARTITION BY LIST (generation);
-- n only rises, so this index grows at its right edge.
CREATE INDEX fresh_n ON metrics.fresh (n);

-- The rows written out. The list of places is cut from one that is long enough, so that the planner reckons with ten rows a fact and not with a thousand.
CREATE VIEW metrics.fresh_line AS
SELECT
    f.generation, (f.lines[f.place])::integer AS axis, f.n,
    DATE '2000-01-01' + (f.lines[f.place + 1] >> 32)::integer AS day,
    CASE WHEN f.lines[f.place + 1] & 4294967295 < 4294967295
        THEN DATE '2000-01-01' + (f.lines[f.place + 1] >> 32)::integer + (f.lines[f.place + 1] & 4294967295)::integer
    END AS until,
    CASE WHEN f.place <= 4 * f.taken THEN -1 ELSE 1 END::smallint AS sign,
    f.lines[f.place + 2] AS value,
    CASE WHEN f.lines[f.place + 3] < 2147483648 THEN DATE '2000-01-01' + (f.lines[f.place + 3])::integer END AS since,
    f.thing,
    f.roles[(f.place + 3) / 4] AS roles
FROM (
    SELECT
        generation, n, thing, taken, lines, roles,
        unnest(('{1,5,9,13,17,21,25,29,33,37,41,45,49,53,57,61,65,69,73,77,81,85,89,93,97,101,105,109,113,117,121,125}'::integer[])[:cardinality(lines) / 4]) AS place
    FROM metrics.fresh
) AS f;

-- The rows of merged commits, never changed. The merge writes them in the order of the index, many at a time: row by row as they came, that index took
-- two thirds of the database's part in the processor's work.
CREATE TABLE metrics.settled (
    generation integer NOT NULL,
    axis integer NOT NULL,
    n bigint NOT NULL,
    day date NOT NULL,
    until date,                           -- null: a stretch without end; = day: an occurrence
    sign smallint NOT NULL,               -- +1 for now, -1 for was
    value bigint NOT NULL,
    since date,                           -- cohorts: the day of the making
    thing text NOT NULL,                  -- family/key
    roles text                            -- canonical JSON
) PARTITION BY LIST (generation);
-- n rises with the place in the table, so block ranges find the lines of a commit at next to no cost.
CREATE INDEX settled_n ON metrics.settled USING brin (n) WITH (pages_per_range = 32);
CREATE INDEX settled_axis ON metrics.settled (axis, day);

-- All rows, merged or not, each in one of the two. Whoever looks rows up by many axes reads the two apart: only the settled ones have an index for it.
CREATE VIEW metrics.line AS
SELECT generation, axis, n, day, until, sign, value, since, thing, roles FROM metrics.settled
UNION ALL
SELECT generation, axis, n, day, until, sign, value, since, thing, roles FROM metrics.fresh_line;

-- The same with their axes written out, in two parts again: settled rows are found by their axes, and what is fresh is looked through once.
CREATE VIEW metrics.row AS
SELECT line.generation, line.n, line.sign, line.thing, axis.measure, axis.kind, axis.area, axis.organisation, axis.dims,
       line.day, line.until, line.value, line.since, line.roles, line.axis
FROM metrics.settled AS line JOIN metrics.axis ON axis.generation = line.generation AND axis.axis = line.axis
UNION ALL
SELECT line.generation, line.n, line.sign, line.thing, axis.measure, axis.kind, axis.area, axis.organisation, axis.dims,
       line.day, line.until, line.value, line.since, line.roles, line.axis
FROM metrics.fresh_line AS line JOIN metrics.axis ON axis.generation = line.generation AND axis.axis = line.axis;

-- Sums of an axis on a day: value and number of rows. A stretch adds on its first day and takes off on the day after its last; an occurrence only adds.
-- A cell that has come back to zero stays: it says nothing, and the next rebuild leaves it out.
CREATE TABLE metrics.cell (
    generation integer NOT NULL,
    axis integer NOT NULL,
    day date NOT NULL,
    since date NOT NULL DEFAULT '-infinity',  -- cohorts: the day of the making
    value bigint NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (generation, axis, day, since)
) PARTITION BY LIST (generation);

-- Who or what took part, in which role, on which day: present where count > 0. Occurrences only; stretches are read from their rows.
CREATE TABLE metrics.presence (
    generation integer NOT NULL,
    axis integer NOT NULL,
    role text NOT NULL,
    thing text NOT NULL,
    day date NOT NULL,
    count bigint NOT NULL,
    PRIMARY KEY (generation, axis, role, day, thing)
) PARTITION BY LIST (generation);

-- A record that could not be read or counted: kept with its reason, in the transaction that moves the watermark past it.
-- One without a sequence is not one of ours: it stands in no watermark, and its offset tells it from others.
CREATE TABLE metrics.dead_letter (
    id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    generation integer NOT NULL,
    topic text NOT NULL,
    partition smallint NOT NULL,
    sequence bigint,
    record_offset bigint,                 -- null: read from the log
    reason text NOT NULL,
    sha256 bytea NOT NULL,                -- of the whole body; what is kept of it is cut at 64 KiB
    body bytea NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (generation, topic, partition, sequence)
);
CREATE UNIQUE INDEX dead_letter_foreign ON metrics.dead_letter (generation, topic, partition, record_offset, sha256) WHERE sequence IS NULL;

-- Makes a generation's tables and its empty watermarks. The tables are made apart and then attached, which disturbs nobody who reads or writes another generation.
CREATE FUNCTION metrics.make_generation(g integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    kind text;
BEGIN
    FOREACH kind IN ARRAY ARRAY['axis', 'fresh', 'settled', 'cell', 'presence'] LOOP
        EXECUTE format('CREATE TABLE metrics.%I (LIKE metrics.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', kind || '_' || g, kind);
        EXECUTE format('ALTER TABLE metrics.%I ALTER COLUMN generation SET DEFAULT %s', kind || '_' || g, g);
        EXECUTE format('ALTER TABLE metrics.%I ATTACH PARTITION metrics.%I FOR VALUES IN (%s)', kind, kind || '_' || g, g);
    END LOOP;
    EXECUTE format('ALTER TABLE metrics.cell_%s SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05)', g);
    -- Facts pass through: their place is wanted again soon, whatever the number of those that wait.
    EXECUTE format('ALTER TABLE metrics.fresh_%s SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50000,
        autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0)', g);
    INSERT INTO metrics.mark (generation) VALUES (g);
    INSERT INTO metrics.merged (generation) VALUES (g);
    INSERT INTO metrics.watermark (generation, topic, partition)
    SELECT g, topic, partition FROM unnest(ARRAY['members.v1', 'activities.v1', 'cases.v1']) AS topic, generate_series(0, 11) AS partition;
END $$;

-- Forgets a generation. Its tables must be detached first where anybody may still read them (rebuild does); here they are dropped as they are.
CREATE FUNCTION metrics.drop_generation(g integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TABLE IF EXISTS metrics.fresh_%s, metrics.settled_%s, metrics.axis_%s, metrics.cell_%s, metrics.presence_%s', g, g, g, g, g);
    DELETE FROM metrics.mark WHERE generation = g;
    DELETE FROM metrics.merged WHERE generation = g;
    DELETE FROM metrics.watermark WHERE generation = g;
    DELETE FROM metrics.dead_letter WHERE generation = g;
END $$;

SELECT metrics.make_generation(1);

-- New blocks of rows are told to the block-range index, which otherwise waits for a vacuum; only the tables' owner may, so it is done in his name.
CREATE FUNCTION metrics.summarize_settled(g integer) RETURNS integer LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    SELECT coalesce(sum(brin_summarize_new_values(child.indexrelid)), 0)::integer
    FROM pg_index AS child JOIN pg_inherits ON inhrelid = child.indexrelid
    WHERE inhparent = 'metrics.settled_n'::regclass AND child.indrelid = to_regclass(format('metrics.settled_%s', g))
$$;

-- One row, of which the planner expects a thousand: beside what it takes for one row and loops over although there are many.
CREATE FUNCTION metrics.one_of_many() RETURNS SETOF integer LANGUAGE sql VOLATILE ROWS 1000 AS 'SELECT 1';

-- Rows may be written through the view as well, one by one: for tests and tools, the processor has a faster way.
CREATE FUNCTION metrics.insert_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number integer;
BEGIN
    INSERT INTO metrics.axis (generation, measure, kind, area, organisation, dims)
    VALUES (NEW.generation, NEW.measure, NEW.kind, NEW.area, NEW.organisation, coalesce(NEW.dims, '{}'))
    ON CONFLICT DO NOTHING;
    SELECT axis INTO STRICT number FROM metrics.axis
    WHERE generation = NEW.generation AND measure = NEW.measure AND kind = NEW.kind AND dims = coalesce(NEW.dims, '{}')
      AND coalesce(area, '') = coalesce(NEW.area, '') AND coalesce(organisation, '') = coalesce(NEW.organisation, '');
    INSERT INTO metrics.fresh (generation, n, thing, taken, lines, roles)
    VALUES (
        NEW.generation, NEW.n, NEW.thing, CASE WHEN NEW.sign < 0 THEN 1 ELSE 0 END,
        ARRAY[
            number,
            ((NEW.day - DATE '2000-01-01')::bigint << 32) + coalesce(NEW.until - NEW.day, 4294967295),
            coalesce(NEW.value, 1),
            coalesce(NEW.since - DATE '2000-01-01', 2147483648)
        ],
        CASE WHEN NEW.roles IS NOT NULL THEN ARRAY[NEW.roles] END
    );
    RETURN NEW;
END $$;
CREATE TRIGGER row_insert INSTEAD OF INSERT ON metrics.row FOR EACH ROW EXECUTE FUNCTION metrics.insert_row();

REVOKE ALL ON FUNCTION metrics.summarize_settled(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION metrics.summarize_settled(integer) TO wangge_metrics;
GRANT USAGE ON SCHEMA metrics TO wangge_metrics, wangge_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA metrics TO wangge_metrics;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA metrics TO wangge_metrics;
GRANT SELECT ON ALL TABLES IN SCHEMA metrics TO wangge_gateway;
ALTER DEFAULT PRIVILEGES IN SCHEMA metrics GRANT SELECT ON TABLES TO wangge_gateway;
ALTER DEFAULT PRIVILEGES IN SCHEMA metrics GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO wangge_metrics;
