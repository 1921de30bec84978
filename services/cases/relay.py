"""The cases room's relay: publishes its log to cases.v1."""

from services.kernel.eventlog.relay import main

if __name__ == "__main__":
    main("cases.v1")
