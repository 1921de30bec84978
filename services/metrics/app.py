"""The Faust app: one agent that holds the subscription, and our transport in the place of Faust's."""

from pathlib import Path

import faust
from faust.app.base import BootStrategy

from services.kernel.broker import login_of, servers_of, tls
from services.kernel.contracts.topics import TOPICS
from services.metrics.settings import REQUEST_TIMEOUT_S, WorkerSettings
from services.metrics.telemetry import Telemetry
from services.metrics.transport import BatchConsumer, BatchTransport, Feed, Finder

FACT_TOPICS = tuple(topic.name for topic in TOPICS if "metrics" in topic.consumers)


class _Boot(BootStrategy):  # type: ignore[misc]
    """We only read, so no producer is started."""

    enable_kafka_producer = False
    enable_web = False


class MetricsApp(faust.App):  # type: ignore[misc]
    """A Faust app whose consumer hands over whole fetches."""

    BootStrategy = _Boot

    @property
    def batches(self) -> BatchConsumer:
        """The consumer, as what it is."""
        consumer = self.consumer
        assert isinstance(consumer, BatchConsumer)
        return consumer


def _credentials(address: str) -> faust.SASLCredentials | faust.SSLCredentials | None:
    login, context = login_of(address), tls()
    if login is not None:
        return faust.SASLCredentials(username=login.user, password=login.password, mechanism=login.mechanism, ssl_context=context)
    return faust.SSLCredentials(context) if context is not None else None


def create_app(
    settings: WorkerSettings, feed: Feed, finder: Finder, telemetry: Telemetry, *, folder: Path, topics: tuple[str, ...] = FACT_TOPICS
) -> MetricsApp:
    """The app of one worker, ready to be started; `folder` is a scratch folder of its own."""
    app = MetricsApp(
        settings.metrics_group,
        broker=[f"kafka://{server}" for server in servers_of(settings.kafka)],
        broker_credentials=_credentials(settings.kafka),
        key_serializer="raw",
        value_serializer="raw",
        store="memory://",
        processing_guarantee="at_least_once",  # PostgreSQL's watermarks make it exactly once
        table_standby_replicas=0,  # plain round robin instead of Faust's own assignor
        topic_disable_leader=True,
        topic_allow_declare=False,
        web_enabled=False,
        stream_wait_empty=False,  # streams never get a record, and a rebalance would wait for them
        consumer_auto_offset_reset="earliest",
        broker_session_timeout=settings.kafka_session_timeout_s,
        broker_heartbeat_interval=settings.kafka_session_timeout_s / 4,
        broker_rebalance_timeout=15,
        broker_request_timeout=REQUEST_TIMEOUT_S,
        broker_max_poll_interval=120,
        broker_max_poll_records=settings.metrics_batch,
        consumer_metadata_max_age_ms=5000,  # a topic that was deleted and made again is noticed by this, not after five minutes
        consumer_max_fetch_size=1 << 20,
        broker_check_crcs=True,
        producer_threaded=False,
        datadir=folder,
        debug=False,
    )
    app.transport = BatchTransport(app, feed=feed, finder=finder, telemetry=telemetry, fetch_wait_ms=settings.kafka_fetch_wait_ms)

    @app.agent(app.topic(*topics, key_type=bytes, value_type=bytes))  # type: ignore[untyped-decorator]
    async def subscription(stream: faust.StreamT) -> None:
        async for _ in stream:
            raise AssertionError("records do not come this way")

    return app
