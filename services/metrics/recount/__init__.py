"""Counts everything again from the log and says where a live figure differs. Shares no code with the rooms' counting or the fold."""
