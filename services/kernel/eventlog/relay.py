"""The relay: publishes a room's log to its topic, in order, for as long as the process lives. `python -m services.kernel.eventlog.relay TOPIC`.

One is active in each topic, fenced by a lock of its database session; that two run at once does no harm, for a fact carries its number with it and
every relay begins after the last acknowledged one: a number's first appearance follows its predecessor's, in every interleaving.
"""

import asyncio
import logging
import signal
import sys
import warnings
from collections.abc import Callable
from contextlib import suppress

import asyncpg
import structlog
import uvloop
from aiokafka.errors import KafkaError as ProducerError
from kafka.errors import KafkaError as AdminError

from services.kernel import logs
from services.kernel.contracts.topics import BY_NAME
from services.kernel.eventlog.incarnation import Incarnation, TopicReplacedError
from services.kernel.eventlog.lanes import Lanes, RecordsLostError
from services.kernel.eventlog.progress import OvertakenError, Progress
from services.kernel.eventlog.publisher import KafkaPublisher, Publisher
from services.kernel.eventlog.telemetry import RelayTelemetry
from services.kernel.garbage import collect_seldom
from services.kernel.health import Health
from services.kernel.http.aside import aside
from services.kernel.pace import Pace
from services.kernel.postgres.database import UNAVAILABLE, Connection, Database
from services.kernel.settings import ProcessSettings
from services.kernel.telemetry import new_registry
from services.kernel.topics import Topics, TopicSettings, WrongPartitionsError

_log = structlog.get_logger()

BEGIN_AGAIN = (
    ProducerError,
    AdminError,
    OvertakenError,
    TopicReplacedError,
    RecordsLostError,
    WrongPartitionsError,
    asyncpg.PostgresError,
    asyncpg.InternalClientError,  # asyncpg's own word for a session that was cut in the middle of a call
    *UNAVAILABLE,
)
"""What is mended by dropping everything, reading the marks and sending what follows them. Anything else is a mistake of ours and ends the process."""

ROUND_S = 0.02  # from one round to the next in a stream of small commits, which so travel in batches
REST_S = (0.01, 0.2)  # without a signal: looks again after the first, then ever later, up to the second
PAUSE_S = (0.2, 3.0)  # after something went wrong; the second when nothing at all could be sent for a while
STAND_BY_S = 0.5
FINISH_WITHIN_S = 2.0
STOP_WITHIN_S = 8.0


class Relay:
    """One topic's relay, from lock to lock."""

    def __init__(self, database: Database, incarnation: Incarnation, producer: Callable[[], Publisher], telemetry: RelayTelemetry, topic: str) -> None:
        self._database = database
        self._incarnation = incarnation
        self._producer = producer
        self._telemetry = telemetry
        self._topic = topic
        self._channel = f"log_{topic.partition('.')[0]}"  # the writer's signal after each commit
        self._lost = False
        self._moved = False
        self._stop = asyncio.Event()
        self._stirred = asyncio.Event()

    def stop(self) -> None:
        """Ends run() after what is under way has been acknowledged and marked."""
        self._stop.set()
        self._stirred.set()

    async def run(self) -> None:
        """Publishes until stopped; begins again from the marks after whatever goes wrong around it."""
        pause = PAUSE_S[0]
        while not self._stop.is_set():
            try:
                async with self._database.pool.acquire() as session:
                    await self._lead(session)
            except BEGIN_AGAIN as error:
                self._lost = self._lost or isinstance(error, RecordsLostError)
                self._telemetry.failures.inc()
                _log.warning("beginning again from the marks", topic=self._topic, error=f"{type(error).__name__}: {error}")
                pause = PAUSE_S[0] if self._moved else min(2 * pause, PAUSE_S[1])
                self._moved = False
                await self._wait(self._stop, pause)
            finally:
                self._telemetry.leading.set(0)

    async def _lead(self, session: Connection) -> None:
        progress = Progress(session, self._topic)
        while not await progress.try_lead():
            if await self._wait(self._stop, STAND_BY_S):
                return
        self._telemetry.leading.set(1)
        topic_id, again = await self._incarnation.settle(progress, lost=self._lost)
        self._lost = False
        if again:
            self._telemetry.replaced.inc()
        publisher = self._producer()
        watch = asyncio.create_task(self._incarnation.watch(topic_id))
        watch.add_done_callback(self._stir)
        lanes = Lanes((await progress.read()).marks, topic_id, progress, publisher, self._telemetry)
        try:
            await publisher.start()
            await session.add_listener(self._channel, self._stir)
            _log.info("leading", topic=self._topic, topic_id=topic_id)
            await self._publish(lanes, watch)
        finally:
            watch.cancel()
            with suppress(*BEGIN_AGAIN):
                await session.remove_listener(self._channel, self._stir)
            for sending in lanes.under_way:
                sending.cancel()
            await asyncio.gather(watch, *lanes.under_way, publisher.stop(), return_exceptions=True)

    async def _publish(self, lanes: Lanes, watch: asyncio.Task[None]) -> None:
        rest, pace = REST_S[0], Pace()
        while not self._stop.is_set():
            if watch.done():
                watch.result()
            self._stirred.clear()
            busy = await lanes.move(self._stir)
            self._moved = self._moved or lanes.sent > 0
            rest = REST_S[0] if busy else min(2 * rest, REST_S[1])
            await self._wait(self._stirred, rest)
            await pace.keep(ROUND_S)
        if lanes.under_way:
            await asyncio.wait(lanes.under_way, timeout=FINISH_WITHIN_S)
        await lanes.mark()

    def _stir(self, *_: object) -> None:
        self._stirred.set()

    async def _wait(self, event: asyncio.Event, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                return await event.wait()
        except TimeoutError:
            return False


async def run_relay(settings: ProcessSettings, topic: str) -> None:
    """Publishes a topic's log until SIGTERM or SIGINT, with /healthz, /readyz and /metrics beside it. Waits for a database or a broker that is not there."""
    registry = new_registry(settings.name)
    administered = TopicSettings()
    topics = Topics(settings.kafka, replication=administered.kafka_replication, answer_within_s=5)
    incarnation = Incarnation(topics, BY_NAME[topic])
    database = await _connect(settings)
    health = Health()
    health.check("database", database.is_reachable)
    health.check("kafka", incarnation.is_there)
    relay = Relay(database, incarnation, lambda: KafkaPublisher(settings.kafka, topic), RelayTelemetry(registry, topic), topic)
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    try:
        async with aside(settings, health, registry):
            running = asyncio.create_task(relay.run())
            stopping = asyncio.create_task(stopped.wait())
            await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            relay.stop()
            stopping.cancel()
            async with asyncio.timeout(STOP_WITHIN_S):
                await running
    finally:
        await database.close()
        topics.close()
        _log.info("stopped", topic=topic)


async def _connect(settings: ProcessSettings) -> Database:
    while True:
        try:
            return await Database.connect(settings.postgres.get_secret_value(), name=settings.name, max_size=3)
        except (*UNAVAILABLE, asyncpg.PostgresError) as error:
            _log.warning("waiting for the database", error=f"{type(error).__name__}: {error}")
            await asyncio.sleep(1)


def main(topic: str) -> None:
    """The whole process of one topic's relay."""
    settings = ProcessSettings()  # type: ignore[call-arg]  # read from the environment
    logs.configure(settings.name, json=settings.log_json)
    for client in ("kafka", "aiokafka"):
        logging.getLogger(client).setLevel(logging.CRITICAL)  # they tell every attempt to connect; what matters is told here
    warnings.filterwarnings("ignore", ".*active notification listener")  # asyncpg, of a session that the server has cut: nothing can be taken off it
    collect_seldom()
    uvloop.run(run_relay(settings, topic))


if __name__ == "__main__":
    main(sys.argv[1])
