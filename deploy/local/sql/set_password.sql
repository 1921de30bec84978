-- The statement that gives an account the password of this state folder.
SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', $1::text, $2::text)
