"""The client that districts copy keeps its promises: one result per event, in order, whatever the door does meanwhile."""

import json
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import ModuleType, SimpleNamespace

import msgspec
import pytest

from services.kernel.contracts.cases_events import CaseOpened
from services.kernel.contracts.envelope import decode_event
from services.kernel.contracts.registry import TYPES
from tests.support.copied_client import PATH, load_client

NOON = datetime(2026, 1, 5, 12, tzinfo=timezone(timedelta(hours=8)))


@pytest.fixture
def client() -> ModuleType:
    return load_client()


class Door:
    """Answers as its script says, one entry a request, then accepts; remembers what it accepted."""

    def __init__(self) -> None:
        self.script: list[object] = []
        self.requests: list[tuple[str, str, int]] = []
        self.accepted: list[str] = []

    def answer(self, events: list[dict]) -> tuple[int, bytes]:
        step = self.script.pop(0) if self.script else None
        if isinstance(step, int):
            return step, b'{"detail":"no"}'
        if isinstance(step, bytes):
            return 200, step
        results = []
        for number, event in enumerate(events):
            if step == "half" and number >= len(events) // 2:
                results.append({"id": event["id"], "status": "unavailable"})
            elif event["id"] in self.accepted:
                results.append({"id": event["id"], "status": "duplicate"})
            elif event["data"].get("bad"):
                results.append({"id": event["id"], "status": "rejected", "problem": {"code": "invalid"}})
            else:
                self.accepted.append(event["id"])
                results.append({"id": event["id"], "status": "accepted"})
        return 200, json.dumps({"results": results}).encode()


@pytest.fixture
def door(client, monkeypatch) -> Iterator[Door]:
    door = Door()
    monkeypatch.setattr(client.time, "sleep", lambda _: None)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            events = json.loads(self.rfile.read(int(self.headers["content-length"])))
            door.requests.append((self.path, self.headers["authorization"], len(events)))
            status, body = door.answer(events)
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    door.address = f"http://127.0.0.1:{server.server_port}/"
    yield door
    server.shutdown()
    thread.join()
    server.server_close()


def cases(client, number: int) -> list[dict]:
    return [client.event("urn:s", f"e-{n}", "case.opened", NOON, {"case": f"c-{n}", "kind": "livelihood"}) for n in range(number)]


def test_it_is_short_enough_to_be_read_before_it_is_copied():
    assert len(PATH.read_text().splitlines()) < 60


def test_an_event_is_a_cloudevent_with_its_offset(client):
    made = client.event("urn:s", "e-1", "case.opened", NOON, {"case": "c"}, traceparent="00-x")

    assert made == {
        "specversion": "1.0",
        "id": "e-1",
        "source": "urn:s",
        "type": "org.wangge.case.opened.v1",
        "time": "2026-01-05T12:00:00+08:00",
        "datacontenttype": "application/json",
        "traceparent": "00-x",
        "data": {"case": "c"},
    }


def test_a_time_without_offset_is_no_time(client):
    with pytest.raises(ValueError, match="offset"):
        client.event("urn:s", "e-1", "case.opened", NOON.replace(tzinfo=None), {})


def test_events_go_in_batches_with_the_key_and_come_back_in_order(client, door):
    results = client.Http(door.address, "k").tell(*cases(client, 1_200))

    assert [one["status"] for one in results] == ["accepted"] * 1_200
    assert [one["id"] for one in results] == [f"e-{n}" for n in range(1_200)]
    assert door.requests == [("/v1/events", "Bearer k", 500), ("/v1/events", "Bearer k", 500), ("/v1/events", "Bearer k", 200)]


def test_a_refused_event_has_its_problem_and_harms_no_other(client, door):
    events = cases(client, 3)
    events[1]["data"]["bad"] = True

    results = client.Http(door.address, "k").tell(*events)

    assert [one["status"] for one in results] == ["accepted", "rejected", "accepted"]
    assert results[1]["problem"] == {"code": "invalid"}


@pytest.mark.parametrize("script", [[503, 503], [500, 429], [b"cut off"], [b""], ["half", 503, "half"]])
def test_what_is_not_known_to_be_stored_is_sent_again_in_its_order(client, door, script):
    door.script = list(script)

    results = client.Http(door.address, "k").tell(*cases(client, 40))

    assert [one["id"] for one in results] == [f"e-{n}" for n in range(40)]
    assert {one["status"] for one in results} <= {"accepted", "duplicate"}
    assert door.accepted == [f"e-{n}" for n in range(40)]


def test_a_door_that_does_not_answer_is_asked_until_it_does(client, door, monkeypatch):
    tries = []

    def away(request, timeout):
        tries.append(timeout)
        if len(tries) < 4:
            raise ConnectionRefusedError
        return original(request, timeout=timeout)

    original = client.urllib.request.urlopen
    monkeypatch.setattr(client.urllib.request, "urlopen", away)

    assert [one["status"] for one in client.Http(door.address, "k").tell(*cases(client, 1))] == ["accepted"]
    assert len(tries) == 4


@pytest.mark.parametrize("status", [400, 401, 403, 413])
def test_a_request_that_can_never_succeed_is_an_error(client, door, status):
    door.script = [status]

    with pytest.raises(RuntimeError, match=str(status)):
        client.Http(door.address, "k").tell(*cases(client, 1))


def test_on_kafka_every_event_goes_under_its_source_with_the_key(client, monkeypatch):
    sent = []

    class Producer:
        def __init__(self, **settings: object) -> None:
            self.settings = settings
            assert settings["acks"] == "all"

        def send(self, topic: str, value: bytes, key: bytes, headers: list) -> SimpleNamespace:
            sent.append((topic, json.loads(value)["id"], key, dict(headers)))
            return SimpleNamespace(get=lambda timeout: timeout)

    monkeypatch.setitem(sys.modules, "kafka", SimpleNamespace(KafkaProducer=Producer))

    client.Kafka("broker:9092", "k", security_protocol="SASL_SSL").tell(*cases(client, 2))

    headers = {"content-type": b"application/cloudevents+json", "wangge-key": b"k"}
    assert sent == [("inbound.v1", "e-0", b"urn:s", headers), ("inbound.v1", "e-1", b"urn:s", headers)]


def test_the_event_that_the_guide_posts_keeps_to_the_contract():
    guide = (PATH.parent / "connect.md").read_text()
    shown = guide[guide.index('{"specversion"') :]
    event = decode_event(shown[: shown.index("}}'") + 2].encode())

    assert event.data is not None
    assert msgspec.json.decode(event.data, type=TYPES[event.type].data) == CaseOpened(case="20260105-17", kind="livelihood", area="a-3")
