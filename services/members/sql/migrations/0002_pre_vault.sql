-- Names and phones, sealed, apart from everything that is counted. Only the members room opens it.
CREATE SCHEMA vault;

CREATE TABLE vault.person (
    pseudonym text PRIMARY KEY,           -- REGISTER:HASH, as it stands in references
    sealed bytea NOT NULL,                -- the fields, encrypted with the vault's key
    updated timestamptz NOT NULL DEFAULT now()
);

GRANT USAGE ON SCHEMA vault TO wangge_members;
GRANT SELECT, INSERT, UPDATE, DELETE ON vault.person TO wangge_members;
