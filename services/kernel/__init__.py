"""What at least two rooms need, and no decision of any of them."""
