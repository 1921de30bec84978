"""The activities room's relay: publishes its log to activities.v1."""

from services.kernel.eventlog.relay import main

if __name__ == "__main__":
    main("activities.v1")
