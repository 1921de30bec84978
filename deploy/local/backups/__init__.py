"""Backups: the database as one file, what it is beside it, the keys apart; and the way back, which ends with a recount."""
