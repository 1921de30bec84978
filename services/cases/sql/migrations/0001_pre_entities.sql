-- The things this room owns. state is the lifecycle's whole memory of one thing (services/kernel/lifecycle).
CREATE SCHEMA cases;

CREATE TABLE cases.entity (
    subject text PRIMARY KEY,             -- family/namespace:key
    family text NOT NULL,
    kind text,
    parent text,                          -- the tree edge, of areas and organisations: the parent's (or, once merged, the other's) subject
    depends text[] NOT NULL DEFAULT '{}', -- the subjects whose change alters this thing's rows
    state jsonb NOT NULL,
    updated timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX entity_depends ON cases.entity USING gin (depends);
CREATE INDEX entity_family ON cases.entity (family, subject);

GRANT USAGE ON SCHEMA cases TO wangge_cases;
GRANT SELECT, INSERT, UPDATE ON cases.entity TO wangge_cases;
