"""The intake with a real broker, a real database and rooms that answer as the test wants: nothing is lost, refused or counted twice that should not be."""

import asyncio
import hashlib
import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from zlib import crc32

import asyncpg
import pytest
import uvicorn
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.kernel.contracts.topics import BY_NAME
from services.kernel.topics import Topics
from tests.support.postgres import as_role
from tests.support.topics import remove

SOURCE = "urn:test:platform"
KEY = "a-key-of-the-platform"
REPOSITORY = Path(__file__).resolve().parents[3]
PARTITION = crc32(SOURCE.encode()) % 12


@pytest.fixture
def topics(kafka: str) -> Iterator[Topics]:
    with Topics(kafka) as administration:
        for name in ("inbound.v1", "rejected.v1"):
            remove(administration, name)
            administration.make(BY_NAME[name])
        yield administration


class Rooms:
    """Three rooms in one: remembers what was accepted, once for each (source, id), and refuses what refers to nothing."""

    def __init__(self) -> None:
        self.accepted: list[str] = []
        self.attempts: Counter[str] = Counter()
        self.entities: set[str] = set()
        self.away = False

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        status, answer = (503, {}) if self.away else (200, {"results": [self.judge(one["event"]) for one in json.loads(body)["commands"]]})
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    def judge(self, event: dict) -> dict:
        id_, data = event["id"], event["data"]
        self.attempts[id_] += 1
        if id_ in self.accepted:
            return {"id": id_, "status": "duplicate"}
        needed = data.get("organisation") if "member" in data else None
        if needed and needed not in self.entities:
            return {"id": id_, "status": "rejected", "problem": problem("unknown-reference", 409)}
        if data.get("bad"):
            return {"id": id_, "status": "rejected", "problem": problem("invalid", 400)}
        self.accepted.append(id_)
        self.entities.add(data.get("organisation", id_))
        return {"id": id_, "status": "accepted"}


def problem(code: str, status: int) -> dict:
    return {"type": f"urn:wangge:problem:{code}", "title": "No", "status": status, "detail": "because", "code": code}


@pytest.fixture
async def rooms(unused_tcp_port_factory) -> AsyncIterator[tuple[Rooms, str]]:
    port = unused_tcp_port_factory()
    application = Rooms()
    server = uvicorn.Server(uvicorn.Config(application, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server._serve())
    assert await until(lambda: server.started)
    yield application, f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    (tmp_path / "sources.json").write_text(json.dumps([{"source": SOURCE, "namespace": "test", "register": "test", "key_sha256": digest}]))
    (tmp_path / "internal.token").write_text("token")
    return tmp_path


class Bus:
    """All that an intake needs, and what a district does."""

    def __init__(self, dsn: str, kafka: str, address: str, secrets: Path, port: int) -> None:
        self.kafka = kafka
        self.dsn = dsn
        self._port = port
        self._environment = {
            "WANGGE_POSTGRES": as_role(dsn, "gateway"),
            "WANGGE_KAFKA": kafka,
            "WANGGE_SECRETS": str(secrets),
            "WANGGE_CATALOGUE": str(REPOSITORY / "catalogue"),
            "WANGGE_PORT": str(port),
            "WANGGE_INBOUND_PATIENCE": "6",
            **{f"WANGGE_{room}": address for room in ("MEMBERS", "ACTIVITIES", "CASES")},
        }

    @asynccontextmanager
    async def intake(self, fail: str = "") -> AsyncIterator[asyncio.subprocess.Process]:
        environment = os.environ | self._environment | {"WANGGE_FAIL": fail}
        process = await asyncio.create_subprocess_exec(sys.executable, "-m", "services.gateway.intake", cwd=REPOSITORY, env=environment)
        try:
            yield process
        finally:
            if process.returncode is None:
                process.terminate()
            assert await asyncio.wait_for(process.wait(), 20) in {0, -signal.SIGKILL, -signal.SIGTERM}  # the last, if it was told to stop before it had begun

    async def tell(self, *events: dict, headers: list[tuple[str, bytes]] | None = None) -> None:
        producer = AIOKafkaProducer(bootstrap_servers=self.kafka, linger_ms=5)
        await producer.start()
        try:
            for event in events:
                value = event["raw"] if "raw" in event else json.dumps(event).encode()
                source = event.get("source", SOURCE)
                partition = crc32(source.encode()) % 12
                await producer.send("inbound.v1", value, key=source.encode(), partition=partition, headers=headers or [("wangge-key", KEY.encode())])
            await producer.flush()
        finally:
            await producer.stop()

    async def committed(self) -> int:
        """How far the intake has committed in the source's partition."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, group_id="wangge-intake", enable_auto_commit=False)
        await consumer.start()
        try:
            return await consumer.committed(TopicPartition("inbound.v1", PARTITION)) or 0
        finally:
            await consumer.stop()

    async def commits(self, offset: int, *, within: float = 60) -> bool:
        until = time.monotonic() + within
        while time.monotonic() < until:
            if await self.committed() == offset:
                return True
            await asyncio.sleep(0.2)
        return False

    async def rejected(self, expected: int) -> list[tuple[str, str, dict]]:
        """(id, reason, event) of what stands on rejected.v1."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka, auto_offset_reset="earliest", fetch_max_wait_ms=100)
        await consumer.start()
        try:
            consumer.assign([TopicPartition("rejected.v1", partition) for partition in range(12)])
            found: list[tuple[str, str, dict]] = []
            until = time.monotonic() + 15
            while len(found) < expected and time.monotonic() < until:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        headers = dict(record.headers)
                        found.append((headers["ce_id"].decode(), headers["ce_rejectedreason"].decode(), json.loads(record.value)))
            return found
        finally:
            await consumer.stop()

    async def listed(self) -> dict[str, str]:
        """The list of refused events: id to reason."""
        connection = await asyncpg.connect(self.dsn)
        rows = await connection.fetch("SELECT id, code FROM log.refusal")
        await connection.close()
        return {row["id"]: row["code"] for row in rows}


@pytest.fixture
def bus(database_dsn, kafka, topics, rooms, secrets, unused_tcp_port_factory) -> Bus:
    return Bus(database_dsn, kafka, rooms[1], secrets, unused_tcp_port_factory())


def case(number: int, **data: object) -> dict:
    return event(f"e-{number}", "case.opened", {"case": f"c-{number}", "kind": "case.livelihood", **data})


def event(id_: str, type_: str, data: dict, source: str = SOURCE) -> dict:
    return {"specversion": "1.0", "id": id_, "source": source, "type": f"org.wangge.{type_}.v1", "time": "2026-01-05T08:00:00+08:00", "data": data}


async def until(true, *, within: float = 20) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        if true():
            return True
        await asyncio.sleep(0.05)
    return False


async def test_every_record_is_handed_on_in_order_and_its_offset_follows(bus, rooms):
    events = [case(number) for number in range(3_000)]
    await bus.tell(*events)

    async with bus.intake():
        assert await bus.commits(3_000)

    assert rooms[0].accepted == [one["id"] for one in events]
    assert await bus.listed() == {}


@pytest.mark.parametrize("point", ["intake.before_commit", "intake.after_commit"])
async def test_an_intake_killed_around_a_commit_hands_on_everything_once(point, bus, rooms):
    events = [case(number) for number in range(4_000)]
    await bus.tell(*events)
    async with bus.intake(fail=f"{point}:kill:1") as first:
        assert await asyncio.wait_for(first.wait(), 90) == -signal.SIGKILL

    async with bus.intake():
        assert await bus.commits(4_000)

    assert rooms[0].accepted == [one["id"] for one in events]


async def test_what_is_refused_is_listed_and_told_with_its_reason(bus, rooms):
    stranger = event("s-1", "case.opened", {"case": "c-1", "kind": "case.livelihood", "note": "secret"}, source="urn:test:stranger")
    await bus.tell(case(1), case(2, bad=True), {"raw": b"no event"}, stranger, case(3))

    async with bus.intake():
        assert await bus.commits(4)
        refused = await bus.rejected(3)

    assert {(id_, reason) for id_, reason, _ in refused} == {("e-2", "invalid"), (f"{PARTITION}-2", "invalid"), ("s-1", "not-allowed")}
    assert {id_: reason for id_, reason, _ in refused} == await bus.listed()
    assert "secret" not in str(refused)
    assert rooms[0].accepted == ["e-1", "e-3"]


async def test_a_wrong_key_is_refused_where_no_key_would_be_believed(bus, rooms):
    async with bus.intake():
        await bus.tell(case(1), headers=[("wangge-key", b"guessed")])
        await bus.tell(case(2), headers=[("content-type", b"application/cloudevents+json")])
        assert await bus.commits(2)

    assert rooms[0].accepted == ["e-2"]
    assert await bus.listed() == {"e-1": "not-allowed"}


async def test_an_unknown_reference_waits_and_only_what_names_its_entity_waits_with_it(bus, rooms):
    join = event("join", "member.joined", {"member": "m-1", "organisation": "o-1", "standing": "full"})
    leave = event("leave", "member.left", {"member": "m-1", "reason": "moved"})
    await bus.tell(case(1), join, leave, case(2))

    async with bus.intake():
        assert await until(lambda: rooms[0].accepted == ["e-1", "e-2"])
        assert await bus.committed() <= 1
        assert rooms[0].attempts["leave"] == 0
        await bus.tell(event("found", "organisation.established", {"organisation": "o-1", "kind": "organisation.branch"}))
        assert await bus.commits(5)

    assert rooms[0].accepted == ["e-1", "e-2", "found", "join", "leave"]


async def test_an_unknown_reference_is_refused_when_the_patience_ends(bus, rooms):
    await bus.tell(event("join", "member.joined", {"member": "m-1", "organisation": "o-1", "standing": "full"}), case(1))

    async with bus.intake():
        started = time.monotonic()
        assert await bus.commits(2)
        refused = await bus.rejected(1)

    assert time.monotonic() - started > 5
    assert [(id_, reason) for id_, reason, _ in refused] == [("join", "unknown-reference")]
    assert rooms[0].attempts["join"] > 3


async def test_a_room_that_is_away_gets_its_events_when_it_is_back_in_their_order(bus, rooms):
    rooms[0].away = True
    events = [case(number) for number in range(200)]
    await bus.tell(*events)

    async with bus.intake():
        await asyncio.sleep(5)
        assert await bus.committed() == 0
        rooms[0].away = False
        assert await bus.commits(200)

    assert rooms[0].accepted == [one["id"] for one in events]
    assert await bus.listed() == {}
