"""The database: connections, statements by name, migrations."""
