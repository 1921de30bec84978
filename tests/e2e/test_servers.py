"""What happens to the servers underneath, and to processes that are doubled: nothing is lost, nothing counts twice, and all heals by itself."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable

import pytest

from deploy.local.children import child_environment
from deploy.local.modules import module_command
from deploy.local.platform import Platform
from deploy.local.state import CHECKOUT
from tests.e2e.conftest import assert_all_counted, recount
from tests.support.district import District

pytestmark = pytest.mark.timeout(240)
PIECES = 16


def _broker_killed_and_restarted(platform: Platform) -> None:
    platform.kill("kafka")
    platform.wait_exit("kafka")
    time.sleep(1)
    platform.start_process("kafka")


def _broker_killed_and_emptied(platform: Platform) -> None:
    platform.kill("kafka")
    platform.wait_exit("kafka")
    platform.lose_broker_data()


def _postgres_restarted(platform: Platform) -> None:
    platform.stop_process("postgres")
    time.sleep(1)
    platform.start_process("postgres")


def _postgres_killed(platform: Platform) -> None:
    platform.kill("postgres")
    platform.wait_exit("postgres")
    platform.start_process("postgres")


def _one_processor_leaves_and_returns(platform: Platform) -> None:
    platform.stop_process("metrics-2")
    time.sleep(2)
    platform.start_process("metrics-2")


def _a_processor_freezes_longer_than_its_session(platform: Platform) -> None:
    platform.kill("metrics-1", signal.SIGSTOP)
    time.sleep(10)
    platform.kill("metrics-1", signal.SIGCONT)


def _gateway_killed(platform: Platform) -> None:
    platform.kill("gateway")
    platform.wait_exit("gateway")
    platform.start_process("gateway")


ACCIDENTS: list[Callable[[Platform], None]] = [
    _broker_killed_and_restarted,
    _broker_killed_and_emptied,
    _postgres_restarted,
    _postgres_killed,
    _one_processor_leaves_and_returns,
    _a_processor_freezes_longer_than_its_session,
    _gateway_killed,
]


@pytest.mark.parametrize("accident", ACCIDENTS, ids=lambda accident: accident.__name__.strip("_"))
def test_everything_is_counted_once_after(accident: Callable[[Platform], None], platform: Platform, district: District) -> None:
    failures: list[BaseException] = []
    district.tell(district.foundation())
    half = threading.Event()

    def tell() -> None:
        try:
            for number in range(PIECES):
                if number == PIECES // 4:
                    half.set()
                district.tell(district.work(number), within=120)
        except BaseException as error:
            failures.append(error)
            raise

    told = threading.Thread(target=tell)
    told.start()
    half.wait(60)
    try:
        accident(platform)
    finally:
        told.join()

    assert failures == []
    assert len(district.accepted) == 2 + 7 * PIECES
    assert_all_counted(platform, district, within=90)
    assert set(platform.pids()) == {"kafka", "postgres", *(one.name for one in platform.plan.services)}, "a process gave up"


def test_two_relays_of_one_topic_do_no_harm(platform: Platform, district: District) -> None:
    settings = {**platform.addresses.process("members-relay", None, "wangge_members"), "WANGGE_PORT": str(platform.ports.at(45))}
    second = subprocess.Popen(module_command("services.members.relay"), env=child_environment(settings), cwd=CHECKOUT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        district.tell(district.foundation())
        for number in range(PIECES):
            district.tell(district.work(number))
            if number == PIECES // 2:  # the active one is gone: the other takes over
                platform.kill("members-relay")
        assert_all_counted(platform, district, within=60)
    finally:
        second.terminate()
        second.wait(10)
        if "members-relay" not in platform.pids():
            platform.start_process("members-relay")


def test_the_same_events_told_again_change_nothing(platform: Platform, district: District) -> None:
    events = district.foundation() + [event for number in range(5) for event in district.work(number)]
    district.tell(events)
    assert_all_counted(platform, district)

    again = district.tell(events)

    assert again == {"duplicate": len(events)}
    assert_all_counted(platform, district)


def test_figures_rebuilt_from_the_log_are_the_live_ones(platform: Platform, district: District) -> None:
    district.tell(district.foundation() + [event for number in range(5) for event in district.work(number)])
    assert_all_counted(platform, district)

    finished = platform.run("services.metrics.rebuild", "--json")

    assert finished.returncode == 0, finished.stderr + finished.stdout
    district.tell([event for number in range(5, 8) for event in district.work(number)])
    assert_all_counted(platform, district)
    assert recount(platform)["cells"], "nothing was recounted"


if sys.platform != "linux":
    pytest.skip("processes are frozen and killed as on Linux", allow_module_level=True)
