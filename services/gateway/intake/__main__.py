"""The intake as a process: `python -m services.gateway.intake`. This file is its parts list."""

import asyncio
import logging
import signal
from contextlib import suppress

import structlog
import uvloop
from kafka.errors import KafkaError

from services.gateway.access import Keyring
from services.gateway.events import Door
from services.gateway.figures.figures import Figures
from services.gateway.intake.inbound import Inbound
from services.gateway.intake.intake import DOOR, Intake
from services.gateway.intake.rejected import Rejected
from services.gateway.intake.settings import IntakeSettings
from services.gateway.intake.speakers import Speakers
from services.gateway.intake.telemetry import IntakeTelemetry
from services.gateway.intake.watch import Watch
from services.gateway.rooms import OWNERS, Rooms
from services.gateway.routing import Router
from services.gateway.scope import AreaScope
from services.gateway.senders import Senders
from services.gateway.telemetry import DoorTelemetry
from services.kernel.catalogue.load import load
from services.kernel.clock import system_clock
from services.kernel.contracts.registry import owner_of
from services.kernel.garbage import collect_seldom
from services.kernel.health import Health
from services.kernel.http.aside import aside
from services.kernel.logs import configure
from services.kernel.postgres.database import Database
from services.kernel.settings import RoomAddresses
from services.kernel.telemetry import new_registry
from services.kernel.topics import Topics

_log = structlog.get_logger()
STOP_WITHIN_S = 8.0


async def run(settings: IntakeSettings, addresses: RoomAddresses) -> None:
    """Takes in until SIGTERM or SIGINT."""
    health, registry, stop = Health(), new_registry(settings.name), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    database = await Database.connect(settings.postgres.get_secret_value(), name=settings.name, max_size=4)
    health.check("database", database.is_reachable)
    keyring = Keyring(settings.secrets, system_clock)
    health.check("keys", keyring.check)
    watch = Watch(Topics(settings.kafka, answer_within_s=5), settings.inbound_topic)
    health.check("kafka", watch.is_there)
    wire = Rooms({owner: addresses.of(owner) for owner in OWNERS}, settings.secret("internal.token"), settings.post_timeout)
    async with aside(settings, health, registry), wire as rooms:
        door_telemetry = DoorTelemetry(registry)
        router = Router(rooms, door_telemetry)
        router.start()
        scope = AreaScope(Figures(database, load(settings.catalogue)).trees)
        door = Door(router, owner_of, None, door_telemetry, places=scope, way="kafka")
        senders = Senders(database, system_clock, "kafka")
        senders.start()
        rejected = Rejected(database, settings.kafka, "rejected.v1")
        intake = Intake(settings, Speakers(keyring, settings.inbound_keys), door, rejected, IntakeTelemetry(registry), senders)
        await _serve(intake, watch, settings, stop)
        await senders.stop()
        await router.stop()
        await rejected.close()
    watch.close()
    await database.close()


async def _serve(intake: Intake, watch: Watch, settings: IntakeSettings, stop: asyncio.Event) -> None:
    tasks = [asyncio.create_task(intake.serve(owner), name=f"intake-{owner}") for owner in (*OWNERS, DOOR)]
    tasks.append(asyncio.create_task(_read(intake, watch, settings, stop), name="intake-read"))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait([*tasks, stopping], return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    with suppress(TimeoutError):
        async with asyncio.timeout(STOP_WITHIN_S):
            await tasks[-1]
    for task in tasks[:-1]:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result  # a mistake of ours: the process ends and says so


async def _read(intake: Intake, watch: Watch, settings: IntakeSettings, stop: asyncio.Event) -> None:
    """One consumer after another: a new one after whatever goes wrong with Kafka, and for another incarnation of the topic."""
    inbound = Inbound(settings.kafka, settings.inbound_topic, settings.inbound_group, intake.settled)
    before: str | None = None
    try:
        while not stop.is_set():
            topic_id = await watch.wait(stop)
            if topic_id is None:
                return
            ended = asyncio.Event()
            watching = asyncio.create_task(watch.until_replaced(topic_id, stop, ended))
            try:
                await inbound.open(from_the_beginning=before is not None and topic_id != before)
                before = topic_id
                await intake.read(inbound, ended)
            except (KafkaError, OSError) as error:
                _log.warning("the consumer is made anew", error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(1)
            finally:
                watching.cancel()
    finally:
        await inbound.close()
        inbound.end()


def main() -> None:
    """The whole process."""
    settings = IntakeSettings()  # type: ignore[call-arg]  # read from the environment
    configure(settings.name, json=settings.log_json)
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it tells every attempt to connect; what matters is told here
    collect_seldom()
    uvloop.run(run(settings, RoomAddresses()))


if __name__ == "__main__":
    main()
