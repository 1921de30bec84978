"""The two commands, against a gateway that answers from a list."""

import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.demo import __main__ as demo
from deploy.demo import figures

PLACE = {
    "figures.yaml": """
place: somewhere
names: {zh: 某地, en: Somewhere}
article: 题
cut_off: 2019-07-05
figures:
  - {id: F1, row: X-1, phrase: 两个区, published: 2, match: equal, metric: areas}
  - {id: F2, row: X-2, phrase: 三级, published: 3, match: constant, metric: decided}
""",
    "replay.yaml": """
source: s
seed: 1
cut_off: 2019-07-05
steps:
  - {name: areas, type: area.defined, count: 2, at: 2019-01-01, key: "a{n}", data: {kind: area.district}}
""",
}


class Standing:
    """What the stand-in gateway says."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {"areas": "2", "decided": "3"}
        self.told: list[dict[str, Any]] = []
        self.key: str = ""
        self.keys: list[str] = []  # one for each event told
        self.asked: list[str] = []


@pytest.fixture
def standing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Standing]:
    said = Standing()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            said.asked.append(self.path)
            parts = urlsplit(self.path).path.split("/")
            if parts[2] == "status":
                self.answer(200, b'{"lag": 0}')
            elif parts[3] in said.values and len(parts) == 4:
                self.answer(200, f'{{"value": {said.values[parts[3]]}}}'.encode())
            else:
                self.answer(400, b'{"detail": "there is no such figure"}')

        def do_POST(self) -> None:
            said.key = self.headers["authorization"]
            events = json.loads(self.rfile.read(int(self.headers["content-length"])))
            said.told += events
            said.keys += [said.key] * len(events)
            self.answer(200, json.dumps({"results": [{"id": one["id"], "status": "accepted"} for one in events]}).encode())

        def answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    (tmp_path / "places" / "somewhere").mkdir(parents=True)
    for name, text in PLACE.items():
        (tmp_path / "places" / "somewhere" / name).write_text(text)
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "somewhere.key").write_text("the-key\n")
    monkeypatch.setenv("WANGGE_GATEWAY", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("WANGGE_CATALOGUE", str(tmp_path))
    monkeypatch.setenv("WANGGE_SECRETS", str(tmp_path))
    yield said
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_demo_tells_all_events_and_ends_well_if_all_figures_hold(standing: Standing, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["somewhere", "--fast", "--json"]) == 0

    out, err = capsys.readouterr()
    document = json.loads(out, parse_float=Decimal)
    assert [event["data"]["area"] for event in standing.told] == ["a1", "a2"]
    assert standing.key == "Bearer the-key"
    assert (document["hold"], document["fall_short"]) == (2, 0)
    assert "2 events told" in err


def test_all_tells_every_place_with_its_own_key_and_asks_within_its_own_bounds(standing: Standing, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    other = tmp_path / "places" / "elsewhere"
    other.mkdir()
    (other / "figures.yaml").write_text(PLACE["figures.yaml"].replace("somewhere", "elsewhere").replace("figures:", 'scope: {area: "elsewhere:a"}\nfigures:'))
    (other / "replay.yaml").write_text(PLACE["replay.yaml"].replace('"a{n}"', '"b{n}"'))
    (tmp_path / "keys" / "elsewhere.key").write_text("another-key\n")

    assert demo.main(["all", "--fast", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert [(event["data"]["area"], key) for event, key in zip(standing.told, standing.keys, strict=True)] == [
        ("b1", "Bearer another-key"), ("b2", "Bearer another-key"), ("a1", "Bearer the-key"), ("a2", "Bearer the-key")
    ]  # fmt: skip
    assert [figure["place"] for figure in document["figures"]] == ["elsewhere", "elsewhere", "somewhere", "somewhere"]
    assert "/v1/metrics/areas?area=elsewhere%3Aa" in standing.asked
    assert "/v1/metrics/areas" in standing.asked
    assert "/v1/metrics/decided" in standing.asked  # a number that is so by decision is asked without a place


def test_all_ends_with_one_table(standing: Standing, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "places" / "elsewhere").mkdir()
    (tmp_path / "places" / "elsewhere" / "figures.yaml").write_text(PLACE["figures.yaml"].replace("某地", "别处"))
    standing.values["areas"] = "1"

    assert figures.main([]) == 1

    out = capsys.readouterr().out
    assert out.count("the article printed") == 1
    assert "别处" in out
    assert "2 of 4 figures hold." in out


def test_a_figure_that_falls_short_is_a_failure(standing: Standing, capsys: pytest.CaptureFixture[str]) -> None:
    standing.values["areas"] = "1"

    assert figures.main(["somewhere"]) == 1

    assert "1 of 2 figures hold." in capsys.readouterr().out
    assert standing.told == []


def test_a_question_that_is_refused_falls_short_and_says_why(standing: Standing, capsys: pytest.CaptureFixture[str]) -> None:
    del standing.values["areas"]

    assert figures.main(["--json"]) == 1

    out, err = capsys.readouterr()
    assert json.loads(out)["figures"][0]["live"] is None
    assert "F1: GET /v1/metrics/areas: 400, there is no such figure" in err


@pytest.mark.usefixtures("standing")
def test_an_unknown_place_is_a_wrong_call_and_the_known_ones_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main(["nowhere"]) == 2
    assert figures.main(["nowhere"]) == 2

    assert "somewhere" in capsys.readouterr().err


@pytest.mark.usefixtures("standing")
def test_without_a_key_the_demo_says_where_it_should_be(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "keys" / "somewhere.key").unlink()

    assert demo.main(["somewhere", "--fast"]) == 1

    assert "somewhere.key" in capsys.readouterr().err
