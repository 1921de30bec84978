"""A request's events: who says them, whose they are, what became of them."""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
import structlog

from services.gateway.access import Caller, Enrolment
from services.gateway.cloudevents import Told
from services.gateway.routing import Order, Router, Verdict
from services.gateway.senders import Senders, Way
from services.gateway.telemetry import DoorTelemetry
from services.kernel.errors import Code, Problem, problem
from services.kernel.inbox.inbox import Refused
from services.kernel.postgres.database import UNAVAILABLE

_log = structlog.get_logger()
_ENCODE = msgspec.json.Encoder().encode

KEEPER = "members"
"""The room that refuses and keeps events of a type no room owns (docs/architecture.md, section 1)."""

Keeps = Callable[[Sequence[Refused]], Awaitable[None]]
"""Keeps what the door itself refuses; raises what hinders it."""


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

    def __init__(
        self,
        router: Router,
        owner_of: Callable[[str], str | None],
        senders: Senders | None,
        telemetry: DoorTelemetry,
        *,
        keep: Keeps | None = None,
        places: Places | None = None,
        way: Way = "http",
    ) -> None:
        """Without `senders` nobody counts here what each source sent: whoever tries events again counts them once they are settled."""
        self._router = router
        self._owner_of = owner_of
        self._senders = senders
        self._telemetry = telemetry
        self._keep = keep
        self._places = places
        self._way = way.encode()
        self._enrolled: dict[Enrolment, bytes] = {}

    async def receive(self, events: Sequence[Told], caller: Caller) -> Answer:
        """One result per event, in order; one that cannot be taken never stops another, but for what its source told the same owner after it."""
        judged = [await self._judge(told, caller) for told in events]
        kept = await self._keep_refused([(told, one) for told, one in zip(events, judged, strict=True) if isinstance(one, Problem)])
        settled = self._without_undecided(events, judged, kept=kept)
        orders = [one for one in settled if isinstance(one, Order)]
        delivered = iter(await self._router.deliver(orders) if orders else ())
        results = [next(delivered) if isinstance(one, Order) else one for one in settled]
        self._note(events, results, caller)
        sums = Counter(result.status for result in results)
        return Answer(results, sums["accepted"], sums["duplicate"], sums["rejected"], sums["unavailable"])

    def _without_undecided(self, events: Sequence[Told], judged: Sequence[Order | Problem | None], *, kept: bool) -> list[Order | Verdict]:
        """What goes on to the rooms, and verdicts on the rest; after an event that must come again, all later ones of its source and owner must too."""
        broken: set[tuple[str, str]] = set()
        settled: list[Order | Verdict] = []
        for told, one in zip(events, judged, strict=True):
            way = (told.source or "", self._owner(told))
            if isinstance(one, Order) and way not in broken:
                settled.append(one)
            elif isinstance(one, Problem) and ((kept and way not in broken) or told.source is None or told.id is None):
                settled.append(Verdict(told.id, "rejected", msgspec.Raw(_ENCODE(one.as_json()))))
            else:
                broken.add(way)
                settled.append(Verdict(told.id, "unavailable"))
        return settled

    def _owner(self, told: Told) -> str:
        return (self._owner_of(told.type) if told.type is not None else None) or KEEPER

    async def _judge(self, told: Told, caller: Caller) -> Order | Problem | None:
        """Where an event goes, or why it goes nowhere; None if that cannot be said now."""
        if told.id is None or told.source is None:
            return told.problem or problem(Code.INVALID, "every CloudEvent has an id and a source")
        enrolment = caller.writes_as(told.source)
        if enrolment is None:
            return problem(Code.NOT_ALLOWED, f"the source {told.source} is not enrolled with this key")
        if told.problem is not None:
            return told.problem
        if enrolment.areas and self._places is not None:
            try:
                place = await self._places.outside(told, enrolment.areas, enrolment.namespace)
            except UNAVAILABLE as error:
                _log.warning("the tree of areas cannot be read", error=f"{type(error).__name__}: {error}")
                return None
            if place is not None:
                return problem(Code.NOT_ALLOWED, f"{place} is not known to lie within the areas this source may write in")
        return Order(self._owner(told), told.source, told.id, self._command(told, enrolment))

    async def _keep_refused(self, refused: Sequence[tuple[Told, Problem]]) -> bool:
        """Keeps what the door refuses and can be named; False if that is not possible now, and the events must come again."""
        named = [Refused(told.source, told.id, reason, _without_data(told)) for told, reason in refused if told.source and told.id]
        if not named or self._keep is None:
            return True
        try:
            await self._keep(named)
        except UNAVAILABLE as error:
            _log.warning("refusals could not be kept", refusals=len(named), error=f"{type(error).__name__}: {error}")
            return False
        return True

    def _command(self, told: Told, enrolment: Enrolment) -> bytes:
        enrolled = self._enrolled.get(enrolment)
        if enrolled is None:
            enrolled = self._enrolled[enrolment] = enrolment.as_enrolled()
        return b'{"event":%b,"enrolled":%b,"via":"%b"}' % (told.raw, enrolled, self._way)

    def _note(self, events: Sequence[Told], results: Sequence[Verdict], caller: Caller) -> None:
        for status, count in Counter(result.status for result in results).items():
            self._telemetry.events.labels(status).inc(count)
        if self._senders is None:
            return
        pairs = zip(events, results, strict=True)
        self._senders.note((told.source, result.status) for told, result in pairs if told.source is not None and told.source in caller.enrolments)


def _without_data(told: Told) -> bytes:
    """Nobody has looked whether the data of such an event names a person, so none of it is kept."""
    return _ENCODE({"specversion": "1.0", "id": told.id, "source": told.source, **({"type": told.type[:200]} if told.type else {})})
