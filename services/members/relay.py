"""The members room's relay: publishes its log to members.v1."""

from services.kernel.eventlog.relay import main

if __name__ == "__main__":
    main("members.v1")
