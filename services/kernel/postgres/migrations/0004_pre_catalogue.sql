-- The catalogues that facts were ever written under, as files; which of them is active; and whether the log is closed while it is told again.
CREATE TABLE log.catalogue (
    version text PRIMARY KEY,
    files jsonb NOT NULL,                 -- [[layer, name, text], ...], as they lay in the operator's folders
    at timestamptz NOT NULL DEFAULT now()
);
ALTER TABLE log.epoch ADD COLUMN catalogue text REFERENCES log.catalogue;   -- null: none was activated, any may write
ALTER TABLE log.epoch ADD COLUMN closed_for text;                           -- why nothing may be written now; null: the log is open

GRANT SELECT ON log.catalogue TO wangge_members, wangge_activities, wangge_cases, wangge_metrics, wangge_gateway;

-- A retelling under way: under which catalogue, as which epoch; how far each partition has been told again, and the last number given there.
CREATE TABLE log.retelling (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version text NOT NULL REFERENCES log.catalogue,
    epoch integer NOT NULL
);
CREATE TABLE log.retold (
    topic text NOT NULL,
    partition smallint NOT NULL,
    reached bigint NOT NULL DEFAULT 0,
    n bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)
);

-- Forgets a retelling that was not switched to.
CREATE FUNCTION log.drop_retelling() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    room text;
    e integer;
BEGIN
    SELECT epoch INTO e FROM log.retelling;
    FOREACH room IN ARRAY ARRAY['members', 'activities', 'cases'] LOOP
        EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', 'retold_' || room);
        EXECUTE format('DROP TABLE IF EXISTS log.%I', format('fact_%s_epoch_%s', room, e));
    END LOOP;
    DELETE FROM log.late WHERE epoch = e;
    DELETE FROM log.retelling;
    DELETE FROM log.retold;
END $$;

-- Makes room for a log told again under that catalogue, beside the live one: entities of their own, and tables of facts that can take the old ones' place.
CREATE FUNCTION log.make_retelling(v text) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    room text;
    e integer;
    name text;
BEGIN
    PERFORM log.drop_retelling();
    INSERT INTO log.retelling (version, epoch) SELECT v, epoch + 1 FROM log.epoch RETURNING epoch INTO e;
    INSERT INTO log.retold (topic, partition) SELECT topic, partition FROM log.counter;
    FOREACH room IN ARRAY ARRAY['members', 'activities', 'cases'] LOOP
        EXECUTE format('CREATE SCHEMA %I', 'retold_' || room);
        EXECUTE format('CREATE TABLE %I.entity (LIKE %I.entity INCLUDING ALL)', 'retold_' || room, room);
        name := format('fact_%s_epoch_%s', room, e);
        EXECUTE format('CREATE TABLE log.%I (LIKE log.fact INCLUDING ALL, CHECK (topic = %L)) PARTITION BY RANGE (sequence)', name, room || '.v1');
        EXECUTE format('CREATE TABLE log.%I PARTITION OF log.%I FOR VALUES FROM (1) TO (10000001)', name || '_1', name);
        EXECUTE format('CREATE TABLE log.%I PARTITION OF log.%I DEFAULT', name || '_more', name);
    END LOOP;
    RETURN e;
END $$;

-- The log told again takes the place of the live one. The facts of the epoch before stay as tables of their own until the next retelling.
CREATE FUNCTION log.switch_retelling() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    room text;
    e integer;
    v text;
    found record;
BEGIN
    LOCK TABLE members.entity, activities.entity, cases.entity, log.fact IN ACCESS EXCLUSIVE MODE;
    SELECT epoch, version INTO STRICT e, v FROM log.retelling;
    IF EXISTS (SELECT FROM log.counter JOIN log.retold USING (topic, partition) WHERE counter.n <> retold.reached) THEN
        RAISE EXCEPTION 'the log has facts that were not told again yet';
    END IF;
    FOREACH room IN ARRAY ARRAY['members', 'activities', 'cases'] LOOP
        FOR found IN
            SELECT relname, relispartition FROM pg_class
            WHERE relnamespace = 'log'::regnamespace AND relname ~ format('^fact_%s(_epoch_[0-9]+)?$', room) AND relname <> format('fact_%s_epoch_%s', room, e)
        LOOP
            IF found.relispartition THEN
                EXECUTE format('ALTER TABLE log.fact DETACH PARTITION log.%I', found.relname);
            ELSE
                EXECUTE format('DROP TABLE log.%I', found.relname);
            END IF;
        END LOOP;
        EXECUTE format('ALTER TABLE log.fact ATTACH PARTITION log.%I FOR VALUES IN (%L)', format('fact_%s_epoch_%s', room, e), room || '.v1');
        EXECUTE format('TRUNCATE %I.entity', room);
        EXECUTE format('INSERT INTO %I.entity SELECT * FROM %I.entity', room, 'retold_' || room);
        EXECUTE format('DROP SCHEMA %I CASCADE', 'retold_' || room);
    END LOOP;
    UPDATE log.counter SET n = retold.n FROM log.retold WHERE (retold.topic, retold.partition) = (counter.topic, counter.partition);
    UPDATE log.relayed SET sequence = 0, next_offset = 0, topic_id = CASE WHEN topic_id IS NULL THEN NULL ELSE 'told again' END;  -- all is published anew
    UPDATE log.epoch SET epoch = e, catalogue = v, closed_for = NULL;
    DELETE FROM log.retelling;
    DELETE FROM log.retold;
END $$;
