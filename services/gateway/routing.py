"""Events to their owners: what waits for one room, from many requests, goes in one post, a few posts at a time, side by side with the other rooms."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import httpx
import msgspec
import structlog
from structlog.contextvars import bound_contextvars, get_contextvars

from services.gateway.rooms import OWNERS, Rooms
from services.gateway.telemetry import DoorTelemetry
from services.kernel.errors import Code, problem
from services.kernel.http.correlation import LONGEST_ID, REQUEST_ID
from services.kernel.ids import new_id
from services.kernel.pace import Pace

_log = structlog.get_logger()

MOST_EVENTS = 2_000  # a post gathers up to this many: enough to hide a room's commit; a larger request goes alone
MOST_BYTES = 8 * 1024 * 1024
POSTS = 2  # in flight per room: one is being read while the other commits
WORTH_A_SECOND = 500  # events that must wait before a second post goes beside the first: fewer gather behind it, and share one commit
ROUND_S = 0.01  # from one post to the next while fewer wait than that; the first after a rest does not wait
MOST_WAITING = 50_000  # events that may wait for one room; what comes then is told to come again, so memory stays bounded
_UNREADABLE = {400, 413, 422}  # a room could not read the post: something in it is at fault, so halve it


class Order(NamedTuple):
    """One event on its way to its owner."""

    owner: str
    source: str
    id: str
    command: bytes  # JSON, see docs/architecture.md, section 1


class Verdict(msgspec.Struct, omit_defaults=True):
    """What became of one event: accepted, duplicate, rejected (then with its problem) or unavailable."""

    id: str | None
    status: str
    problem: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Answer(msgspec.Struct):
    results: list[Verdict]


class _Parcel(NamedTuple):
    commands: Sequence[bytes]
    ids: Sequence[str]
    size: int
    request: str  # the correlation id of the request it came in
    answer: "asyncio.Future[list[Verdict]]"


_ANSWER = msgspec.json.Decoder(_Answer)


class Lane:
    """The way to one room. A parcel (one request's events for this room) always travels whole, so their order is the room's to keep."""

    def __init__(self, owner: str, client: httpx.AsyncClient, telemetry: DoorTelemetry) -> None:
        self._owner = owner
        self._client = client
        self._telemetry = telemetry
        self._parcels: deque[_Parcel] = deque()
        self._arrived = asyncio.Event()
        self._waiting = 0
        self._posting = 0
        self._pace = Pace()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begins to post."""
        self._tasks = [asyncio.create_task(self._run(), name=f"lane-{self._owner}-{number}") for number in range(POSTS)]

    async def stop(self) -> None:
        """Stops; whoever still waits hears `unavailable`."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while self._parcels:
            _settle(self._parcels.popleft(), None)

    async def send(self, commands: Sequence[bytes], ids: Sequence[str]) -> list[Verdict]:
        """One verdict per command, in order."""
        if self._waiting + len(commands) > MOST_WAITING:
            return _unavailable(ids)
        request = str(get_contextvars().get("trace_id", ""))
        parcel = _Parcel(commands, ids, sum(map(len, commands)), request, asyncio.get_running_loop().create_future())
        self._parcels.append(parcel)
        self._count_waiting(len(commands))
        self._arrived.set()
        return await parcel.answer

    def _count_waiting(self, change: int) -> None:
        self._waiting += change
        self._telemetry.waiting.labels(self._owner).set(self._waiting)

    @property
    def _may_post(self) -> bool:
        return bool(self._parcels) and (not self._posting or self._waiting >= WORTH_A_SECOND)

    async def _run(self) -> None:
        while True:
            if not self._may_post:
                self._arrived.clear()
                await self._arrived.wait()
                continue
            if self._waiting < WORTH_A_SECOND:
                await self._pace.keep(ROUND_S)
                if not self._may_post:  # the other task was quicker
                    continue
            group = self._take()
            self._posting += 1
            verdicts: list[Verdict] | None = None
            try:
                with bound_contextvars(trace_id=_joined(parcel.request for parcel in group)):
                    verdicts = await self._post([one for parcel in group for one in parcel.commands], [one for parcel in group for one in parcel.ids])
            except Exception:  # noqa: BLE001 - whatever happens, whoever waits gets an answer and the lane goes on
                _log.exception("a post failed in an unforeseen way", owner=self._owner)
            finally:
                self._posting -= 1
                self._arrived.set()  # also those that gathered meanwhile may go now
                start = 0
                for parcel in group:
                    end = start + len(parcel.commands)
                    _settle(parcel, verdicts and verdicts[start:end])
                    start = end

    def _take(self) -> list[_Parcel]:
        """The next parcels that fit one post; at least one."""
        group = [self._parcels.popleft()]
        events, size = len(group[0].commands), group[0].size
        while self._parcels and events + len(self._parcels[0].commands) <= MOST_EVENTS and size + self._parcels[0].size <= MOST_BYTES:
            parcel = self._parcels.popleft()
            group.append(parcel)
            events += len(parcel.commands)
            size += parcel.size
        self._count_waiting(-events)
        return group

    async def _post(self, commands: Sequence[bytes], ids: Sequence[str]) -> list[Verdict]:
        self._telemetry.post_events.labels(self._owner).observe(len(commands))
        try:
            with self._telemetry.post_seconds.labels(self._owner).time():
                headers = {"content-type": "application/json", REQUEST_ID: get_contextvars()["trace_id"]}
                answer = await self._client.post("/batch", content=b'{"commands":[' + b",".join(commands) + b"]}", headers=headers)
        except httpx.HTTPError as error:
            return self._failed(ids, "no answer", f"{type(error).__name__}: {error}")
        if answer.status_code in _UNREADABLE:
            return await self._halve(commands, ids, answer)
        if answer.status_code != httpx.codes.OK:
            return self._failed(ids, "error", f"{answer.status_code}: {answer.text[:200]}")
        try:
            verdicts = _ANSWER.decode(answer.content).results
        except msgspec.MsgspecError as error:
            return self._failed(ids, "unreadable", str(error))
        if len(verdicts) != len(ids):
            return self._failed(ids, "unreadable", f"{len(verdicts)} results for {len(ids)} events")
        self._telemetry.posts.labels(self._owner, "answered").inc()
        return verdicts

    def _failed(self, ids: Sequence[str], outcome: str, error: str) -> list[Verdict]:
        self._telemetry.posts.labels(self._owner, outcome).inc()
        _log.warning("a room did not take a batch", owner=self._owner, events=len(ids), error=error)
        return _unavailable(ids)

    async def _halve(self, commands: Sequence[bytes], ids: Sequence[str], answer: httpx.Response) -> list[Verdict]:
        """A post the room cannot read: good events are not lost to the one that spoils it."""
        self._telemetry.posts.labels(self._owner, "halved").inc()
        if len(commands) == 1:
            refusal = problem(Code.INVALID, f"the {self._owner} room cannot read this event: {answer.text[:300]}")
            return [Verdict(ids[0], "rejected", msgspec.Raw(msgspec.json.encode(refusal.as_json())))]
        middle = len(commands) // 2
        return await self._post(commands[:middle], ids[:middle]) + await self._post(commands[middle:], ids[middle:])


class Router:
    """Hands events to the rooms that own them."""

    def __init__(self, rooms: Rooms, telemetry: DoorTelemetry) -> None:
        self._lanes = {owner: Lane(owner, rooms.client(owner), telemetry) for owner in OWNERS}

    def start(self) -> None:
        """Begins to deliver."""
        for lane in self._lanes.values():
            lane.start()

    async def stop(self) -> None:
        """Stops; events still waiting come back as unavailable."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes.values()))

    async def deliver(self, orders: Sequence[Order]) -> list[Verdict]:
        """One verdict per order, in order; `accepted` means committed. After an unavailable one, all later ones of its source and owner are too."""
        by_owner: dict[str, list[int]] = {}
        for position, order in enumerate(orders):
            by_owner.setdefault(order.owner, []).append(position)
        answers = await asyncio.gather(
            *(self._lanes[owner].send([orders[n].command for n in positions], [orders[n].id for n in positions]) for owner, positions in by_owner.items())
        )
        verdicts: list[Verdict] = [Verdict(None, "unavailable")] * len(orders)
        for positions, answer in zip(by_owner.values(), answers, strict=True):
            broken: set[str] = set()
            for position, verdict in zip(positions, answer, strict=True):
                source = orders[position].source
                if verdict.status == "unavailable":
                    broken.add(source)
                # Sent again, what was stored after a break says duplicate: the source's order is kept whatever the room did.
                id_ = orders[position].id  # ours: a room has none for what it cannot read
                verdicts[position] = Verdict(id_, "unavailable") if source in broken else Verdict(id_, verdict.status, verdict.problem)
        return verdicts


def _joined(requests: Iterable[str]) -> str:
    """The ids of several requests as one, as far as they fit."""
    joined = ""
    for request in dict.fromkeys(filter(None, requests)):
        longer = f"{joined},{request}" if joined else request
        if len(longer) > LONGEST_ID:
            break
        joined = longer
    return joined or new_id().hex


def _unavailable(ids: Sequence[str]) -> list[Verdict]:
    return [Verdict(one, "unavailable") for one in ids]


def _settle(parcel: _Parcel, verdicts: list[Verdict] | None) -> None:
    if not parcel.answer.done():
        parcel.answer.set_result(_unavailable(parcel.ids) if verdicts is None else verdicts)
