"""Telling events through the door."""

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from deploy.demo.emit import LARGEST, EventsRefusedError, HttpEmitter, Pace
from deploy.demo.gateway import Gateway, GatewayError
from deploy.demo.waiting import until_counted, until_taken_in

EVENTS = [{"id": str(number), "time": "2019-01-01T00:00:00+08:00"} for number in range(LARGEST * 2 + 200)]
Judge = Callable[[list[str]], list[str]]


class Door:
    """A gateway that judges each batch by a function from ids to statuses."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self.stored: list[str] = []
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        ids = [event["id"] for event in json.loads(request.content)]
        results: list[dict[str, Any]] = [{"id": one, "status": status} for one, status in zip(ids, self.judge(ids), strict=True)]
        for result in results:
            if result["status"] == "rejected":
                result["problem"] = {"code": "conflict", "detail": "told before"}
            if result["status"] == "accepted":
                self.stored.append(result["id"])
        return httpx.Response(503 if all(one["status"] == "unavailable" for one in results) else 200, json={"results": results})


def emit(door: Door, events: list[dict[str, Any]] = EVENTS) -> tuple[Counter[str], list[float]]:
    slept: list[float] = []
    gateway = Gateway("http://door.example", "the-key", httpx.MockTransport(door))
    return HttpEmitter(gateway, slept.append).emit(events, Pace(len(events), 0), lambda _: None), slept


def test_everything_is_told_once_in_order_under_the_key() -> None:
    door = Door(lambda ids: ["accepted"] * len(ids))

    counts, slept = emit(door)

    assert counts == {"accepted": len(EVENTS)}
    assert door.stored == [event["id"] for event in EVENTS]
    assert slept == []
    assert {request.headers["authorization"] for request in door.requests} == {"Bearer the-key"}


def test_what_is_unavailable_is_told_again_before_anything_later() -> None:
    refusals = iter([{"7", "8"}, {"7", "8"}, {"8"}])

    def judge(ids: list[str]) -> list[str]:
        away = next(refusals, set())
        return ["unavailable" if one in away else "duplicate" if one == "9" else "accepted" for one in ids]

    door = Door(judge)
    counts, slept = emit(door)

    assert counts == {"accepted": len(EVENTS) - 1, "duplicate": 1}
    assert door.stored.index("8") < door.stored.index(str(LARGEST))
    assert len(slept) == 3


def test_a_refused_event_ends_the_replay_and_says_why() -> None:
    door = Door(lambda ids: ["rejected" if one == "3" else "accepted" for one in ids])

    with pytest.raises(EventsRefusedError, match="3: conflict, told before"):
        emit(door)
    assert len(door.requests) == 1


def test_patience_ends() -> None:
    with pytest.raises(GatewayError, match=f"{LARGEST} events have been unavailable"):
        emit(Door(lambda ids: ["unavailable"] * len(ids)))


def test_a_pace_spreads_events_evenly() -> None:
    now = [0.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = Pace(2400, 60, lambda: now[0], sleep)
    for _ in range(10):
        now[0] += 0.1  # telling takes its time, too
        pace.keep(pace.batch)

    assert pace.batch == 10
    assert now[0] == pytest.approx(2.5, abs=0.11)


def status_of(lags: list[int]) -> Gateway:
    left = iter(lags)
    return Gateway("http://door.example", None, httpx.MockTransport(lambda _: httpx.Response(200, json={"lag": next(left)})))


def test_waiting_ends_when_nothing_is_uncounted() -> None:
    slept: list[float] = []

    until_counted(status_of([5, 2, 0]), sleep=slept.append)

    assert len(slept) == 2


def test_waiting_for_the_figures_ends_with_a_word_about_the_lag() -> None:
    with pytest.raises(GatewayError, match="lag by 7"):
        until_counted(status_of([7] * 100), sleep=lambda _: None, patience=1)


def test_what_went_by_kafka_is_there_when_its_history_says_so() -> None:
    pages = iter(
        [
            httpx.Response(404),
            httpx.Response(200, json={"history": [{"causationid": "s#1"}]}),
            httpx.Response(200, json={"history": [{}, {"causationid": "s#2"}]}),
        ]
    )
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return next(pages)

    last = {"id": "2", "source": "s", "type": "org.wangge.case.moved.v1", "data": {"case": "c-9", "to": "closed"}}
    until_taken_in(Gateway("http://door.example", "k", httpx.MockTransport(answer)), last, sleep=lambda _: None)

    assert asked == ["/v1/case/c-9/history"] * 3


def test_a_gateway_that_is_away_is_said_in_plain_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    monkeypatch.setattr("deploy.demo.gateway.time.sleep", lambda _: None)
    with pytest.raises(GatewayError, match="is it up"):
        Gateway("http://door.example", None, httpx.MockTransport(away)).status()
