"""What the relay tells Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge


class RelayTelemetry:
    """The figures of one topic's relay."""

    def __init__(self, registry: CollectorRegistry, topic: str) -> None:
        self._topic = topic

        def counter(name: str, meaning: str) -> Counter:
            return Counter(f"wangge_relay_{name}", meaning, ["topic"], registry=registry).labels(topic)

        def gauge(name: str, meaning: str) -> Gauge:
            return Gauge(f"wangge_relay_{name}", meaning, ["topic"], registry=registry).labels(topic)

        self.sent = counter("sent", "Facts that Kafka acknowledged, repetitions included")
        self.batches = counter("batches", "Batches that Kafka acknowledged")
        self.failures = counter("failures", "Times the relay began again from its marks")
        self.replaced = counter("topics_replaced", "Times the topic was found lost or replaced, and published anew")
        self.backlog = gauge("backlog", "Facts in the log that Kafka has not acknowledged")
        self.leading = gauge("leading", "1 while this process is the topic's relay, 0 while it stands by")
        self.progress = gauge("progress_timestamp_seconds", "When a batch was last acknowledged, or there was nothing to send")
        self._acknowledged = Gauge("wangge_relay_acknowledged_sequence", "Last number acknowledged without a gap", ["topic", "partition"], registry=registry)

    def acknowledged(self, partition: int, sequence: int) -> None:
        """Shows how far a partition is."""
        self._acknowledged.labels(self._topic, str(partition)).set(sequence)
