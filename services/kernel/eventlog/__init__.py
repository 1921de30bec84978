"""The log of facts: appending in the writer's transaction, publishing in order."""
