"""The Prometheus metrics of the gateway's writing side, all of them."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class DoorTelemetry:
    """What went through the door, and how the rooms behind it answer."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.events = Counter("wangge_gateway_events", "Events told over HTTP, by what became of them", ["status"], registry=registry)
        self.refused = Counter("wangge_gateway_refused_requests", "Requests refused as a whole, by reason", ["reason"], registry=registry)
        self.posts = Counter("wangge_gateway_posts", "Batches posted to a room, by how the room answered", ["owner", "outcome"], registry=registry)
        self.post_seconds = Histogram("wangge_gateway_post_seconds", "Time a room took for a batch", ["owner"], buckets=_SECONDS, registry=registry)
        self.post_events = Histogram(
            "wangge_gateway_post_events", "Events in a batch posted to a room", ["owner"], buckets=(1, 5, 20, 100, 500, 1000, 2000, 5000), registry=registry
        )
        self.waiting = Gauge("wangge_gateway_waiting_events", "Events that wait for a place in a batch", ["owner"], registry=registry)
