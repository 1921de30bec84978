-- Which ends that `until` brought about have been published. A thing that was prolonged after it was over has one row for each of its ends.
CREATE TABLE members.announced (
    subject text NOT NULL,                -- family/namespace:key
    until date NOT NULL,                  -- the last live day that was announced to have passed
    at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (subject, until)
);

GRANT SELECT, INSERT ON members.announced TO wangge_members;
