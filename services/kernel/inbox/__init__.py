"""What was said before, and what was refused."""
