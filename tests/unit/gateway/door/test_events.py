"""POST /v1/events, as a district system sees it."""

import json
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from services.gateway.cloudevents import Told
from services.kernel.inbox.inbox import Refused
from tests.unit.gateway.door.rooms import REFUSAL, StandInRooms
from tests.unit.gateway.door.stage import AUTHORISED, BATCH, OPERATOR_KEY, OTHER_SOURCE, READ_KEY, SINGLE, SOURCE, event, stage

Client = httpx.AsyncClient
PATH = "/v1/events"


async def test_a_batch_is_answered_event_by_event_in_its_order(door: Client, rooms: StandInRooms) -> None:
    fates = {
        "e-1": {"status": "accepted"},
        "e-2": {"status": "rejected", "problem": REFUSAL},
        "e-3": {"status": "duplicate"},
        "e-4": {"status": "unavailable"},
    }
    rooms.judge = lambda told: {"id": told["id"], **fates[told["id"]]}

    answer = await door.post(PATH, json=[event(n) for n in (1, 2, 3, 4)], headers=BATCH)

    assert answer.status_code == 200
    assert answer.json() == {"results": [{"id": name, **fate} for name, fate in fates.items()], "accepted": 1, "duplicate": 1, "rejected": 1, "unavailable": 1}


@pytest.mark.parametrize(
    ("fate", "status"),
    [({"status": "accepted"}, 202), ({"status": "duplicate"}, 200), ({"status": "rejected", "problem": REFUSAL}, 409), ({"status": "unavailable"}, 503)],
    ids=["accepted", "duplicate", "rejected", "unavailable"],
)
@pytest.mark.parametrize("binary", [False, True])
async def test_a_single_event_is_answered_by_its_own_status(door: Client, rooms: StandInRooms, fate: dict[str, object], status: int, *, binary: bool) -> None:
    rooms.judge = lambda told: {"id": told["id"], **fate}
    told = event(1)
    attributes = {f"ce-{name}": value for name, value in told.items() if name != "data"}

    if binary:
        answer = await door.post(PATH, json=told["data"], headers={**AUTHORISED, **attributes})
    else:
        answer = await door.post(PATH, json=told, headers=SINGLE)

    assert answer.status_code == status
    assert answer.json()["results"] == [{"id": "e-1", **fate}]
    if status == 409:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"] == "conflict"
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_the_room_is_told_who_speaks_and_gets_the_event_untouched(door: Client, rooms: StandInRooms) -> None:
    told = {**event(1, "org.wangge.case.opened.v1", OTHER_SOURCE), "traceparent": "00-ab", "odd": 7}

    await door.post(PATH, json=[told], headers=BATCH)

    assert rooms.commands == [{"event": told, "enrolled": {"namespace": "d", "register": "e", "kinds": ["case."]}, "via": "http"}]
    assert rooms.requests[0].headers["x-wangge-token"] == "token"
    assert rooms.requests[0].url.host == "cases.example"


async def test_what_no_room_owns_goes_to_members_which_keeps_it(door: Client, rooms: StandInRooms) -> None:
    rooms.judge = lambda told: {"id": told["id"], "status": "rejected", "problem": REFUSAL}

    answer = await door.post(PATH, json=[event(1, "org.wangge.nonsense.happened.v1")], headers=BATCH)

    assert [owner for owner, _ in rooms.posts] == ["members"]
    assert answer.json()["rejected"] == 1


async def test_events_that_cannot_be_taken_stop_no_other(door: Client) -> None:
    events = [event(1), {**event(2), "source": "https://stranger.example"}, {"specversion": "1.0"}, 17, event(5)]

    answer = await door.post(PATH, json=events, headers=BATCH)

    codes = [result.get("problem", {}).get("code") for result in answer.json()["results"]]
    assert codes == [None, "not-allowed", "invalid", "invalid", None]
    assert [result["id"] for result in answer.json()["results"]] == ["e-1", "e-2", None, None, "e-5"]
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (2, 3)


async def test_what_the_door_refuses_by_name_is_kept_without_its_data(tmp_path: Path, rooms: StandInRooms) -> None:
    kept: list[Refused] = []

    async def keep(refused: Sequence[Refused]) -> None:
        kept.extend(refused)

    events = [event(1), {**event(2), "source": "https://stranger.example"}, {**event(3), "type": None}, {"specversion": "1.0", "id": "e-4"}]
    async with stage(tmp_path, rooms, keep=keep) as door:
        answer = await door.post(PATH, json=events, headers=BATCH)

    assert answer.json()["rejected"] == 3
    assert [(one.id, one.problem.code) for one in kept] == [("e-2", "not-allowed"), ("e-3", "invalid")]
    assert all("data" not in json.loads(one.masked) for one in kept)
    assert [command["event"]["id"] for command in rooms.commands] == ["e-1"]


async def test_a_refusal_that_cannot_be_kept_is_no_refusal_yet(tmp_path: Path, rooms: StandInRooms) -> None:
    async def keep(_: Sequence[Refused]) -> None:
        raise ConnectionRefusedError

    async with stage(tmp_path, rooms, keep=keep) as door:
        answer = await door.post(PATH, json=[event(1), {**event(2), "source": "https://stranger.example"}, 17], headers=BATCH)

    assert [result["status"] for result in answer.json()["results"]] == ["accepted", "unavailable", "rejected"]


async def test_what_comes_after_an_undecided_refusal_waits_for_it_to_be_sent_again(tmp_path: Path, rooms: StandInRooms) -> None:
    async def keep(_: Sequence[Refused]) -> None:
        raise ConnectionRefusedError

    events = [event(1), {**event(2), "mood": [1]}, event(3), event(4, source=OTHER_SOURCE), event(5, "org.wangge.case.opened.v1")]
    async with stage(tmp_path, rooms, keep=keep) as door:
        answer = await door.post(PATH, json=events, headers=BATCH)

    assert [result["status"] for result in answer.json()["results"]] == ["accepted", "unavailable", "unavailable", "accepted", "accepted"]


async def test_where_the_areas_cannot_be_read_a_bounded_sources_events_are_unavailable(tmp_path: Path, rooms: StandInRooms) -> None:
    class NoTree:
        async def outside(self, told: Told, roots: Sequence[str], namespace: str) -> str | None:
            raise ConnectionRefusedError

    async with stage(tmp_path, rooms, places=NoTree()) as door:
        lines = json.loads((tmp_path / "sources.json").read_text())
        (tmp_path / "sources.json").write_text(json.dumps([{**line, "areas": ["d:east"] if line["source"] == SOURCE else []} for line in lines]))
        answer = await door.post(PATH, json=[event(1), event(2, "org.wangge.case.opened.v1", OTHER_SOURCE)], headers=BATCH)
        alone = await door.post(PATH, json=event(1), headers=SINGLE)

    assert [result["status"] for result in answer.json()["results"]] == ["unavailable", "accepted"]
    assert (alone.status_code, alone.headers["retry-after"]) == (503, "1")


async def test_503_only_if_nothing_at_all_is_known_to_be_stored(door: Client, rooms: StandInRooms) -> None:
    rooms.fail = lambda owner, _: httpx.ConnectError("down") if owner == "members" else None

    some = await door.post(PATH, json=[event(1), event(2, "org.wangge.case.opened.v1")], headers=BATCH)
    none = await door.post(PATH, json=[event(1)], headers=BATCH)

    assert (some.status_code, none.status_code) == (200, 503)
    assert none.headers["retry-after"]
    assert none.json()["unavailable"] == 1


async def test_an_empty_batch_is_answered_with_nothing(door: Client) -> None:
    answer = await door.post(PATH, json=[], headers=BATCH)

    assert answer.status_code == 200
    assert answer.json()["results"] == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [({}, 401), ({"x-api-key": "wrong"}, 401), ({"x-api-key": READ_KEY}, 403), ({"x-api-key": OPERATOR_KEY}, 403)],
    ids=["none", "wrong", "reader", "operator"],
)
async def test_a_request_without_a_writing_key_is_refused_as_a_whole(door: Client, rooms: StandInRooms, headers: dict[str, str], status: int) -> None:
    answer = await door.post(PATH, json=[event(1)], headers={"content-type": BATCH["content-type"], **headers})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert rooms.posts == []


async def test_what_is_unreadable_is_a_problem_of_the_whole_request(door: Client) -> None:
    answer = await door.post(PATH, content=b"[{", headers=BATCH)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


async def test_too_large_requests_are_told_the_limit(tmp_path: Path, rooms: StandInRooms) -> None:
    async def stream():  # without a declared length
        yield b" " * 3_000
        yield b" " * 3_000

    async with stage(tmp_path, rooms, most_events=3, most_bytes=5_000) as door:
        many = await door.post(PATH, json=[event(n) for n in range(4)], headers=BATCH)
        long = await door.post(PATH, content=json.dumps([event(1, filler="x" * 5_000)]), headers=BATCH)
        streamed = await door.post(PATH, content=stream(), headers=BATCH)
        fits = await door.post(PATH, json=[event(n) for n in range(3)], headers=BATCH)

    assert [answer.status_code for answer in (many, long, streamed, fits)] == [413, 413, 413, 200]
    assert "3 are the most" in many.json()["detail"]
    assert "5000" in long.json()["detail"]
    assert "5000" in streamed.json()["detail"]
