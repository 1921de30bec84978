-- name: put_person
-- What is kept of one person, sealed; it replaces what was kept before.
INSERT INTO vault.person (pseudonym, sealed) VALUES ($1, $2)
ON CONFLICT (pseudonym) DO UPDATE SET sealed = excluded.sealed, updated = now();
