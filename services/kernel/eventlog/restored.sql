-- name: close
-- Nobody numbers, tells again or counts while this is done.
LOCK TABLE log.epoch IN ACCESS EXCLUSIVE MODE;

-- name: read_epoch
-- Which telling of the log this is.
SELECT epoch FROM log.epoch;

-- name: raise_epoch
-- Another telling: numbers above the backup's may have been given to other facts before, and stand on topics and in screens.
UPDATE log.epoch SET epoch = $1, closed_for = NULL;

-- name: keep_late
-- Late changes are listed by epoch; those of the backup stay listed.
UPDATE log.late SET epoch = $2 WHERE epoch = $1;

-- name: forget_published
-- The topics may hold facts that this log never had: each is emptied and filled from the log (see retelling, which does the same).
UPDATE log.relayed SET sequence = 0, next_offset = 0, topic_id = 'restored';

-- name: forget_retelling
-- One that was under way when the backup was made will not be finished.
SELECT log.drop_retelling();
