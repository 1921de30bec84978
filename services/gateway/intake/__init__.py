"""What district systems put on Kafka (`inbound.v1`) goes the way of what they post, and what is refused comes back on `rejected.v1`."""
