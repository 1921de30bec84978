"""The frame of every API."""
