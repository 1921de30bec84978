-- Ends whatever is connected to a database, and says how many that were.
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1::text AND pid <> pg_backend_pid()
