"""What happens to the servers underneath, and to processes that are killed, frozen, doubled or taken away."""

import random
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from deploy.local.children import child_environment
from deploy.local.modules import module_command
from deploy.local.platform import Platform
from deploy.local.state import CHECKOUT
from tests.faults.fault import Fault, Happen

_SERVERS = ("postgres", "kafka")
_LONGER_THAN_A_SESSION = 10.0
_SPARE_PORT = 45


def _killed(*names: str) -> Happen:
    """Killed at one moment, and started again in order."""

    def happen(platform: Platform, _chance: random.Random) -> None:
        _kill(platform, names)
        _start(platform, names)

    return happen


def _frozen(name: str, seconds: float) -> Happen:
    def happen(platform: Platform, _chance: random.Random) -> None:
        platform.kill(name, signal.SIGSTOP)
        time.sleep(seconds)
        platform.kill(name, signal.SIGCONT)

    return happen


def _stopped(*names: str) -> Happen:
    """Ended in good order, away for a second or two, and started again."""

    def happen(platform: Platform, chance: random.Random) -> None:
        for name in names:
            platform.stop_process(name)
        time.sleep(chance.uniform(1, 2))
        _start(platform, names)

    return happen


def _broker_emptied(platform: Platform, _chance: random.Random) -> None:
    _kill(platform, ("kafka",))
    platform.lose_broker_data()


def _everything_killed(platform: Platform, _chance: random.Random) -> None:
    services = [one.name for one in platform.plan.services]
    _kill(platform, (*services, *_SERVERS))
    _start(platform, _SERVERS)
    _start(platform, services)


def _workers_come_and_go(platform: Platform, chance: random.Random) -> None:
    for _ in range(4):
        name = chance.choice(("metrics-1", "metrics-2"))
        if chance.random() < 0.5:
            platform.stop_process(name)
        else:
            _kill(platform, (name,))
        platform.start_process(name, wait=False)
        time.sleep(chance.uniform(0.5, 2))
    for name in ("metrics-1", "metrics-2"):
        platform.wait_ready(name)


def _second_relay_takes_over(platform: Platform, _chance: random.Random) -> None:
    with _second_relay(platform):
        time.sleep(2)
        _kill(platform, ("members-relay",))
        time.sleep(2)  # the other has the turn
    platform.start_process("members-relay")


def _relay_wakes_up_beside_its_successor(platform: Platform, _chance: random.Random) -> None:
    with _second_relay(platform):
        time.sleep(1)
        _frozen("members-relay", _LONGER_THAN_A_SESSION)(platform, _chance)
        time.sleep(1)


def _rebuild_killed(platform: Platform, chance: random.Random) -> None:
    """A rebuild dies somewhere on its way; the one after it finds its leftovers, and switches."""
    settings = platform.addresses.process("rebuild", None, "wangge_owner")
    first = subprocess.Popen(
        module_command("services.metrics.rebuild"), env=child_environment(settings), cwd=CHECKOUT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    time.sleep(chance.uniform(0.5, 2.5))
    first.kill()
    first.wait(10)
    deadline = time.monotonic() + 30
    while (again := platform.run("services.metrics.rebuild", "--json")).returncode != 0 and time.monotonic() < deadline:
        assert "another rebuild" in again.stderr + again.stdout, again.stderr + again.stdout  # until the server notices that the first one is gone
        time.sleep(0.5)
    assert again.returncode == 0, again.stderr


@contextmanager
def _second_relay(platform: Platform) -> Iterator[None]:
    settings = {**platform.addresses.process("members-relay", None, "wangge_members"), "WANGGE_PORT": str(platform.ports.at(_SPARE_PORT))}
    second = subprocess.Popen(
        module_command("services.members.relay"), env=child_environment(settings), cwd=CHECKOUT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        second.terminate()
        second.wait(10)


def _kill(platform: Platform, names: Sequence[str]) -> None:
    for name in names:
        platform.kill(name)
    for name in names:
        platform.wait_exit(name)


def _start(platform: Platform, names: Sequence[str]) -> None:
    for name in names:
        platform.start_process(name, wait=False)
    for name in names:
        platform.wait_ready(name)


ACCIDENTS: tuple[Fault, ...] = (
    Fault("broker killed and restarted", _killed("kafka")),
    Fault("broker killed and emptied", _broker_emptied),
    Fault("broker frozen", _frozen("kafka", _LONGER_THAN_A_SESSION), short=False),
    Fault("PostgreSQL restarted", _stopped("postgres")),
    Fault("PostgreSQL killed", _killed("postgres")),
    Fault("PostgreSQL frozen", _frozen("postgres", 5), short=False),
    Fault("everything killed", _everything_killed),
    Fault("gateway killed", _killed("gateway")),
    Fault("all rooms killed", _killed("members", "activities", "cases"), short=False),
    Fault("all relays killed", _killed("members-relay", "activities-relay", "cases-relay"), short=False),
    Fault("second relay takes over", _second_relay_takes_over),
    Fault("relay wakes up beside its successor", _relay_wakes_up_beside_its_successor, short=False),
    Fault("one worker leaves and returns", _stopped("metrics-2")),
    Fault("no worker, then both", _stopped("metrics-1", "metrics-2"), short=False),
    Fault("workers come and go", _workers_come_and_go, short=False),
    Fault("worker frozen longer than its session", _frozen("metrics-1", _LONGER_THAN_A_SESSION)),
    Fault("rebuild killed", _rebuild_killed),
    Fault("intake killed", _killed("intake"), via="kafka", short=False),
)
