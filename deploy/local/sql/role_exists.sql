-- Whether an account of that name exists.
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text)
