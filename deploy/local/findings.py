"""What `doctor` looks at: each check says in one sentence what it found, and what mends it."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from deploy.local.errors import LocalError
from deploy.local.jars import cache_folder, missing
from deploy.local.java import find_java, major_version
from deploy.local.ports import Ports, is_free
from deploy.local.processes import OWNER
from deploy.local.running import Running
from deploy.local.state import MINIMUM_FREE, State

PARTITIONS = 12


@dataclass(frozen=True)
class Finding:
    """The result of one check; `note` is nothing to mend now."""

    check: str
    verdict: Literal["ok", "note", "fault"]
    text: str


def check_machine(state: State, environment: Mapping[str, str]) -> list[Finding]:
    """What must be so whether the platform runs or not."""
    checks: dict[str, Callable[[], Finding]] = {
        "python": _python,
        "state folder": lambda: _state_folder(state),
        "java": lambda: _java(environment),
        "kafka's jars": lambda: _jars(environment),
    }
    return [_guarded(name, check) for name, check in checks.items()]


def check_ports(ports: Ports, wanted: Mapping[int, str]) -> Finding:
    """Whether a platform could start on these ports."""
    taken = [f"{port} ({name})" for port, name in wanted.items() if not is_free(port)]
    if taken:
        return Finding("ports", "fault", f"taken: {', '.join(taken)}; stop what has them, or use another base with --port")
    return Finding("ports", "ok", f"all from {ports.base} on are free")


def check_running(running: Running) -> list[Finding]:
    """What must be so while the platform runs."""
    return [
        _guarded("processes", lambda: _processes(running)),
        _guarded("database", lambda: _database(running)),
        _guarded("broker", lambda: _topics(running)),
    ]


def _guarded(name: str, check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except LocalError as error:
        return Finding(name, "fault", str(error))
    except Exception as error:  # noqa: BLE001  # a check that fails in a way nobody foresaw is a finding, not a crash
        return Finding(name, "fault", f"{type(error).__name__}: {error}")


def _python() -> Finding:
    return Finding("python", "ok", f"{sys.version.split()[0]} in {sys.prefix}")


def _state_folder(state: State) -> Finding:
    existing = next(folder for folder in (state.root, *state.root.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < MINIMUM_FREE:
        return Finding("state folder", "fault", f"only {free >> 20} MB free at {existing}; free some space, or use --state")
    if state.root.exists():
        state.prepare()
    return Finding("state folder", "ok", f"{state.root}, {free >> 30} GB free" + ("" if state.root.exists() else ", not made yet"))


def _java(environment: Mapping[str, str]) -> Finding:
    java = find_java(environment)
    return Finding("java", "ok", f"{major_version(java)} ({java})")


def _jars(environment: Mapping[str, str]) -> Finding:
    folder = cache_folder(environment)
    wanting = missing(folder)
    if wanting:
        return Finding("kafka's jars", "note", f"{len(wanting)} are not in {folder} yet; `./run up` fetches them")
    return Finding("kafka's jars", "ok", f"complete in {folder}, each with its SHA-256")


def _processes(running: Running) -> Finding:
    lame = [f"{name} {condition}" for name, condition, _ in running.states() if condition != "ready"]
    if lame:
        return Finding("processes", "fault", f"{', '.join(lame)}; see `./run logs NAME`")
    return Finding("processes", "ok", f"all {len(running.record.names)} are ready")


def _database(running: Running) -> Finding:
    import asyncpg  # noqa: PLC0415

    async def version() -> str:
        session = await asyncpg.connect(running.addresses.dsn(OWNER), timeout=5)
        try:
            return str(session.get_settings().server_version)
        finally:
            await session.close()

    return Finding("database", "ok", f"PostgreSQL {asyncio.run(version())} lets the owner in")


def _topics(running: Running) -> Finding:
    from kafka import KafkaAdminClient  # noqa: PLC0415

    from deploy.local.broker import answers  # noqa: PLC0415
    from services.kernel.broker import connection  # noqa: PLC0415

    if not answers(running.addresses.kafka):
        return Finding("broker", "fault", f"nothing answers at {running.addresses.kafka}; see `./run logs kafka`")
    client = KafkaAdminClient(**connection(running.addresses.kafka))
    try:
        topics = {one["name"]: len(one["partitions"]) for one in client.describe_topics() if not one["is_internal"]}
    finally:
        client.close()
    odd = [f"{name} has {count}" for name, count in topics.items() if name.endswith(".v1") and count != PARTITIONS]
    if odd:
        return Finding("broker", "fault", f"topics need {PARTITIONS} partitions, but {', '.join(odd)}; `./run reset` makes them anew")
    return Finding("broker", "ok", f"{len(topics)} topics, each of {PARTITIONS} partitions")
