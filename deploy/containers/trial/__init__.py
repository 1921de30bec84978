"""Tries the containers for real: builds, starts, replays, kills each, and holds figures, recount and Prometheus against each other."""
