"""The Prometheus metrics of the gateway's reading side; the figures themselves are in exposition.py."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class ReadingTelemetry:
    """How questions are answered and screens are kept up to date."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.answers = Histogram("wangge_gateway_answer_seconds", "Time to answer a question over figures", ["what"], buckets=_SECONDS, registry=registry)
        self.screens = Gauge("wangge_gateway_screens", "Live streams that are open", registry=registry)
        self.rounds = Counter("wangge_gateway_live_rounds", "Times the questions of all screens were evaluated", registry=registry)
        self.resyncs = Counter("wangge_gateway_live_resyncs", "Slow screens that got a snapshot instead of what waited for them", registry=registry)
