"""Events told one after the other while containers die: each again until it is decided, and a ledger of what was accepted."""

import threading
import time
from datetime import timedelta
from typing import Any

from deploy.demo.gateway import Gateway, GatewayError
from services.kernel.clock import system_clock

Event = dict[str, Any]
ROOT = "trial"
AREA = f"district:{ROOT}"  # as everybody else calls it: by its source's namespace
_SOURCE = "urn:wangge:district"


class Trickle:
    """Tells rounds of one event a room from a thread of its own, from `start` to `stop`. After that `rounds` says how many were accepted whole."""

    def __init__(self, gateway: Gateway, pause_s: float = 0.2) -> None:
        self.rounds = 0
        self.repeats = 0  # how often a batch had to be told again
        self.refused: list[str] = []
        self._gateway = gateway
        self._pause_s = pause_s
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="trickle", daemon=True)
        self._began = system_clock() - timedelta(days=2)

    def start(self) -> None:
        """Begins; the district itself is told first."""
        self._tell_until_decided(
            [
                self._event("root", "area.defined", {"area": ROOT, "kind": "district"}),
                self._event("body", "organisation.established", {"organisation": f"{ROOT}-o", "kind": "organisation", "area": ROOT}),
            ]
        )
        self._thread.start()

    def stop(self, patience_s: float = 120) -> None:
        """Ends after the round at hand; GatewayError if that is not decided in time."""
        self._over.set()
        self._thread.join(patience_s)
        if self._thread.is_alive():
            raise GatewayError(f"an event stayed undecided for {patience_s:.0f} s")

    def expected(self) -> dict[str, int]:
        """What the figures of the trial's district must say."""
        return {"units": self.rounds, "volunteer.minutes": 30 * self.rounds, "cases.opened": self.rounds}

    def _run(self) -> None:
        while not self._over.is_set():
            self._tell_until_decided(self._round(self.rounds))
            self.rounds += 1
            self._over.wait(self._pause_s)

    def _round(self, number: int) -> list[Event]:
        """A unit, a shift of half an hour and a case: one event for each writing room."""
        key, place = f"{ROOT}-{number}", {"area": ROOT, "organisation": f"{ROOT}-o"}
        starts = self._began.isoformat()
        return [
            self._event(f"u-{number}", "unit.registered", {"unit": key, "kind": "unit", "area": ROOT}),
            self._event(f"s-{number}", "shift.logged", {"shift": key, "kind": "shift", "person": f"person/{key}", **place, "starts": starts, "minutes": 30}),
            self._event(f"c-{number}", "case.opened", {"case": key, "kind": "case", **place}),
        ]

    def _event(self, number: str, verb: str, data: dict[str, Any]) -> Event:
        moment = self._began + timedelta(hours=1)
        return {
            "specversion": "1.0",
            "id": f"{ROOT}-{number}",
            "source": _SOURCE,
            "type": f"org.wangge.{verb}.v1",
            "time": moment.isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }

    def _tell_until_decided(self, events: list[Event]) -> None:
        waiting = events
        while waiting:
            try:
                results = self._gateway.tell(waiting)["results"]
            except GatewayError:
                self.repeats += 1
                time.sleep(0.3)
                continue
            self.refused += [f"{one['id']}: {one['problem']['detail']}" for one in results if one["status"] == "rejected"]
            waiting = [event for event, one in zip(waiting, results, strict=True) if one["status"] == "unavailable"]
            if waiting:
                self.repeats += 1
                time.sleep(0.3)
