-- name: is_reachable
-- The cheapest question there is.
SELECT true;
