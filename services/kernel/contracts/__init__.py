"""What is told and what is published: envelopes, event types, fields, topics; and the reading of an event into a command."""
