"""CloudEvents over HTTP, in their three modes."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.gateway.cloudevents import BATCH, STRUCTURED, UnreadableError, read_events
from tests.unit.gateway.door.stage import event


def test_a_structured_event_is_passed_on_byte_for_byte() -> None:
    body = b' {"id": "1", "source":"s","type":"t","specversion":"1.0", "data": {"n": 1.50, "n": 2}} '

    (told,) = read_events({"content-type": f"{STRUCTURED}; charset=UTF-8"}, body)

    assert bytes(told.raw).strip() == body.strip()
    assert (told.id, told.source, told.type, told.problem) == ("1", "s", "t", None)


names = st.none() | st.integers() | st.lists(st.integers(), max_size=2) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values = st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8) | st.lists(st.booleans(), max_size=2)
told_events = st.fixed_dictionaries(
    {
        "id": names,
        "source": names,
        "type": names,
        "specversion": st.just("1.0"),
        "data": st.dictionaries(st.text(max_size=3, alphabet="aé点"), values, max_size=3),
    }
)


@settings(deadline=None)
@given(st.lists(told_events, max_size=4))
def test_every_element_of_a_batch_keeps_its_place_and_its_content(events: list[dict[str, object]]) -> None:
    told = read_events({"content-type": BATCH}, json.dumps(events).encode())

    assert [json.loads(bytes(one.raw)) for one in told] == events
    for one, sent in zip(told, events, strict=True):
        usable = isinstance(sent["id"], str) and 0 < len(sent["id"]) <= 512 and "\0" not in sent["id"]
        assert not usable or one.id == sent["id"]
        assert usable or one.problem is not None


def test_a_binary_event_is_put_together_from_its_headers() -> None:
    headers = {
        "content-type": "application/json; charset=utf-8",
        "ce-specversion": "1.0",
        "ce-id": "e%201",
        "ce-source": "https://d.example/%E9%AB%98%E6%96%B0",
        "ce-type": "org.wangge.unit.registered.v1",
        "ce-time": "2019-03-04T09:30:00+08:00",
        "ce-traceparent": "00-ab",
        "host": "door",
    }

    (told,) = read_events(headers, b'{"unit": "u-1"}')

    assert json.loads(bytes(told.raw)) == {
        "specversion": "1.0",
        "id": "e 1",
        "source": "https://d.example/高新",
        "type": "org.wangge.unit.registered.v1",
        "time": "2019-03-04T09:30:00+08:00",
        "traceparent": "00-ab",
        "datacontenttype": "application/json; charset=utf-8",
        "data": {"unit": "u-1"},
    }


def test_binary_data_that_is_no_json_is_at_fault_alone() -> None:
    (told,) = read_events({"content-type": "text/plain", "ce-id": "1", "ce-source": "s", "ce-type": "t", "ce-specversion": "1.0"}, b"hello")

    assert told.problem is not None
    assert "text/plain" in told.problem.detail


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": BATCH}, b'[{"id": "1"}'),
        ({"content-type": BATCH}, b'{"id": "1"}'),
        ({"content-type": BATCH}, b'["\xff"]'),
        ({"content-type": STRUCTURED}, b""),
        ({"content-type": STRUCTURED}, b"[" * 100_000),
        ({"content-type": "application/json"}, b"{}"),
        ({"content-type": "application/json", "ce-type": "t"}, b"{"),
        ({"content-type": BATCH, "content-encoding": "gzip"}, b"[]"),
        ({}, b"[]"),
    ],
    ids=["cut", "no array", "no utf-8", "empty", "deep", "no mode", "binary cut", "encoded", "nothing"],
)
def test_a_request_that_cannot_be_read_is_refused_as_a_whole(headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(UnreadableError):
        read_events(headers, body)


@pytest.mark.parametrize("value", ["", "x" * 513, "a\0b", 7, None, ["a"]])
@pytest.mark.parametrize("name", ["id", "source"])
def test_an_id_or_source_that_no_index_can_hold_makes_only_its_event_faulty(name: str, value: object) -> None:
    events = [{**event(1), name: value}, event(2)]

    bad, good = read_events({"content-type": BATCH}, json.dumps(events).encode())

    assert bad.problem is not None
    assert name in bad.problem.detail
    assert good.problem is None


@pytest.mark.parametrize("element", [1, None, "text", [], [[]]])
def test_an_element_that_is_no_object_makes_only_itself_faulty(element: object) -> None:
    bad, good = read_events({"content-type": BATCH}, json.dumps([element, event(2)]).encode())

    assert bad.problem is not None
    assert good.id == "e-2"
