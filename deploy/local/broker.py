"""Apache Kafka as a child process: one node, KRaft, loopback only, its data in the state folder."""

import secrets
import shutil
import signal
import socket
import subprocess
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from pathlib import Path

from deploy.local.children import ChildSpec
from deploy.local.errors import LocalError
from deploy.local.jars import cache_folder, fetch_jars
from deploy.local.java import find_java
from deploy.local.ports import LOOPBACK, Ports
from deploy.local.state import CHECKOUT, State
from services.kernel.broker import connection, servers_of

NAME = "kafka"

_JVM = ("-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.awt.headless=true")
_LOG4J = Path(__file__).with_name("log4j2.properties")


def prepare_broker(state: State, ports: Ports, environment: Mapping[str, str], say: Callable[[str], None]) -> ChildSpec:
    """Fetch, configure and format what is not there yet; the child to start. LocalError with the mend."""
    java = find_java(environment)
    jars = fetch_jars(cache_folder(environment), say, environment)
    settings = state.kafka / "server.properties"
    settings.write_text(_settings(state, ports))
    command = (str(java), *_JVM, f"-Dlog4j2.configurationFile={_LOG4J}", "-cp", ":".join(map(str, jars)))
    if not (state.kafka / "data" / "meta.properties").exists():
        say("formatting the broker's storage")
        _format(command, settings, state)
    return ChildSpec(
        name=NAME,
        command=(*command, "kafka.Kafka", str(settings)),
        environment={},
        cwd=CHECKOUT,
        log=state.log(NAME),
        port=ports.kafka,
        ready=lambda _: answers(f"{LOOPBACK}:{ports.kafka}"),
        on_parent_death=signal.SIGTERM,
        stop_seconds=20,
    )


def answers(bootstrap: str) -> bool:
    """Whether a broker answers there with its cluster's metadata."""
    if not any(_listens(one) for one in servers_of(bootstrap)):
        return False  # the client below would wait, and leave a thread behind
    from kafka import KafkaAdminClient  # noqa: PLC0415  # a third of a second, which verbs without a broker need not pay
    from kafka.errors import KafkaError  # noqa: PLC0415

    try:
        client = KafkaAdminClient(**connection(bootstrap), request_timeout_ms=3000, bootstrap_timeout_ms=3000)
    except (KafkaError, OSError, ValueError):
        return False
    try:
        return bool(client.describe_cluster()["brokers"])
    except (KafkaError, OSError):
        return False
    finally:
        client.close()


def _listens(server: str) -> bool:
    host, _, port = server.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=2).close()
    except (OSError, ValueError):
        return False
    return True


def delete_topics(bootstrap: str, seconds: float = 30) -> None:
    """Delete all topics and wait until they are gone. LocalError when they stay."""
    from kafka import KafkaAdminClient  # noqa: PLC0415

    client = KafkaAdminClient(**connection(bootstrap))
    try:
        deadline = time.monotonic() + seconds
        while topics := [name for name in client.list_topics() if not name.startswith("__")]:
            if time.monotonic() > deadline:
                raise LocalError(f"topics {', '.join(topics)} could not be deleted", "see the broker's log")
            client.delete_topics(topics, raise_errors=False)
            time.sleep(0.1)
    finally:
        client.close()


def forget(state: State) -> None:
    """Delete all that the broker keeps; it must not run. The services tell it again from the database."""
    shutil.rmtree(state.kafka / "data", ignore_errors=True)


def _format(command: tuple[str, ...], settings: Path, state: State) -> None:
    cluster = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=")
    if cluster.startswith("-"):
        cluster = f"w{cluster[1:]}"  # the tool would read it as an option
    done = subprocess.run(  # noqa: S603  # a command of ours
        [*command, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", settings, "--ignore-formatted"],
        capture_output=True, text=True, timeout=120, check=False,
    )
    if done.returncode:
        raise LocalError("Kafka could not format its storage", f"see {state.kafka}", tail=(done.stdout + done.stderr)[-2000:])


def _settings(state: State, ports: Ports) -> str:
    lines = {
        "process.roles": "broker,controller",
        "node.id": 1,
        # A fixed voter, read anew at each start: the base port may change between two starts.
        "controller.quorum.voters": f"1@{LOOPBACK}:{ports.controller}",
        "listeners": f"BROKER://{LOOPBACK}:{ports.kafka},CONTROLLER://{LOOPBACK}:{ports.controller}",
        "advertised.listeners": f"BROKER://{LOOPBACK}:{ports.kafka}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "inter.broker.listener.name": "BROKER",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": state.kafka / "data",
        # Topics are made on purpose, with their number of partitions; a mistyped name must not make one.
        "auto.create.topics.enable": "false",
        "default.replication.factor": 1,
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 4,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 2,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        # A killed broker may come back only when its old session is over, which by default takes 9 seconds.
        "broker.session.timeout.ms": 2500,
        "broker.heartbeat.interval.ms": 500,
        # One worker joins at a time here; waiting for more would only delay it.
        "group.initial.rebalance.delay.ms": 0,
        # The default of 128 MB is a quarter of the heap, for a cleaner that has only the offsets to clean.
        "log.cleaner.dedupe.buffer.size": 16 << 20,
    }
    return "".join(f"{name}={value}\n" for name, value in lines.items())
