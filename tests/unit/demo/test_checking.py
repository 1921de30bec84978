"""Published figures beside live ones."""

import json
from datetime import date
from typing import Any

import httpx
import msgspec
import pytest
from rich.console import Console

from deploy.demo.checking import as_document, check_all
from deploy.demo.gateway import Gateway
from deploy.demo.printed import Article, Figure
from deploy.demo.report import print_table


def article(*figures: Figure) -> Article:
    return Article(place="somewhere", names={"zh": "某地", "en": "Somewhere"}, article="题", cut_off=date(2019, 7, 5), figures=list(figures))


def figure(id_: str, **fields: Any) -> Figure:
    return Figure(**{"id": id_, "row": "X-1", "phrase": "共1路", "published": 1, "match": "equal", "metric": "entries", **fields})


HOURS = figure("F1", published=384, metric="volunteer.minutes", divide=60, unit="hours", query={"kind": "shift.window", "from": date(2019, 1, 1)})
RATE = figure("F2", published=0.13, match="rounded", precision=0.01, metric="growth")
FIVE = figure("F3", published=5, match="constant", metric="decided")
NOTHING = figure("F4", metric="empty")


def gateway(asked: list[str] | None = None) -> Gateway:
    values = {"volunteer.minutes": "23040", "growth": "0.1300001", "decided": "5", "empty": "null"}

    def answer(request: httpx.Request) -> httpx.Response:
        if asked is not None:
            asked.append(str(request.url))
        metric = request.url.path.split("/")[3]
        if request.url.path.endswith("/items"):
            return httpx.Response(200, json={"items": [], "total": 160}) if metric == "volunteer.minutes" else httpx.Response(400)
        return httpx.Response(200, content=f'{{"value": {values[metric]}}}'.encode())

    return Gateway("http://door.example", None, httpx.MockTransport(answer))


def test_the_document_has_the_shape_that_others_read() -> None:
    document = as_document(check_all(gateway(), article(HOURS, RATE, FIVE, NOTHING)))

    rows = [
        {"id": "F1", "published": 384, "match": "equal", "live": 384, "holds": True, "metric": "volunteer.minutes", "events": 160},
        {"id": "F2", "published": 0.13, "match": "rounded", "precision": 0.01, "live": 0.1300001, "holds": True, "metric": "growth", "events": None},
        {"id": "F3", "published": 5, "match": "constant", "live": 5, "holds": True, "metric": "decided", "events": 0},
        {"id": "F4", "published": 1, "match": "equal", "live": None, "holds": False, "metric": "empty", "events": None},
    ]
    assert json.loads(json.dumps(document)) == {"figures": [{**row, "place": "somewhere"} for row in rows], "hold": 3, "fall_short": 1}


def test_questions_keep_to_the_place_unless_they_name_one_themselves() -> None:
    page = msgspec.structs.replace(article(HOURS), scope={"area": "somewhere:a"})

    assert page.question(HOURS) == {"area": "somewhere:a", **HOURS.query}
    assert page.question(FIVE) == {}
    assert page.question(figure("F5", query={"org": "somewhere:o"})) == {"org": "somewhere:o"}


def test_of_a_ratio_its_numerator_is_counted() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if not request.url.path.endswith("/items"):
            return httpx.Response(200, json={"value": 1})
        return httpx.Response(200, json={"items": [], "total": 7}) if request.url.params.get("in") == "num" else httpx.Response(400)

    checked = check_all(Gateway("http://door.example", None, httpx.MockTransport(answer)), article(figure("F6", metric="share")))

    assert checked[0].events == 7


def test_the_question_is_asked_as_the_file_says() -> None:
    asked: list[str] = []

    check_all(gateway(asked), article(HOURS))

    assert asked[0] == "http://door.example/v1/metrics/volunteer.minutes?kind=shift.window&from=2019-01-01"


def test_the_table_shows_what_was_printed_beside_what_is_live(capsys: pytest.CaptureFixture[str]) -> None:
    page = article(HOURS, NOTHING)

    print_table(Console(width=120), [(page, check_all(gateway(), page))])

    shown = capsys.readouterr().out
    assert "= 384 hours" in shown
    assert "NO" in shown
    assert "1 of 2 figures hold." in shown
