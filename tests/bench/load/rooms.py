"""The three writing rooms in memory: told events become facts by the rooms' own contracts, models and counting, without a database."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from typing import NamedTuple

import msgspec

from services.activities.counting import Counting as ActivitiesCounting
from services.activities.model import ActivitiesModel
from services.cases.counting import Counting as CasesCounting
from services.cases.model import CasesModel
from services.cases.workflows import Workflows
from services.kernel.contracts.checking import KindCheck
from services.kernel.contracts.commands import Enrolled
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.facts import Row
from services.kernel.contracts.reading import Reader
from services.kernel.contracts.registry import OWNERS
from services.kernel.contracts.topics import partition_of
from services.kernel.eventlog.append import Fact, Log
from services.kernel.people import Pseudonyms
from services.kernel.writing.batch import Batch
from services.kernel.writing.model import Entities
from services.members.counting import Counting as MembersCounting
from services.members.model import MembersModel
from tests.bench.load.district import District, Event

_TELLER = Enrolled(namespace="district", register="district")
_encode = msgspec.json.Encoder().encode


class RefusedByRoomError(Exception):
    """A made-up event was not accepted: the bench would measure refusals."""


class Told(NamedTuple):
    """A fact as it lies in the log: its line there by eventlog's COLUMNS, and its rows for whoever adds them up another way."""

    record: tuple[object, ...]
    was: list[Row]
    now: list[Row]

    @property
    def partition(self) -> int:
        """Of its topic."""
        return int(self.record[1])  # type: ignore[call-overload, no-any-return]

    @property
    def key(self) -> str:
        """The record key."""
        return str(self.record[5])

    @property
    def body(self) -> bytes:
        """What travels on Kafka."""
        body = self.record[7]
        assert isinstance(body, bytes)
        return body


class Rooms:
    """Members, activities and cases, with all they were ever told, writing one log: facts of all families stand mixed under one topic."""

    def __init__(self, district: District, *, topic: str = "cases.v1") -> None:
        catalogue = district.catalogue
        self._now = datetime.combine(district.today + timedelta(days=1), time(), UTC)
        self._reader = Reader(catalogue, Pseudonyms(b"the key of a bench, which hides nobody"), lambda: self._now)
        check, workflows = KindCheck(catalogue), Workflows(catalogue.kinds)
        models = {
            "members": (MembersModel(check, self._reader.unlinked), MembersCounting(catalogue)),
            "activities": (ActivitiesModel(check, self._reader.unlinked), ActivitiesCounting(catalogue)),
            "cases": (CasesModel(workflows, check, self._reader.unlinked), CasesCounting(catalogue, workflows)),
        }
        self._rooms = {name: Batch(model, counting, lambda: self._now, Entities([]), {}) for name, (model, counting) in models.items()}
        self._logs = {name: Log(name, catalogue.version) for name in models}
        for log in self._logs.values():
            log.topic = topic
        self._sequences: Counter[int] = Counter()

    def tell(self, events: Iterable[Event]) -> Iterator[Told]:
        """The facts that these events come to, one after the other."""
        for event in events:
            command = self._reader.read(decode_event(_encode(event)), _TELLER)
            name = OWNERS[command.family]
            outcome = self._rooms[name].decide([command])
            result = outcome.results.pop()
            if result.status != "accepted":
                raise RefusedByRoomError(f"{result}: {event}")
            outcome.remembered.clear()
            yield from (self._number(name, fact) for fact in outcome.facts)
            outcome.facts.clear()

    def _number(self, name: str, fact: Fact) -> Told:
        partition = partition_of(fact.key)
        self._sequences[partition] += 1
        return Told(self._logs[name].written(fact, partition, self._sequences[partition], 1, self._now).record, list(fact.was), list(fact.now))
