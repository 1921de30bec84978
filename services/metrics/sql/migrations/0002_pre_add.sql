-- A sum that stays a bigint, and fails where it would not fit: sum() of a bigint counts in numeric, which costs the merge more than the adding.
CREATE AGGREGATE metrics.add(bigint) (sfunc = int8pl, stype = bigint, initcond = '0', combinefunc = int8pl, parallel = safe);
