-- What the last recount said, for whoever watches the platform: the recount is a command, and ends.
CREATE TABLE metrics.recounted (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at timestamptz NOT NULL DEFAULT now(),
    events bigint NOT NULL,
    cells bigint NOT NULL,
    differences integer NOT NULL
);
