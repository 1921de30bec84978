"""The one public door: events in, figures out."""
