-- The statement that drops a database, sessions and all.
SELECT format('DROP DATABASE IF EXISTS %I WITH (FORCE)', $1::text)
