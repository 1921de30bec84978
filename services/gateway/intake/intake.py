"""The intake: records become commands, batches go to the rooms side by side, offsets follow what PostgreSQL has answered for."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec
import structlog

from services.gateway.access import Caller
from services.gateway.events import KEEPER, Door
from services.gateway.intake.backlog import Backlog, Item
from services.gateway.intake.inbound import Inbound
from services.gateway.intake.names import names_of
from services.gateway.intake.records import Record, read_record
from services.gateway.intake.rejected import Refusal, Rejected
from services.gateway.intake.settings import IntakeSettings
from services.gateway.intake.speakers import Speakers
from services.gateway.intake.telemetry import IntakeTelemetry
from services.gateway.rooms import OWNERS
from services.gateway.routing import Verdict
from services.gateway.senders import Senders
from services.kernel.contracts.registry import owner_of
from services.kernel.errors import Code, Problem, problem

_log = structlog.get_logger()

DOOR = "door"
"""The queue of records that no room need see: refused here."""
COMMIT_EVERY_S = 0.5
LONGEST_REST_S = 1.0
PAUSE_S = (0.2, 5.0)  # after a room could not take events; doubled up to the second

_problem = msgspec.json.Decoder(Problem).decode


class Intake:
    """Reads, hands on, settles."""

    def __init__(
        self, settings: IntakeSettings, speakers: Speakers, door: Door, rejected: Rejected, telemetry: IntakeTelemetry, senders: Senders | None = None
    ) -> None:
        self._settings = settings
        self._speakers = speakers
        self._door = door
        self._rejected = rejected
        self._telemetry = telemetry
        self._senders = senders
        self._stirred = {owner: asyncio.Event() for owner in (*OWNERS, DOOR)}
        self._backlog = Backlog(self._stirred, settings.inbound_patience)
        self._committed_at = 0.0

    def settled(self) -> dict[int, int]:
        """Of each partition the first offset that is not decided."""
        return self._backlog.positions()

    async def read(self, inbound: Inbound, stop: asyncio.Event) -> None:
        """Reads and commits until stopped. Raises KafkaError; what was undecided then is read again by the next consumer."""
        try:
            while not stop.is_set():
                polled = await inbound.poll(self._settings.inbound_batch)
                self._telemetry.partitions.set(polled.mine)
                for partition in polled.moved:
                    self._backlog.drop(partition)
                self._speakers.refresh()
                for record in polled.records:
                    self._receive(record)
                await self._commit(inbound)
                await inbound.hold(self._crowded())
        finally:
            await self._commit(inbound, now=True)
            for partition in self._backlog.positions():
                self._backlog.drop(partition)

    async def serve(self, owner: str) -> None:
        """Hands an owner's events on, for ever. One delivery at a time; owners run side by side."""
        pause = 0.0
        while True:
            items = self._backlog.take(owner, time.monotonic(), self._settings.inbound_batch)
            self._telemetry.undecided.labels(owner).set(self._backlog.waiting(owner))
            if not items:
                await self._rest(owner)
                continue
            unavailable = await self._deliver(items)
            pause = min(max(PAUSE_S[0], 2 * pause), PAUSE_S[1]) if unavailable else 0.0
            if unavailable:
                self._telemetry.unavailable.labels(owner).inc(unavailable)
                await asyncio.sleep(pause)

    def _receive(self, record: Record) -> None:
        self._telemetry.records.inc()
        told = read_record(record)
        enrolment = self._speakers.enrolment(told.source, record.key) if told.source is not None else None
        if told.id is None or enrolment is None:
            item = Item(record.partition, record.offset, told, owner=DOOR)
        else:
            owner = (told.type and owner_of(told.type)) or KEEPER
            names = names_of(told, enrolment.namespace, enrolment.register)
            item = Item(record.partition, record.offset, told, owner=owner, enrolment=enrolment, names=names)
        self._backlog.add(item)
        self._stirred[item.owner].set()

    async def _commit(self, inbound: Inbound, *, now: bool = False) -> None:
        if not now and time.monotonic() - self._committed_at < COMMIT_EVERY_S:
            return
        for partition, offset in (await inbound.commit()).items():
            self._telemetry.position.labels(str(partition)).set(offset)
        self._committed_at = time.monotonic()

    def _crowded(self) -> set[int]:
        return {partition for partition in self._backlog.positions() if self._backlog.undecided(partition) >= self._settings.inbound_most_undecided}

    async def _rest(self, owner: str) -> None:
        stirred = self._stirred[owner]
        due = self._backlog.next_due(owner)
        wait = LONGEST_REST_S if due is None else min(LONGEST_REST_S, max(0.01, due - time.monotonic()))
        self._telemetry.progress.set_to_current_time()
        try:
            async with asyncio.timeout(wait):
                await stirred.wait()
        except TimeoutError:
            return
        stirred.clear()

    async def _deliver(self, items: Sequence[Item]) -> int:
        """Settles what can be settled; how many events could not be taken."""
        by_source: dict[str | None, list[Item]] = {}
        for item in items:
            by_source.setdefault(item.told.source if item.enrolment is not None else None, []).append(item)
        answers = await asyncio.gather(*(self._ask(group) for group in by_source.values()))
        verdicts = [pair for group, answer in zip(by_source.values(), answers, strict=True) for pair in zip(group, answer, strict=True)]
        refusals = [refusal for item, verdict in verdicts if (refusal := self._final(item, verdict)) is not None]
        self._settle([item for item, verdict in verdicts if verdict.status in {"accepted", "duplicate"}], verdicts)
        if refusals:
            await self._refuse(refusals)
        return sum(verdict.status == "unavailable" for _, verdict in verdicts)

    async def _ask(self, items: Sequence[Item]) -> list[Verdict]:
        """The verdicts on one source's events."""
        first = items[0]
        if first.enrolment is None:
            return [_refused_here(item) for item in items]
        answer = await self._door.receive([item.told for item in items], Caller(enrolments={first.enrolment.source: first.enrolment}))
        return answer.results

    def _settle(self, items: Sequence[Item], verdicts: Sequence[tuple[Item, Verdict]]) -> None:
        self._backlog.decide(items, exist=True)
        for status, count in Counter(verdict.status for _, verdict in verdicts if verdict.status in {"accepted", "duplicate"}).items():
            self._telemetry.decided.labels(status).inc(count)
        self._note((item, verdict.status) for item, verdict in verdicts if verdict.status in {"accepted", "duplicate"})
        self._telemetry.progress.set_to_current_time()

    def _note(self, decided: Iterable[tuple[Item, str]]) -> None:
        """Counts what is settled for good, and once, however often it was tried; of enrolled sources only."""
        if self._senders is not None:
            self._senders.note((item.told.source, status) for item, status in decided if item.enrolment is not None and item.told.source is not None)

    def _final(self, item: Item, verdict: Verdict) -> Refusal | None:
        if verdict.status != "rejected":
            return None
        reason = _problem(verdict.problem) if isinstance(verdict.problem, msgspec.Raw) else problem(Code.INVALID, "refused without a reason")
        if reason.code == Code.UNKNOWN_REFERENCE and self._backlog.postpone(item, time.monotonic()):
            self._telemetry.postponed.inc()
            return None
        return Refusal(item, reason)

    async def _refuse(self, refusals: Sequence[Refusal]) -> None:
        pause = PAUSE_S[0]
        while True:
            try:
                await self._rejected.keep(refusals)
                break
            except Exception as error:  # noqa: BLE001 - whatever hinders it, a refusal is not lost: its offset waits
                _log.warning("refusals could not be kept yet", refusals=len(refusals), error=f"{type(error).__name__}: {error}")
                await asyncio.sleep(pause)
                pause = min(2 * pause, PAUSE_S[1])
        for refusal in refusals:
            self._telemetry.refused.labels(refusal.problem.code).inc()
        self._telemetry.decided.labels("rejected").inc(len(refusals))
        self._note((refusal.item, "rejected") for refusal in refusals)
        self._backlog.decide([refusal.item for refusal in refusals], exist=False)


def _refused_here(item: Item) -> Verdict:
    told = item.told
    if told.source is None or told.id is None:
        reason = told.problem or problem(Code.INVALID, "every CloudEvent has an id and a source")
    else:
        reason = problem(Code.NOT_ALLOWED, f"the source {told.source} is not enrolled, or not with the key in the record's header wangge-key")
    return Verdict(told.id, "rejected", msgspec.Raw(msgspec.json.encode(reason.as_json())))
