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

-- name: make_stamp
-- One row: the newest release that ever migrated this database, and the oldest one that still works on it.
CREATE TABLE IF NOT EXISTS public.release (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    newest text NOT NULL,
    oldest text NOT NULL,
    at timestamptz NOT NULL DEFAULT now()
);

-- name: show_stamp
-- Every process may look whether the database is as it needs it; nothing in these two tables is a secret.
GRANT SELECT ON public.migration, public.release TO PUBLIC;

-- name: list_done
-- What has run.
SELECT name, checksum FROM public.migration;

-- name: read_stamp
-- The stamp; no row before the first migration.
SELECT newest, oldest FROM public.release;

-- name: set_stamp
-- Both only rise: going back to a release that still works leaves the stamp as it is.
INSERT INTO public.release (newest, oldest) VALUES ($1, $2)
ON CONFLICT (only_row) DO UPDATE SET newest = excluded.newest, oldest = excluded.oldest, at = now()
WHERE (release.newest, release.oldest) <> (excluded.newest, excluded.oldest);

-- name: short_waits
-- A migration that cannot have its locks soon gives up rather than queueing everybody behind it.
SET LOCAL lock_timeout = '5s';

-- name: mark_done
-- Remember that this text has run.
INSERT INTO public.migration (name, checksum) VALUES ($1, $2);
