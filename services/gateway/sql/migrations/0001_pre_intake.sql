-- The intake keeps what no room could: records that are no event, and events of sources that are not enrolled.
GRANT INSERT, UPDATE ON log.refusal TO wangge_gateway;
