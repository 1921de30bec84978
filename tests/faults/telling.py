"""Work told to a platform for as long as an accident takes, and a ledger of what was accepted, kept outside of it."""

import itertools
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from deploy.local.platform import Platform
from tests.support.copied_client import load_client
from tests.support.district import District, Event

AT_LEAST = 16
"""Pieces of work in an attempt, of seven events in three rooms each."""

Tell = Callable[[Sequence[Event]], object]


class Telling:
    """A thread that tells a district's work, piece by piece, some of it twice."""

    def __init__(self, district: District, tell: Tell, chance: random.Random) -> None:
        self.district = district
        self._tell, self._chance = tell, chance
        self._pieces = threading.Semaphore(0)
        self._enough = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="telling")

    def wait_for(self, pieces: int) -> None:
        """Returns once so many more pieces have been accepted."""
        for _ in range(pieces):
            assert self._pieces.acquire(timeout=60), f"no more was told: {self._failure!r}"

    def start(self) -> None:
        """Begins to tell, the district itself first."""
        self._thread.start()

    def finish(self) -> None:
        """Tells what is left of the least, and raises what went wrong meanwhile."""
        self._enough.set()
        self._thread.join()
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        try:
            self._tell(self.district.foundation())
            for number in itertools.takewhile(self._goes_on, itertools.count()):
                events = self.district.work(number)
                self._tell(events)
                if self._chance.random() < 0.1:
                    self._tell(events)
                self._pieces.release()
                time.sleep(self._chance.uniform(0, 0.1))
        except BaseException as error:  # noqa: BLE001  # told by `finish`, in the thread of whoever asked
            self._failure = error

    def _goes_on(self, number: int) -> bool:
        return number < AT_LEAST or not self._enough.is_set()


@contextmanager
def telling(platform: Platform, chance: random.Random, via: Literal["http", "kafka"]) -> Iterator[Telling]:
    """Tells for as long as the block takes."""
    district = District(platform.gateway, platform.key("district"))
    tell = _over_kafka(platform, district) if via == "kafka" else lambda events: district.tell(events, within=120)
    one = Telling(district, tell, chance)
    one.start()
    try:
        yield one
    finally:
        one.finish()


def _over_kafka(platform: Platform, district: District) -> Tell:
    """Tells as the client does that districts copy; what the broker has taken is entered as accepted, since all of it is good."""
    client = load_client().Kafka(platform.kafka, platform.key("district"))

    def tell(events: Sequence[Event]) -> None:
        client.tell(*events)
        district.accepted.update({event["id"]: event for event in events})

    return tell
