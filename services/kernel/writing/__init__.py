"""The transaction that the three writing rooms share."""
