"""Which catalogue is active: kept in PostgreSQL by hash, with its files, so that all processes of a platform run the same one."""
