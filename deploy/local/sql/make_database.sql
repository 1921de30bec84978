-- The statement that makes a database for an owner.
SELECT format('CREATE DATABASE %I OWNER %I', $1::text, $2::text)
