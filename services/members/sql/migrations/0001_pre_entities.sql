-- The things this room owns. state is the lifecycle's whole memory of one thing (services/kernel/lifecycle).
CREATE SCHEMA members;

CREATE TABLE members.entity (
    subject text PRIMARY KEY,             -- family/namespace:key
    family text NOT NULL,
    kind text,
    parent text,                          -- the tree edge, of areas and organisations: the parent's (or, once merged, the other's) subject
    depends text[] NOT NULL DEFAULT '{}', -- the subjects whose change alters this thing's rows
    state jsonb NOT NULL,
    updated timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX entity_depends ON members.entity USING gin (depends);
CREATE INDEX entity_family ON members.entity (family, subject);

GRANT USAGE ON SCHEMA members TO wangge_members;
GRANT SELECT, INSERT, UPDATE ON members.entity TO wangge_members;
