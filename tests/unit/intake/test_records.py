"""Kafka records as told events."""

import json

import pytest

from services.gateway.intake.records import Record, read_record

EVENT = {"specversion": "1.0", "id": "1", "source": "urn:s", "type": "org.wangge.case.opened.v1", "time": "2026-01-05T08:00:00+08:00", "data": {"case": "c"}}
BINARY = {
    "ce_specversion": b"1.0",
    "ce_id": b"1",
    "ce_source": b"urn:s",
    "ce_type": b"org.wangge.case.opened.v1",
    "ce_traceparent": b"00-x",
    "wangge-key": b"secret",
    "content-type": b"application/json; charset=utf-8",
}


def record(value: bytes | None, headers: dict[str, bytes] | None = None) -> Record:
    return Record(0, 0, value, headers or {})


@pytest.mark.parametrize("headers", [{}, {"content-type": b"application/cloudevents+json; charset=UTF-8", "ce_specversion": b"1.0", "ce_id": b"1"}])
def test_a_structured_record_is_the_event(headers):
    read = read_record(record(json.dumps(EVENT).encode(), headers))

    assert (read.id, read.source, read.type, read.problem) == ("1", "urn:s", EVENT["type"], None)
    assert json.loads(bytes(read.raw)) == EVENT


def test_a_binary_record_is_put_together_from_its_headers_without_its_key():
    read = read_record(record(b'{"case":"c"}', BINARY))

    assert read.problem is None
    event = json.loads(bytes(read.raw))
    assert event["data"] == {"case": "c"}
    assert (event["id"], event["source"], event["traceparent"]) == ("1", "urn:s", "00-x")
    assert "secret" not in json.dumps(event)


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (None, {}),
        (b"", {}),
        (b"no json", {}),
        (b"[]", {}),
        (b'{"id": "1"}', {}),
        (b"\xff\xfe", {}),
        (b'{"a": "\xff"}', BINARY),
        (b'{"a":1}, "id": "2"', BINARY),
        (b'{"case":', BINARY),
        (b"<xml/>", BINARY | {"content-type": b"application/xml"}),
        (b"{}", {name: value for name, value in BINARY.items() if name != "ce_id"}),
        (b"{}", BINARY | {"ce_id": b"\xff"}),
        (b"[" * 100_000, {}),
    ],
)
def test_what_is_no_event_says_why_and_raises_nothing(value, headers):
    assert read_record(record(value, headers)).problem is not None


def test_a_malformed_event_keeps_the_name_it_has():
    read = read_record(record(json.dumps({"id": "7", "source": "urn:s", "data": {}}).encode()))

    assert (read.id, read.source) == ("7", "urn:s")
    assert read.problem is not None


def test_the_key_of_a_record_is_its_header():
    assert record(b"", {"wangge-key": b" k "}).key == "k"
    assert record(b"").key is None
