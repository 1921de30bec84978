"""The Prometheus metrics of the intake, all of them."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class IntakeTelemetry:
    """What came in on Kafka, and what became of it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.records = Counter("wangge_intake_records", "Records read from Kafka, those read again included", registry=registry)
        self.decided = Counter("wangge_intake_decided", "Records decided for good, by what became of them", ["status"], registry=registry)
        self.refused = Counter("wangge_intake_refused", "Records refused for good, by reason", ["code"], registry=registry)
        self.postponed = Counter("wangge_intake_postponed", "Times an event was put off because a reference of it was unknown", registry=registry)
        self.unavailable = Counter("wangge_intake_unavailable", "Events that a room could not take and that were sent again", ["owner"], registry=registry)
        self.undecided = Gauge("wangge_intake_undecided", "Records read and not decided", ["owner"], registry=registry)
        self.partitions = Gauge("wangge_intake_partitions", "Partitions of inbound.v1 that this intake reads", registry=registry)
        self.position = Gauge("wangge_intake_position", "First offset that is not committed", ["partition"], registry=registry)
        self.progress = Gauge("wangge_intake_progress_timestamp_seconds", "When a record was last decided, or there was none", registry=registry)
        self.failures = Counter("wangge_intake_failures", "Times the consumer had to be made anew", registry=registry)
