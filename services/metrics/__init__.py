"""The metrics room: facts in, figures out, each counted once."""
