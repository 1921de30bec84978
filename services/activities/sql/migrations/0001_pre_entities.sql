-- The things this room owns. state is the lifecycle's whole memory of one thing (services/kernel/lifecycle).
CREATE SCHEMA activities;

CREATE TABLE activities.entity (
    subject text PRIMARY KEY,             -- family/namespace:key
    family text NOT NULL,
    kind text,
    parent text,                          -- the tree edge, of areas and organisations: the parent's (or, once merged, the other's) subject
    depends text[] NOT NULL DEFAULT '{}', -- the subjects whose change alters this thing's rows
    state jsonb NOT NULL,
    updated timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX entity_depends ON activities.entity USING gin (depends);
CREATE INDEX entity_family ON activities.entity (family, subject);

GRANT USAGE ON SCHEMA activities TO wangge_activities;
GRANT SELECT, INSERT, UPDATE ON activities.entity TO wangge_activities;
