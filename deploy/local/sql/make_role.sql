-- The statement that makes an account; PostgreSQL binds no values in it, so the server quotes them.
SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)
