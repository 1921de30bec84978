-- What the gateway itself keeps: how much each source sent over which way, and the outlines of areas. All gateways and the intake share it.
CREATE SCHEMA gateway;

-- Counted in memory and added here every second, so no event waits for it. Whoever is killed forgets his last second: the record of events is the log.
CREATE TABLE gateway.sender (
    source text NOT NULL,
    way text NOT NULL CHECK (way IN ('http', 'kafka')),
    status text NOT NULL,
    events bigint NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (source, way, status)
) WITH (fillfactor = 50);

-- The outline of an area as GeoJSON (longitude, latitude). Data of the place, brought by the operator; one outline for each area, whatever the day.
CREATE TABLE gateway.geometry (
    area text PRIMARY KEY,                -- whole key, without the family
    outline jsonb NOT NULL,
    synthetic boolean NOT NULL,           -- drawn by a machine, not surveyed
    origin text,                          -- where it comes from, in words
    loaded_at timestamptz NOT NULL DEFAULT now()
);

-- Rises with every load: what was shown before is out of date then.
CREATE TABLE gateway.geometry_version (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    n bigint NOT NULL DEFAULT 0
);
INSERT INTO gateway.geometry_version DEFAULT VALUES;

GRANT USAGE ON SCHEMA gateway TO wangge_gateway;
GRANT SELECT, INSERT, UPDATE ON gateway.sender, gateway.geometry_version TO wangge_gateway;
GRANT SELECT, INSERT, UPDATE, DELETE ON gateway.geometry TO wangge_gateway;
