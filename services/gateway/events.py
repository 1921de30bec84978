"""A request's events: who says them, whose they are, what became of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Protocol

import msgspec

from services.gateway.access import Caller, Enrolment
from services.gateway.cloudevents import Told
from services.gateway.routing import Order, Router, Verdict
from services.gateway.senders import Senders
from services.gateway.telemetry import DoorTelemetry
from services.kernel.errors import Code, Problem, problem

KEEPER = "members"
"""The room that refuses and keeps what no room owns (docs/architecture.md, section 1)."""


class Places(Protocol):
    """Knows the tree of areas."""

    async def outside(self, told: Told, roots: Sequence[str], namespace: str) -> str | None:
        """The place an event names that lies in none of the subtrees; None if all lie within."""
        ...


class Answer(msgspec.Struct):
    """What a request comes to: one result per event, in order, and their sums."""

    results: list[Verdict]
    accepted: int
    duplicate: int
    rejected: int
    unavailable: int

    @property
    def nothing_stored(self) -> bool:
        """Whether every event has to be sent again."""
        return bool(self.results) and self.unavailable == len(self.results)


class Door:
    """Takes events from a caller to the rooms, and brings back what became of them."""

    def __init__(self, router: Router, owner_of: Callable[[str], str | None], senders: Senders, telemetry: DoorTelemetry, places: Places | None = None) -> None:
        self._router = router
        self._owner_of = owner_of
        self._senders = senders
        self._telemetry = telemetry
        self._places = places
        self._enrolled: dict[Enrolment, bytes] = {}

    async def receive(self, events: Sequence[Told], caller: Caller) -> Answer:
        """One result per event, in order; one that cannot be taken never stops another."""
        verdicts: list[Verdict | None] = []
        orders: list[Order] = []
        for told in events:
            judged = await self._judge(told, caller)
            if isinstance(judged, Order):
                orders.append(judged)
                verdicts.append(None)
            else:
                verdicts.append(judged)
        delivered = iter(await self._router.deliver(orders) if orders else ())
        results = [verdict if verdict is not None else next(delivered) for verdict in verdicts]
        self._note(events, results, caller)
        sums = Counter(result.status for result in results)
        return Answer(results, sums["accepted"], sums["duplicate"], sums["rejected"], sums["unavailable"])

    async def _judge(self, told: Told, caller: Caller) -> Order | Verdict:
        """Where an event goes, or why it goes nowhere. What has a name but is no event goes to the keeper, which refuses and keeps it."""
        if told.id is None or told.source is None:
            return rejected(told.id, told.problem or problem(Code.INVALID, "every CloudEvent has an id and a source"))
        enrolment = caller.writes_as(told.source)
        if enrolment is None:
            return rejected(told.id, problem(Code.NOT_ALLOWED, f"the source {told.source} is not enrolled with this key"))
        if enrolment.areas and self._places is not None:
            place = await self._places.outside(told, enrolment.areas, enrolment.namespace)
            if place is not None:
                return rejected(told.id, problem(Code.NOT_ALLOWED, f"{place} is not within the areas this source may write in"))
        owner = self._owner_of(told.type) if told.type is not None else None
        return Order(owner or KEEPER, told.source, told.id, self._command(told, enrolment))

    def _command(self, told: Told, enrolment: Enrolment) -> bytes:
        enrolled = self._enrolled.get(enrolment)
        if enrolled is None:
            enrolled = self._enrolled[enrolment] = enrolment.as_enrolled()
        return b'{"event":%b,"enrolled":%b,"via":"http"}' % (told.raw, enrolled)

    def _note(self, events: Sequence[Told], results: Sequence[Verdict], caller: Caller) -> None:
        for status, count in Counter(result.status for result in results).items():
            self._telemetry.events.labels(status).inc(count)
        pairs = zip(events, results, strict=True)
        self._senders.note((told.source, result.status) for told, result in pairs if told.source is not None and told.source in caller.enrolments)


def rejected(id_: str | None, reason: Problem) -> Verdict:
    """The verdict on an event the door itself refuses."""
    return Verdict(id_, "rejected", msgspec.Raw(msgspec.json.encode(reason.as_json())))
