"""A process dies at a named point of one event's way."""

import random
import time

from deploy.local.platform import Platform
from tests.faults.fault import Fault, Happen

_WORKERS = ("metrics-1", "metrics-2")
_ROOMS = ("members", "activities", "cases")


def _dies_at(point: str, *names: str) -> Happen:
    """All named processes carry the failpoint; whoever comes by first dies, then all run without it."""

    def happen(platform: Platform, chance: random.Random) -> None:
        for name in names:
            # What waits when a process starts may go by its point in one; and it may come by before it is ready.
            platform.restart(name, {"WANGGE_FAIL": f"{point}:kill:{chance.randrange(1, 4)}"}, wait=False)
        died = _first_to_die(platform, names)
        for name in names:
            if name in platform.pids():
                platform.stop_process(name)
            platform.start_process(name)
        assert died, f"no process came by {point}"
        assert f"failpoint {point}" in "".join(platform.log(name) for name in names), f"it died of something else than {point}"

    return happen


def _first_to_die(platform: Platform, names: tuple[str, ...]) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if any(name not in platform.pids() for name in names):
            return True
        time.sleep(0.02)
    return False


def _fault(point: str, *names: str, short: bool) -> Fault:
    return Fault(point if len(names) > 1 or point.startswith(names[0]) else f"{names[0]} {point}", _dies_at(point, *names), short=short)


STATIONS: tuple[Fault, ...] = (
    *(_fault(f"{room}.before_commit", room, short=room != "cases") for room in _ROOMS),
    *(_fault(f"{room}.after_commit", room, short=room != "activities") for room in _ROOMS),
    *(
        _fault(f"relay.{point}", f"{room}-relay", short=room == shortly)
        for point, shortly in (("after_read", "members"), ("after_send", "members"), ("after_ack", "cases"), ("after_mark", "activities"))
        for room in _ROOMS
    ),
    *(_fault(f"processor.{point}", *_WORKERS, short=True) for point in ("after_fetch", "before_commit", "after_commit")),
    *(_fault(f"merge.{point}", *_WORKERS, short=True) for point in ("before_commit", "after_commit")),
    *(_fault(f"intake.{point}", "intake", short=True)._replace(via="kafka") for point in ("before_commit", "after_commit")),
)
