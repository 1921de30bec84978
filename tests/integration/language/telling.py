"""A story: told to the rooms, counted, asked about."""

import json
from datetime import date
from typing import Any

import asyncpg
import msgspec

from services.gateway.figures.figures import Figures
from services.gateway.figures.question import Given, read_question
from services.kernel.catalogue import Catalogue
from services.kernel.postgres.database import Database
from services.metrics.recount.derive import compare_with_told
from tests.integration.gateway.figures.conftest import Everything
from tests.integration.gateway.figures.filling import Signed, Told, append, merge
from tests.integration.writing.rooms import NOW, Event, Rooms

Json = dict[str, Any]


class Story:
    """The rooms, and the figures over what they published. `told` events must be accepted."""

    def __init__(self, database: Database, reading: Database, owner: asyncpg.Connection, catalogue: Catalogue) -> None:
        self.database = database
        self.reading = reading
        self.owner = owner
        self.catalogue = catalogue
        self.rooms = Rooms(database, catalogue)
        self.reset()
        self._counted: dict[tuple[str, int], int] = {}

    def reset(self) -> None:
        """Figures that remember nothing."""
        self.figures = Figures(self.reading, self.catalogue, clock=lambda: self.rooms.now)

    async def told(self, *events: Event) -> None:
        """Tells events in their order; each must be accepted."""
        results = await self.rooms.tell_all(*events)
        wrong = [(event, result) for event, result in zip(events, results, strict=True) if result != "accepted"]
        assert not wrong, [(result, event["type"], event["data"]) for event, result in wrong]

    def on(self, what: str, time: str, **data: Any) -> Event:
        """An event; see Rooms.event."""
        return self.rooms.event(what, time, **data)

    async def count(self, *, merged: bool = True) -> None:
        """Counts what was published since: the rows that each fact takes back and puts."""
        rows = await self.database.pool.fetch("SELECT topic, partition, sequence, body FROM log.fact ORDER BY topic, partition, sequence")
        commit: list[Signed] = []
        for row in rows:
            lane = (row["topic"], row["partition"])
            if row["sequence"] > self._counted.get(lane, 0):
                self._counted[lane] = row["sequence"]
                commit += signed(json.loads(row["body"]))
        await append(self.owner, [commit])
        if merged:
            await merge(self.owner, await self.owner.fetchval("SELECT n FROM metrics.mark WHERE generation = 1"))

    async def ask(self, metric: str, *where: str, **parameters: str) -> Json:
        """The answer to a question; `where` conditions as they stand in a query, names that are Python's own end in an underscore."""
        given = [(name.rstrip("_"), value) for name, value in parameters.items()] + [("where", one) for one in where]
        answer: Json = await self.figures.answer(read_question(metric, Given(given)), Everything())
        return answer

    async def value(self, metric: str, *where: str, **parameters: str) -> Any:
        """The figure alone."""
        return (await self.ask(metric, *where, **parameters))["value"]

    async def check_recount(self) -> None:
        """What the rooms derived is what the second derivation comes to."""
        async with self.database.transaction(isolation="repeatable_read", readonly=True) as connection:
            assert await compare_with_told(connection, self.catalogue) == []


def signed(fact: Json) -> list[Signed]:
    """The rows of a fact: taken back, then put."""
    found = []
    for sign, name in ((-1, "was"), (1, "now")):
        for row in fact["data"][name]:
            full: list[Any] = [*row, *[None] * (10 - len(row))]
            measure, kind, area, organisation, dims, first, until, value, since, roles = full
            found.append(
                Signed(sign, Told(
                    fact["subject"], measure, kind, area, organisation, _canonical(dims) or "{}", date.fromisoformat(first), _day(until),
                    1 if value is None else value, _day(since), _canonical(roles),
                ))
            )  # fmt: skip
    return found


def _canonical(values: Json | None) -> str | None:
    return msgspec.json.encode(values, order="deterministic").decode() if values else None


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


TODAY = NOW.date()
