"""One machine, one command: Kafka, PostgreSQL and every service as children of one supervisor."""
