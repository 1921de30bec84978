-- Who hangs on others is looked up in every batch. Only such things stand in the index, and at once: a list of what is still to be put into it would be read
-- through, from end to end, each time.
DROP INDEX members.entity_depends;
CREATE INDEX entity_depends ON members.entity USING gin (depends) WITH (fastupdate = off) WHERE depends <> '{}';
