"""An event counts exactly once, whichever process dies at whichever station of its way."""

import threading
import time
from typing import NamedTuple

import pytest

from deploy.local.platform import Platform
from tests.e2e.conftest import assert_all_counted
from tests.support.district import District

pytestmark = pytest.mark.timeout(180)


class Station(NamedTuple):
    """A named point in a process's code."""

    process: str
    point: str
    passes: int = 1  # the process dies when it comes by for this time; what waits when it starts may go by in one

    def __str__(self) -> str:
        return self.point


STATIONS = [
    Station("members", "members.before_commit"),
    Station("members", "members.after_commit"),
    Station("activities", "activities.before_commit"),
    Station("cases", "cases.after_commit"),
    Station("members-relay", "relay.after_read"),
    Station("members-relay", "relay.after_send"),
    Station("cases-relay", "relay.after_ack"),
    Station("activities-relay", "relay.after_mark"),
    Station("metrics-1", "processor.after_fetch"),
    Station("metrics-1", "processor.before_commit"),
    Station("metrics-1", "processor.after_commit"),
    Station("metrics-1", "merge.before_commit"),
    Station("metrics-1", "merge.after_commit"),
]


def _both_processors(platform: Platform, station: Station) -> list[str]:
    """Either worker may have the partitions or do the merging: both carry the failpoint."""
    return ["metrics-1", "metrics-2"] if station.process == "metrics-1" else [station.process]


@pytest.mark.parametrize("station", STATIONS, ids=str)
def test_an_event_counts_once_when_a_process_dies_at(station: Station, platform: Platform, district: District) -> None:
    names = _both_processors(platform, station)
    for name in names:
        platform.restart(name, {"WANGGE_FAIL": f"{station.point}:kill:{station.passes}"}, wait=False)  # it may come by its point before it is ready

    told = threading.Thread(target=_tell, args=(district,))
    told.start()
    try:
        died = _first_to_die(platform, names)
    finally:
        for name in names:
            if name not in platform.pids():
                platform.start_process(name)
            elif len(names) > 1:
                platform.restart(name)
        told.join()

    assert died, f"no process came by {station.point}"
    assert f"failpoint {station.point}" in "".join(platform.log(name) for name in names)
    assert len(district.accepted) == 2 + 7 * 20
    assert district.refused == {}
    assert_all_counted(platform, district)


def _tell(district: District) -> None:
    district.tell(district.foundation())
    for number in range(20):
        district.tell(district.work(number), within=120)


def _first_to_die(platform: Platform, names: list[str]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(name not in platform.pids() for name in names):
            return True
        time.sleep(0.05)
    return False
