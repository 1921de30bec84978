"""A district's year, replayed through the public door until its published figures come out again."""
