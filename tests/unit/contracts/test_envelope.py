"""Events arrive structured, in batches or binary, and keep what we do not know."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.contracts import envelope
from services.kernel.contracts.envelope import Envelope, Malformed, decode_batch, decode_event, decode_member, from_headers
from services.kernel.errors import RefusedError

PLAIN = {"specversion": "1.0", "id": "e-1", "source": "s", "type": "t", "time": "2026-03-02T09:00:00+08:00", "data": {"a": 1}}


def _bytes(**changes: Any) -> bytes:
    return json.dumps({**PLAIN, **changes}).encode()


def test_unknown_extensions_are_kept_with_their_types() -> None:
    event = decode_event(_bytes(traceparent="00-a", mood="good", count=3, urgent=True, gone=None))

    assert event.extensions == {"traceparent": "00-a", "mood": "good", "count": 3, "urgent": True}


def test_both_ways_of_decoding_say_the_same() -> None:
    fast, slow = decode_event(_bytes(traceparent="00-a")), decode_event(_bytes(traceparent="00-a", other="x"))

    assert {**fast.extensions, "other": "x"} == slow.extensions
    assert (fast.id, fast.source, fast.type, fast.time, bytes(fast.data or b"")) == (slow.id, slow.source, slow.type, slow.time, bytes(slow.data or b""))


def test_a_plain_event_is_read_in_one_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(envelope, "_from_members", lambda _: pytest.fail("took the long way"))

    assert decode_event(_bytes(traceparent="00-a", subject="unit/u-1", datacontenttype="application/json")).subject == "unit/u-1"
    assert decode_event(_bytes(data=None)).data is None
    assert bytes(decode_event(_bytes()).data or b"") == b'{"a": 1}'


@given(st.dictionaries(st.from_regex(r"[a-z0-9]{1,20}", fullmatch=True), st.text() | st.integers(-(2**31), 2**31) | st.booleans(), max_size=5), st.text())
def test_an_event_written_and_read_again_is_the_same(extensions: dict[str, Any], name: str) -> None:
    told = {**extensions, **PLAIN, "data": {"name": name}}
    event = decode_event(json.dumps(told).encode())

    again = decode_event(event.to_json())

    assert again == event
    assert json.loads(event.to_json()) == told


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"id": ""}, "/id"),
        ({"id": "x" * 513}, "/id"),
        ({"id": "a\0"}, "/id"),
        ({"id": 5}, "/id"),
        ({"source": ""}, "/source"),
        ({"source": None}, "/source"),
        ({"type": None}, "/type"),
        ({"specversion": None}, "/specversion"),
        ({"time": 12}, "/time"),
        ({"Mood": "x"}, "/Mood"),
        ({"mood": {"a": 1}}, "/mood"),
        ({"mood": 1.5}, "/mood"),
        ({"mood": 2**53}, "/mood"),
        ({"mood": -(10**400)}, "/mood"),
        ({"data_base64": "AAAA"}, "/data_base64"),
    ],
)
def test_an_event_without_a_usable_name_or_with_strange_attributes_is_invalid(changes: dict[str, Any], pointer: str) -> None:
    with pytest.raises(RefusedError) as refused:
        decode_event(_bytes(**changes))

    assert refused.value.problem.code == "invalid"
    assert refused.value.problem.errors[0].pointer == pointer


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"5", b"\xff", b"[" * 50_000])
def test_what_is_no_event_is_invalid(body: bytes) -> None:
    with pytest.raises(RefusedError):
        decode_event(body)


@pytest.mark.parametrize("text", [b'"\xed\xa0\x80"', b'"\\ud800"', b'"\xff"'])
@pytest.mark.parametrize("name", ["mood", "id", "time"])
def test_a_half_character_is_invalid_wherever_it_stands(name: str, text: bytes) -> None:
    told = json.dumps({**PLAIN, name: "?"}).encode().replace(b'"?"', text)

    assert isinstance(decode_member(told), Malformed)


def test_a_malformed_member_of_a_batch_stops_no_other() -> None:
    members = [PLAIN, {**PLAIN, "id": "e-2", "mood": [1]}, 7, {**PLAIN, "id": "e-3"}]

    first, second, third, fourth = decode_batch(json.dumps(members).encode())

    assert isinstance(first, Envelope)
    assert isinstance(fourth, Envelope)
    assert isinstance(second, Malformed)
    assert (second.id, second.source) == ("e-2", "s")
    assert isinstance(third, Malformed)
    assert (third.id, third.source) == (None, None)


@pytest.mark.parametrize("body", [b"{}", b"[", b"null", b"[{]"])
def test_a_batch_that_is_no_array_is_refused_whole(body: bytes) -> None:
    with pytest.raises(RefusedError):
        decode_batch(body)


def test_binary_mode_of_http_and_kafka_is_read_like_structured() -> None:
    http = [
        ("CE-Id", "e-1"),
        ("ce-source", "s"),
        ("ce-type", "t"),
        ("ce-specversion", "1.0"),
        ("ce-time", PLAIN["time"]),
        ("ce-mood", "%E5%A5%BD"),
        ("Host", "x"),
    ]
    kafka = [
        ("ce_id", b"e-1"),
        ("ce_source", b"s"),
        ("ce_type", b"t"),
        ("ce_specversion", b"1.0"),
        ("ce_time", str(PLAIN["time"]).encode()),
        ("ce_mood", "好".encode()),
    ]

    over_http = from_headers([*http, ("content-type", "application/json")], b'{"a": 1}')  # type: ignore[list-item]
    over_kafka = from_headers([*kafka, ("content-type", b"application/json")], b'{"a": 1}')  # type: ignore[list-item]

    assert over_http == over_kafka == decode_event(json.dumps({**PLAIN, "mood": "好", "datacontenttype": "application/json"}).encode())


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("ce-id", "e")],
        [("ce_id", b"\xff")],
        [("ce-id", "e"), ("ce-source", "s"), ("ce-type", "t"), ("ce-specversion", "1.0"), ("ce-data_base64", "AAAA")],
        [("ce-id", ""), ("ce-source", "s"), ("ce-type", "t"), ("ce-specversion", "1.0")],
    ],
)
def test_binary_mode_without_its_attributes_is_invalid(headers: list[tuple[str, str | bytes]]) -> None:
    with pytest.raises(RefusedError):
        from_headers(headers, b"{}")


def test_null_data_is_no_data() -> None:
    assert decode_event(_bytes(data=None)).data is None
    assert decode_event(_bytes(data=None, other="x")).data is None
