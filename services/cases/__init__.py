"""The cases room: cases and their workflows."""
