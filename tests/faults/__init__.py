"""Accidents, and what is left of the events told meanwhile: `./run faults`, its short form in tests/e2e."""
