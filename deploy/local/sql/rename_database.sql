-- The statement that gives a database another name; nobody may be connected to it.
SELECT format('ALTER DATABASE %I RENAME TO %I', $1::text, $2::text)
