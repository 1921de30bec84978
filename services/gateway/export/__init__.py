"""Figures and lists as files to take away."""
