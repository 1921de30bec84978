"""Settings of a metrics worker and of the rebuild."""

from pydantic import Field, model_validator

from services.kernel.settings import ProcessSettings


class WorkerSettings(ProcessSettings):
    """What a worker needs: the role wangge_metrics, the broker, and how much it takes at a time."""

    name: str = Field(default="metrics", title="The process's name in logs and metrics")
    metrics_group: str = Field(default="wangge-metrics", title="Consumer group; workers of one group share the partitions")
    metrics_batch: int = Field(default=10_000, ge=1, title="Facts that one transaction takes at most, and one fetch")
    metrics_linger_s: float = Field(default=0.05, ge=0, le=0.5, title="Seconds from one small commit to the next; the first after a rest does not wait")
    metrics_unmerged_rows: int = Field(default=2_000_000, ge=1, title="Rows waiting to be merged above which the processor waits")
    metrics_merge_rows: int = Field(default=200_000, ge=1, title="Rows that one merge takes, about")
    metrics_reject_budget: int = Field(default=10, ge=0, title="Unreadable facts among a partition's last 1000 above which it stops")
    kafka_session_timeout_s: float = Field(default=6, ge=1, title="How long the broker waits for a silent worker, in seconds (Kafka: at least 6)")
    kafka_fetch_wait_ms: int = Field(default=50, ge=1, title="How long the broker holds an empty fetch, in milliseconds")

    @model_validator(mode="after")
    def _sessions_end_before_requests(self) -> "WorkerSettings":
        if self.kafka_session_timeout_s > REQUEST_TIMEOUT_S:
            raise ValueError(f"WANGGE_KAFKA_SESSION_TIMEOUT_S must not be above {REQUEST_TIMEOUT_S}, the time a request may take")
        return self


REQUEST_TIMEOUT_S = 30
"""How long a request to the broker may take; joining the group is one."""
