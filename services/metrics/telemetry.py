"""The Prometheus metrics of a metrics worker: the pipeline's, never figures."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_SECONDS = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Telemetry:
    """Counters and gauges of one worker; see each one's help."""

    def __init__(self, registry: CollectorRegistry) -> None:
        place = ("topic", "partition")
        self.facts = Counter("wangge_processor_facts", "Facts applied, each once", ("topic",), registry=registry)
        self.rows = Counter("wangge_processor_rows", "Signed rows appended", registry=registry)
        self.repeated = Counter("wangge_processor_repeated", "Facts that came again and were dropped", ("topic",), registry=registry)
        self.buried = Counter("wangge_processor_buried", "Records kept as dead letters", registry=registry)
        self.commits = Counter("wangge_processor_commits", "Transactions committed", registry=registry)
        self.commit_seconds = Histogram("wangge_processor_commit_seconds", "Time of a transaction", buckets=_SECONDS, registry=registry)
        self.batch_facts = Histogram(
            "wangge_processor_batch_facts", "Facts of a transaction", buckets=(1, 10, 100, 1000, 3000, 10_000, 30_000), registry=registry
        )
        self.retries = Counter("wangge_processor_retries", "Transactions repeated because the database did not serve", registry=registry)
        self.stops = Counter("wangge_processor_stops", "Times that a partition had to stop", ("topic", "reason"), registry=registry)
        self.stopped = Gauge("wangge_processor_stopped", "1 while a partition is stopped", (*place, "reason"), registry=registry)
        self.sequence = Gauge("wangge_processor_watermark_sequence", "Sequence up to which a partition is applied", place, registry=registry)
        self.lag = Gauge("wangge_processor_lag_records", "Records between the offset reached and the broker's high watermark", place, registry=registry)
        self.progress = Gauge("wangge_processor_last_progress_timestamp_seconds", "When a transaction was last committed", registry=registry)
        self.seeks = Counter("wangge_processor_seeks", "Times that reading was set back", ("reason",), registry=registry)
        self.assigned = Gauge("wangge_processor_assigned_partitions", "Partitions this worker reads", registry=registry)
        self.hints_failed = Counter("wangge_processor_offset_commits_failed", "Offset commits that failed; they are hints only", registry=registry)
        self.merged = Counter("wangge_merge_rows", "Rows merged into cells by this worker", registry=registry)
        self.merge_seconds = Histogram("wangge_merge_seconds", "Time of a merge", buckets=_SECONDS, registry=registry)
        self.unmerged = Gauge("wangge_merge_waiting_rows", "Rows that wait to be merged", registry=registry)
        self.held_back = Counter("wangge_processor_held_back_seconds", "Time that the processor waited for the merge", registry=registry)
