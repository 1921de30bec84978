"""Figures: definitions evaluated on reading, from one snapshot each; see docs/architecture.md, sections 6 and 7."""
