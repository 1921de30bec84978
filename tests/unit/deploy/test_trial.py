"""The trial of the containers, as far as it can be looked at without an engine."""

import json
from typing import Any

import httpx
import pytest

from deploy.containers.trial.composed import Composed, bases_of, read_composed
from deploy.containers.trial.engine import EngineError, MissingError, document, find_engine, in_megabytes
from deploy.containers.trial.trickle import Trickle
from deploy.demo.gateway import Gateway


def test_it_knows_jobs_services_and_images_from_the_file() -> None:
    composed = read_composed()

    assert composed.jobs == ["keys", "migrate", "topics"]
    assert set(composed.lasting) - set(composed.ours) == {"kafka", "postgres", "prometheus", "recount"}
    assert bases_of() == ["docker.io/library/python:3.11-slim-bookworm"]
    assert len(composed.foreign_images) == 3


def test_it_starts_what_is_waited_for_first() -> None:
    waves = read_composed().waves()

    assert waves[:3] == [["keys", "prometheus"], ["kafka", "postgres"], ["migrate", "topics"]]
    assert {"members", "gateway", "metrics-2"} <= set(waves[3])
    with pytest.raises(ValueError, match="a, b wait"):
        Composed({"a": {"depends_on": {"b": {}}}, "b": {"depends_on": {"a": {}}}}).waves()


@pytest.mark.parametrize(("said", "megabytes"), [("12.5MiB", 12.5), ("1.5GiB", 1536), ("104.9MB ", 100), ("0B", 0), ("512kB", 0.5)])
def test_it_reads_sizes_as_engines_print_them(said: str, megabytes: float) -> None:
    assert in_megabytes(said) == pytest.approx(megabytes, abs=0.1)


def test_it_finds_the_document_among_an_engines_own_words() -> None:
    assert document('podman run …\n{"differences": []}\n0\n') == {"differences": []}

    with pytest.raises(EngineError):
        document("exit code: 1")


def test_without_an_engine_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")

    with pytest.raises(MissingError, match="install Docker"):
        find_engine("p", [], {})


class Door:
    """A gateway that loses the first answer and finds the second event unavailable once."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        ids = [event["id"] for event in json.loads(request.content)]
        self.asked.append(ids)
        if len(self.asked) <= 3:  # the client itself asks three times
            raise httpx.ConnectError("away")
        results: list[dict[str, Any]] = [{"id": one, "status": "accepted"} for one in ids]
        if len(self.asked) == 4:
            results[1]["status"] = "unavailable"
        return httpx.Response(200, json={"results": results})


def test_the_trickle_tells_each_event_until_it_is_decided() -> None:
    door = Door()
    with Gateway("http://gateway", transport=httpx.MockTransport(door)) as gateway:
        trickle = Trickle(gateway, pause_s=0.01)
        trickle.start()
        trickle.stop()

    assert door.asked[0] == door.asked[3] == ["trial-root", "trial-body"]
    assert door.asked[4] == ["trial-body"]
    assert trickle.repeats == 2
    assert trickle.expected() == {"units": trickle.rounds, "volunteer.minutes": 30 * trickle.rounds, "cases.opened": trickle.rounds}
