-- The offset behind the last acknowledged record: a broker that answers with a lower one has lost records.
ALTER TABLE log.relayed ADD COLUMN next_offset bigint NOT NULL DEFAULT 0;
