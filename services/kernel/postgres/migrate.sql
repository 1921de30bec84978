-- name: lock
-- One migrator at a time; held by the session, so it also goes when the process dies.
SELECT pg_advisory_lock($1);

-- name: make_table
-- What has run, and as what text.
CREATE TABLE IF NOT EXISTS public.migration (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

-- name: list_done
-- What has run.
SELECT name, checksum FROM public.migration;

-- name: short_waits
-- A migration that cannot have its locks soon gives up rather than queueing everybody behind it.
SET LOCAL lock_timeout = '5s';

-- name: mark_done
-- Remember that this text has run.
INSERT INTO public.migration (name, checksum) VALUES ($1, $2);
