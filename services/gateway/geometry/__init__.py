"""Outlines of areas: read from GeoJSON, kept, told."""
