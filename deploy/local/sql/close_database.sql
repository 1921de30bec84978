-- The statement that lets nobody in who has no grant: the rooms' accounts get theirs from the owner's migrations.
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', $1::text)
