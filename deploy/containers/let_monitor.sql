-- The exporter's account reads the server's statistics, and no table of ours.
GRANT pg_monitor TO wangge_monitor
