"""Cases: demands, findings and tasks, from their opening through the workflow of their kind to their end."""
