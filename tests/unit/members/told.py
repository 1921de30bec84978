"""Events told to the members room in memory: commands by a few words, decided by the kernel's own batch."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import msgspec

from services.kernel.catalogue.counted import Counted
from services.kernel.contracts.commands import Command
from services.kernel.contracts.facts import Row
from services.kernel.eventlog.append import Fact
from services.kernel.writing.batch import Batch, Result
from services.kernel.writing.model import Entities, Entity
from services.members.counting import Counting
from services.members.model import MembersModel

SHANGHAI = timezone(timedelta(hours=8))
MAKING = {"defined", "established", "joined", "registered", "set", "recorded"}


def at(day: str, hour: int = 12) -> datetime:
    """A moment of a Shanghai day."""
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), SHANGHAI) + timedelta(hours=hour)


class Declared:
    """A catalogue for tests: attributes that are texts are dimensions, whole numbers are added up."""

    def counted(self, kind: str, document: dict[str, Any]) -> Counted:
        attributes = document.get("attributes") or {}
        texts = {name: value for name, value in attributes.items() if isinstance(value, str)}
        return Counted(texts, tuple(sorted((name, value) for name, value in attributes.items() if isinstance(value, int) and not isinstance(value, bool))))


class Room:
    """The members room without a database: tells commands one by one, keeps what they make."""

    def __init__(self) -> None:
        self.model = MembersModel(lambda kind, document: None, lambda command, kind: command)
        self.counting = Counting(Declared())
        self.entities: dict[str, Entity] = {}
        self.facts: list[Fact] = []
        self.counted: Counter[tuple[str, Row]] = Counter()
        self._number = 0

    def tell(self, what: str, key: str, time: datetime, **data: Any) -> Result:
        """Tells `family.verb` of a key; `from_` stands for from."""
        return self.tell_all([self.command(what, key, time, **data)])[0]

    def command(self, what: str, key: str, time: datetime, **data: Any) -> Command:
        self._number += 1
        family, _, verb = what.partition(".")
        fields = {name.rstrip("_"): value for name, value in data.items()} | {family: key}
        kind = fields.get("kind", "member" if family == "member" else None) if verb in MAKING else None
        moment = time.astimezone(UTC)
        return Command(
            "source",
            str(self._number),
            f"org.wangge.{what}.v1",
            family,
            verb,
            f"{family}/{key}",
            moment,
            kind,
            fields,
            msgspec.json.encode([what, str(moment), fields]),
            b"{}",
            {},
            "t",
            False,
        )

    def tell_all(self, commands: Iterable[Command]) -> list[Result]:
        """Tells several in one batch; entities go through JSON and back as they do in the database."""
        batch = Batch(self.model, self.counting, lambda: datetime(2030, 1, 1, tzinfo=UTC), Entities(self.entities.values()), {})
        outcome = batch.decide(list(commands))
        for subject, entity in (outcome.made | outcome.changed).items():
            self.entities[subject] = msgspec.json.decode(msgspec.json.encode(entity), type=Entity)
        self.facts += outcome.facts
        for fact in outcome.facts:
            for row in fact.was:
                self.counted[fact.subject, row] -= 1
            for row in fact.now:
                self.counted[fact.subject, row] += 1
        return outcome.results

    def rows(self, measure: str | None = None) -> list[tuple[str, Row]]:
        """What a reader of the facts has counted, by subject."""
        assert min(self.counted.values(), default=0) >= 0
        return sorted(((subject, row) for (subject, row), n in self.counted.items() for _ in range(n) if measure in (None, row.measure)), key=str)

    def stock(self, measure: str, day: str) -> list[str]:
        """The subjects that stand on a day."""
        on = date.fromisoformat(day)
        return [subject for subject, row in self.rows(measure) if row.day <= on and row.day != row.until and (row.until is None or on < row.until)]

    def flow(self, measure: str) -> list[tuple[str, str]]:
        """(subject, day) of a flow's occurrences."""
        return [(subject, row.day.isoformat()) for subject, row in self.rows(measure)]

    def standing_at(self, measure: str, day: str) -> list[tuple[str | None, str | None]]:
        """(area, organisation) of what stands on a day."""
        on = date.fromisoformat(day)
        return [
            (row.area, row.organisation) for _, row in self.rows(measure) if row.day <= on and row.day != row.until and (row.until is None or on < row.until)
        ]


def join(room: Room, day: str = "2026-01-02", organisation: str = "t:o1", standing: str = "full", **more: object) -> str:
    """Tells that the one member joined; the result's status."""
    return room.tell("member.joined", "r:m", at(day), organisation=organisation, standing=standing, **more).status


def cover(room: Room, day: str = "2026-01-05", from_: str = "organisation/t:o1", to: str = "unit/t:u", **more: object) -> str:
    """Tells of the one link that covers the enterprise; the result's status."""
    return room.tell("link.set", "t:l", at(day), kind="link.covers", from_=from_, to=to, **more).status
